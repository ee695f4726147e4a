"""Check of STUN and TURN addresses (RFC 7064, RFC 7065): what is wrong, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

STUN: Final = ("stun", "stuns")
TURN: Final = ("turn", "turns")

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z]+):(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/?#@,\[\]\"<>]+)(?::(?P<port>\d+))?"
    r"(?P<query>\?transport=(?:udp|tcp))?"
)


def fault(address: str, schemes: Sequence[str]) -> str | None:
    """Why this is not an address with one of these schemes, and what to write instead; None if it is valid."""
    shown = f"{address[:200]!r}"
    first = schemes[0]
    scheme, colon, rest = address.partition(":")
    if "," in address:
        return f"{shown} has a comma: repeat the flag, or separate the addresses by spaces in the variable."
    if "@" in address:
        return f"{shown} has credentials: they are made from --turn-secret. Write {first}:{address.rpartition('@')[2]}."
    if rest.startswith("//"):
        return f"{shown} has slashes: write {scheme if scheme in schemes else first}:{rest.strip('/')}."
    if scheme in STUN + TURN and scheme not in schemes:
        flag = "--ice-servers" if scheme in STUN else "--turn-uris"
        return f"{shown} belongs to the other flag: write it after {flag}."
    if not colon or scheme not in schemes:
        return f"{shown} does not begin with {' or '.join(f'{each}:' for each in schemes)}: write {first}:{address}."
    found = _ADDRESS.fullmatch(address)
    if found is None:
        query = "" if first == "stun" else "[?transport=udp or tcp]"
        return f"{shown} is not a valid address: write {scheme}:host[:port]{query}."
    if found["query"] and scheme in STUN:
        return f"{shown} names a transport, which STUN addresses do not: write {address.partition('?')[0]}."
    if found["port"] and not 1 <= int(found["port"][:6]) <= 65535:
        return f"{shown} has an invalid port: write 1 to 65535, or leave it out."
    return None


def faults(ice_servers: Sequence[str], turn_uris: Sequence[str], *, has_secret: bool) -> list[str]:
    """What is wrong with the addresses for browsers, one line each."""
    found = [f"--ice-servers: {text}" for each in ice_servers if (text := fault(each, STUN))]
    found += [f"--turn-uris: {text}" for each in turn_uris if (text := fault(each, TURN))]
    if turn_uris and not has_secret:
        found.append(
            "--turn-uris needs --turn-secret or --turn-secret-file: browsers accept no TURN server without credentials."
        )
    return found
