"""One UDP port of each address for all connections of a room, where aioice opens one for each connection.

So packets for many listeners are handed to the kernel in one call (`datagrams.py`), and a firewall has few ports to open. Who a
datagram is for is known from its address, which a connectivity check with the right password has named before (RFC 8445, 7.2, 7.3).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, cast

from aioice import Candidate, stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, server_reflexive_candidate
from aiortc import RTCPeerConnection

from .connections import REMOTE_CANDIDATES_LIMIT, ice_connection
from .names import IceConnection, Transaction

SOCKET_BUFFER: Final = 1 << 21  # bytes, as far as the kernel allows: a burst of all speakers
MAGIC_COOKIE: Final = b"\x21\x12\xa4\x42"  # RFC 8489, 5
Address = tuple[str, int]


class SharedPort(asyncio.DatagramProtocol):
    """One port. A connection is known by its user name fragment (RFC 8445, 5.3), and then by the addresses of its peer.

    An address belongs to the connection whose check was answered from there last: nobody else could have answered. But a peer may
    send before our check is answered, and from an address where it never was: so a datagram goes also to the connection that was
    last checked from its address. A participant can forge that address. Then it gets what it cannot decrypt, and takes nothing
    away from who answered; and no claim, old or forged, keeps out a browser that connects again from the same port.
    """

    def __init__(self) -> None:
        self._by_fragment: dict[str, StunProtocol] = {}
        self._answered: dict[Address, StunProtocol] = {}
        self._checked: dict[Address, StunProtocol] = {}
        self.transport: Any = None
        self.file_number = -1
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        opened = transport.get_extra_info("socket")
        self.file_number = opened.fileno()
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, buffer, SOCKET_BUFFER)

    def connection_lost(self, error: Exception | None) -> None:
        for protocol in [*self._by_fragment.values()]:
            protocol.connection_lost(error)
        self._by_fragment, self._answered, self._checked = {}, {}, {}
        self.file_number = -1
        self.closed.set_result(None)

    def add(self, connection: IceConnection, component: int) -> StunProtocol:
        """A part of this port for this connection, with its host candidate."""
        protocol = StunProtocol(cast(Any, connection))
        protocol.transport = cast(asyncio.DatagramTransport, PortTransport(self, protocol))
        host, port = self.transport.get_extra_info("sockname")[:2]
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", host),
            component=component,
            transport="udp",
            priority=candidate_priority(component, "host"),
            host=host,
            port=port,
            type="host",
        )
        self._by_fragment[connection.local_username] = protocol
        return protocol

    def knows(self, connection: IceConnection) -> bool:
        return connection.local_username in self._by_fragment

    def remove(self, protocol: StunProtocol) -> None:
        every: list[dict[Any, StunProtocol]] = [self._by_fragment, self._answered, self._checked]
        for known in every:
            for key in [key for key, each in known.items() if each is protocol]:
                del known[key]

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        address = (addr[0], addr[1])
        if data[4:8] == MAGIC_COOKIE and data[0] < 4:  # RFC 7983, 7
            self._check_received(data, address)
            return
        answered, checked = self._answered.get(address), self._checked.get(address)
        if answered is not None:
            answered.receiver.data_received(data, answered.local_candidate.component)
        if checked is not None and checked is not answered:
            checked.receiver.data_received(data, checked.local_candidate.component)

    def _check_received(self, data: bytes, address: Address) -> None:
        try:
            message = stun.parse_message(data)
        except (ValueError, struct.error):  # the second for an attribute that is too short
            return
        if message.message_class == stun.Class.REQUEST:
            fragment = str(message.attributes.get("USERNAME", "")).partition(":")[0]
            protocol = self._by_fragment.get(fragment)
            if protocol is None:
                return
            if message.check_message_integrity(protocol.receiver.local_password.encode("utf8")):
                _learn(self._checked, address, protocol)
        else:
            every = self._by_fragment.values()
            protocol = next((p for p in every if message.transaction_id in p.transactions), None)
            if protocol is None:
                return
            if _answers(message, address, protocol.transactions[message.transaction_id]):
                _learn(self._answered, address, protocol)
        protocol.datagram_received(data, address)


def _answers(message: stun.Message, address: Address, asked: Any) -> bool:
    """Whether this is from the peer that was asked, and from where it was asked; a STUN server has no password (key)."""
    transaction: Transaction = asked
    key = transaction._Transaction__integrity_key
    return (
        key is not None
        and address == transaction._Transaction__addr
        and message.check_message_integrity(key)
    )


def _learn(known: dict[Address, StunProtocol], address: Address, protocol: StunProtocol) -> None:
    if known.get(address) is not protocol and (
        sum(each is protocol for each in known.values()) < REMOTE_CANDIDATES_LIMIT
    ):
        known[address] = protocol


class PortTransport:
    """What one connection sees of the port: an `asyncio.DatagramTransport` that it can close alone."""

    __slots__ = ("_protocol", "port")

    def __init__(self, port: SharedPort, protocol: StunProtocol) -> None:
        self.port = port
        self._protocol = protocol

    def sendto(self, data: bytes, addr: Address) -> None:
        if not self.port.transport.is_closing():
            self.port.transport.sendto(data, addr)

    def get_write_buffer_size(self) -> int:
        return int(self.port.transport.get_write_buffer_size())

    def get_extra_info(self, name: str) -> Any:
        return self.port.transport.get_extra_info(name)

    def close(self) -> None:
        self.port.remove(self._protocol)
        asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)


class SharedPorts:
    """The ports of one room, a port of each address of this machine, opened with the first connection."""

    def __init__(self) -> None:
        self._ports: dict[str, SharedPort] = {}
        self._opening = asyncio.Lock()

    def use(self, pc: RTCPeerConnection) -> None:
        """Let this connection, which has gathered no candidates yet, use these ports."""
        for transceiver in pc.getTransceivers():
            connection = ice_connection(transceiver)
            if "get_component_candidates" not in vars(connection):
                gather = connection.get_component_candidates
                connection.get_component_candidates = partial(self._gather, connection, gather)

    async def close(self) -> None:
        """After all connections are closed."""
        ports, self._ports = self._ports, {}
        for port in ports.values():
            port.transport.close()
            await port.closed

    async def _gather(
        self,
        connection: IceConnection,
        gather: Callable[..., Awaitable[list[Candidate]]],
        component: int,
        addresses: list[str],
        timeout: float = 5,  # noqa: ASYNC109 - as aioice has it
    ) -> list[Candidate]:
        """As aioice's method of this name; only where the host's ports come from is different."""
        protocols, own = [], []
        for address in addresses:
            try:
                port = await self._port(address)
            except OSError:
                continue  # an address that cannot be used, as in aioice
            if port.knows(connection):  # two connections have the same fragment by chance
                own.append(address)
            else:
                protocols.append(port.add(connection, component))
        connection._protocols += protocols
        others, *reflexive = await asyncio.gather(
            gather(component=component, addresses=own, timeout=timeout),
            *(
                _reflexive(protocol, connection.stun_server, timeout)
                for protocol in protocols
                if connection.stun_server is not None
                and ipaddress.ip_address(protocol.local_candidate.host).version == 4
            ),
        )
        hosts = [protocol.local_candidate for protocol in protocols]
        return [*hosts, *(each for found in reflexive for each in found), *others]

    async def _port(self, address: str) -> SharedPort:
        async with self._opening:
            port = self._ports.get(address)
            if port is None or port.file_number < 0:
                loop = asyncio.get_running_loop()
                _, port = await loop.create_datagram_endpoint(SharedPort, local_addr=(address, 0))
                self._ports[address] = port
            return port


async def _reflexive(protocol: StunProtocol, server: Address, seconds: float) -> list[Candidate]:
    try:
        async with asyncio.timeout(seconds):
            return [(await server_reflexive_candidate(protocol, server))[0]]
    except (OSError, TimeoutError, KeyError, stun.TransactionError):
        return []  # KeyError: an answer without XOR-MAPPED-ADDRESS
