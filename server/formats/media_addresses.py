"""Where media may be sent: one table for every ICE candidate of a remote peer.

ICE sends packets to the address of a candidate (RFC 8839, 5.1) before its owner agrees. So a participant could direct a
node's packets to a router, a database, or a whole network. Only the text of a candidate is checked: no name is looked up.
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
"""In the setting `media_networks`: the networks of this machine."""

LOWEST_PORT: Final = 1024
"""Lower ports are services (DNS, NTP, SNMP). No WebRTC implementation and no NAT uses them (RFC 4787, REQ-3)."""

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
"""Refused with any settings."""

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
"""Allowed if the setting names them, or if they are networks of this machine."""

NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits


@dataclass(frozen=True)
class Reach:
    """Addresses that media may be sent to besides public ones: `networks`, and with `own` the networks of this machine."""

    networks: tuple[Network, ...] = ()
    own: bool = True
    loopback: bool = False

    @classmethod
    def of(cls, names: Iterable[str], *, loopback: bool) -> Reach:
        """From the setting `media_networks`. Raises ValueError with a message for the operator."""
        given = tuple(names)
        return cls(tuple(_network(name) for name in given if name != OWN), OWN in given, loopback)

    def refusal(
        self, host: str, port: int, transport: str, here: Iterable[Interface] = ()
    ) -> str | None:
        """Why media may not be sent to this address; None if it may. `here`: this machine's addresses, with their networks."""
        if transport.lower() != "udp":
            return "a candidate that is not UDP"
        if not LOWEST_PORT <= port <= 65535:
            return "a port below 1024 or above 65535"
        return self.refusal_of_address(host, here)

    def refusal_of_address(self, host: str, here: Iterable[Interface] = ()) -> str | None:
        """The same of an address alone, for any protocol and port."""
        try:
            address = ip_address(host)
        except ValueError:
            return "a host name; names are not looked up"
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return "an address with a zone"
        interfaces = tuple(here) if self.own else ()
        for each in (address, *_embedded(address)):
            if (why := self._refusal(each, interfaces)) is not None:
                return why
        return None

    def _refusal(self, address: Address, here: tuple[Interface, ...]) -> str | None:
        if address == IPv6Address("::1"):  # it is one of the IPv4-compatible addresses
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
    """IPv4 addresses to which packets for this IPv6 address may be translated: mapped (RFC 4291), NAT64, 6to4 (RFC 3056), Teredo (RFC 4380)."""
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
            f"{name!r} is not a network ({error}); write '{OWN}' for the networks of this machine, or a network like 10.0.0.0/8"
        ) from None
