"""Where media may be sent: one table, for every candidate that anybody signals, in a description or after it.

A candidate (RFC 8839, 5.1) is an address that ICE sends packets to before anybody there agreed. So a stranger could aim a
node at a router, at a database, or at a whole network. Only what a candidate says is judged here: no name is ever looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network

OWN: Final = "own"
"""Stands for the networks that the machine itself is in, in the setting `media_networks`."""

LOWEST_PORT: Final = 1024
"""Below are services (DNS, NTP, SNMP); no WebRTC implementation and no NAT takes a port there (RFC 4787, REQ-3)."""

NEVER: Final = {
    ip_network(network): what
    for network, what in {
        "0.0.0.0/8": "an unspecified address",
        "169.254.0.0/16": "a link-local address",
        "224.0.0.0/4": "a multicast address",
        "240.0.0.0/4": "a reserved or broadcast address",
        "::/128": "an unspecified address",
        "::/96": "an IPv4-compatible address",  # RFC 8445, 5.1.1.1
        "fe80::/10": "a link-local address",
        "fec0::/10": "a site-local address",  # RFC 8445, 5.1.1.1
        "ff00::/8": "a multicast address",
    }.items()
}
"""Refused whatever the settings say."""

LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
PRIVATE: Final = tuple(
    map(
        ip_network,
        (
            # RFC 1918, 6598 (carrier-grade NAT), and the rest of IANA's special-purpose registries (RFC 6890).
            "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            # RFC 4193 (ULA), 6666 (discard), 3849 and 9637 (documentation), 8215 (local NAT64), 9602 (SRv6), 2928 and others.
            "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            "fc00::/7",
        ),
    )
)  # fmt: skip
"""Allowed where a setting, or a network the machine is in, says so."""

NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits


@dataclass(frozen=True)
class Reach:
    """Which addresses beside public ones media may be sent to: `networks`, and with `own` those the machine is in."""

    networks: tuple[Network, ...] = ()
    own: bool = True
    loopback: bool = False

    @classmethod
    def of(cls, names: Iterable[str], *, loopback: bool) -> Reach:
        """What the setting `media_networks` says. Raises ValueError, in words."""
        given = tuple(names)
        return cls(tuple(_network(name) for name in given if name != OWN), OWN in given, loopback)

    def refusal(
        self, host: str, port: int, transport: str, here: Iterable[Interface] = ()
    ) -> str | None:
        """Why nothing may be sent there, or None. `here` are this machine's own addresses, with their networks."""
        if transport.lower() != "udp":
            return "a candidate that is not UDP"
        if not LOWEST_PORT <= port <= 65535:
            return "a port of services, or none"
        try:
            address = ip_address(host)
        except ValueError:
            return "a name, which is never looked up"
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return "an address with a zone"
        interfaces = tuple(here) if self.own else ()
        for each in (address, *_embedded(address)):
            if (why := self._refusal(each, interfaces)) is not None:
                return why
        return None

    def _refusal(self, address: Address, here: tuple[Interface, ...]) -> str | None:
        if address == IPv6Address("::1"):  # lies within the IPv4-compatible ones
            return None if self._allows_loopback(address, here) else "a loopback address"
        for network, what in NEVER.items():
            if address in network:
                return what
        if any(
            address.version == 4
            and address == each.network.broadcast_address
            and each.network.num_addresses > 2
            for each in here
        ):
            return "a network's broadcast address"
        if any(address in network for network in LOOPBACK):
            return None if self._allows_loopback(address, here) else "a loopback address"
        if not any(address in network for network in PRIVATE):
            return None
        allowed = (*self.networks, *(each.network for each in here))
        if any(address in network for network in allowed):
            return None
        return "an address in a private network that is not allowed here"

    def _allows_loopback(self, address: Address, here: tuple[Interface, ...]) -> bool:
        allowed = (*self.networks, *(each.network for each in here))
        return self.loopback or any(address in network for network in allowed)


def _embedded(address: Address) -> list[IPv4Address]:
    """IPv4 addresses that packets to this IPv6 address may end at: mapped (RFC 4291), NAT64, 6to4 (RFC 3056), Teredo (RFC 4380)."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _network(name: str) -> Network:
    try:
        return ip_network(name)
    except ValueError as error:
        raise ValueError(
            f"{name!r} is no network ({error}); write '{OWN}' for the networks of this machine, or one like 10.0.0.0/8"
        ) from None
