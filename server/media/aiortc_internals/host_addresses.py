"""The addresses that aioice makes host candidates of."""

from __future__ import annotations

import aioice.ice

LOOPBACK = "127.0.0.1"

_of_aioice = aioice.ice.get_host_addresses


def use_loopback_if_alone() -> None:
    """On a machine without a network, connect processes of this machine: aioice leaves 127.0.0.1 out, also where there is no other address."""
    if aioice.ice.get_host_addresses is _of_aioice:
        aioice.ice.get_host_addresses = _or_loopback


def _or_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return _of_aioice(use_ipv4, use_ipv6) or [LOOPBACK] * use_ipv4
