"""All connections of a room use one port: each gets what is its own, and nobody gets in without the password."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aioice.ice
import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from roomtone.media.aiortc_internals.connections import ice_connection, limit_input
from roomtone.media.aiortc_internals.shared_ports import SharedPorts

from ...patience import PATIENCE, comes_true

pytestmark = pytest.mark.anyio

DTLS = range(20, 64)  # the first byte (RFC 7983, 7)


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


class Pair:
    """A connection of a node, on the shared port, and its client's."""

    def __init__(self) -> None:
        self.node, self.client = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in "12")

    async def connect(self, ports: SharedPorts) -> None:
        self.client.addTransceiver("audio", direction="recvonly")
        await self.client.setLocalDescription(await self.client.createOffer())
        await self.node.setRemoteDescription(self.client.localDescription)
        ports.use(self.node)
        await self.node.setLocalDescription(await self.node.createAnswer())
        await self.client.setRemoteDescription(self.node.localDescription)
        await comes_true(lambda: self.node.connectionState == "connected")
        await comes_true(lambda: self.client.connectionState == "connected")

    @property
    def ice(self) -> Any:
        return ice_connection(self.node.getTransceivers()[0])

    @property
    def port(self) -> int:
        return int(self.ice._nominated[1].protocol.local_candidate.port)

    @property
    def received(self) -> int:
        """Packets of DTLS and SRTP that the node received."""
        transport: RTCDtlsTransport = self.node.getTransceivers()[0].receiver.transport
        return int(transport._RTCDtlsTransport__rx_packets)  # type: ignore[attr-defined]

    async def close(self) -> None:
        await asyncio.gather(self.node.close(), self.client.close())


@pytest.fixture
async def ports() -> AsyncIterator[SharedPorts]:
    made = SharedPorts()
    yield made
    await made.close()


@pytest.fixture
async def pairs(ports: SharedPorts) -> AsyncIterator[list[Pair]]:
    made = [Pair(), Pair()]
    await asyncio.gather(*(each.connect(ports) for each in made))
    yield made
    await asyncio.gather(*(each.close() for each in made))


async def test_connections_share_a_port_and_one_that_closes_leaves_the_other(
    pairs: list[Pair], ports: SharedPorts
) -> None:
    one, other = pairs
    assert one.port == other.port
    await one.close()
    before = other.received
    client: Any = ice_connection(other.client.getTransceivers()[0])
    await client.send(b"\x80not for anybody who can decrypt it")
    await comes_true(lambda: other.received > before)
    newcomer = Pair()
    await newcomer.connect(ports)
    assert newcomer.port == other.port
    await newcomer.close()


def check(username: str, password: str | None, *left_out: str) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = username
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 1
    for name in left_out:
        del message.attributes[name]
    if password is not None:
        message.add_message_integrity(password.encode())
    return bytes(message)


def name_at(pair: Pair) -> str:
    """The USERNAME of a check of this pair's client."""
    return f"{pair.ice.local_username}:{pair.ice.remote_username}"


def taken_by(pair: Pair) -> list[bytes]:
    """What this node's connection takes from now on, without what may be left of the client's handshake."""
    taken: list[bytes] = []

    def take(data: bytes, _component: int) -> None:
        if not data or data[0] not in DTLS:
            taken.append(data)

    pair.ice.data_received = take
    return taken


async def heard(stranger: socket.socket) -> stun.Message:
    loop = asyncio.get_running_loop()
    return stun.parse_message(await loop.run_in_executor(None, stranger.recv, 2048))


@pytest.fixture
def strangers() -> Iterator[list[socket.socket]]:
    """Two sockets that no connection knows."""
    made = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "12"]
    for each in made:
        each.settimeout(PATIENCE)
        each.bind(("127.0.0.1", 0))
    yield made
    for each in made:
        each.close()


async def test_a_stranger_reaches_no_connection(
    pairs: list[Pair], strangers: list[socket.socket]
) -> None:
    one, other = pairs
    taken = [taken_by(each) for each in pairs]
    stranger = strangers[0]
    node = ("127.0.0.1", one.port)
    stranger.sendto(b"\x80" + bytes(40), node)
    stranger.sendto(b"", node)
    stranger.sendto(b"\x00\x01", node)
    stranger.sendto(check("nobody:here", "x" * 22), node)
    for password in (None, "x" * 22):
        stranger.sendto(check(name_at(other), password), node)
        assert (await heard(stranger)).message_class == stun.Class.ERROR
        stranger.sendto(b"\x80" + bytes(40), node)
    # What the client sends after all this arrives, so the stranger's was looked at before.
    client: Any = ice_connection(other.client.getTransceivers()[0])
    await client.send(b"\x80mine")
    await comes_true(lambda: taken[1])
    assert taken == [[], [b"\x80mine"]]


async def test_a_check_with_a_forged_source_takes_nothing_from_whose_address_it_is(
    pairs: list[Pair],
) -> None:
    """The check has the right password of `one` and comes from the other's address: here from its socket itself."""
    one, other = pairs
    taken = taken_by(other)
    client: Any = ice_connection(other.client.getTransceivers()[0])
    await client.send(check(name_at(one), one.ice.local_password))
    await client.send(b"\x80mine")
    await client.send(b"\x80last")
    await comes_true(lambda: b"\x80last" in taken)
    assert taken == [b"\x80mine", b"\x80last"]


async def test_who_connects_again_from_the_same_port_is_heard_while_the_old_connection_is_there(
    pairs: list[Pair], ports: SharedPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is loaded again may get the same port, long before the node misses the old page."""
    client: Any = ice_connection(pairs[0].client.getTransceivers()[0])
    _, port = client._nominated[1].local_addr
    await client.close()  # without a word to the node, as a page that is gone
    loop = asyncio.get_running_loop()
    opened = loop.create_datagram_endpoint
    with monkeypatch.context() as patch:
        patch.setattr(
            loop,
            "create_datagram_endpoint",
            lambda made, local_addr: opened(made, local_addr=(local_addr[0], port)),
        )
        again = Pair()
        await again.connect(ports)
    taken = taken_by(again)
    client = ice_connection(again.client.getTransceivers()[0])
    assert client._nominated[1].local_addr[1] == port
    await client.send(b"\x80mine")
    await comes_true(lambda: taken)
    assert taken == [b"\x80mine"]
    await again.close()


async def test_an_answer_names_an_address_only_if_the_peer_gave_it_and_was_asked_there(
    pairs: list[Pair], strangers: list[socket.socket]
) -> None:
    one = pairs[0]
    taken = taken_by(one)
    protocol = one.ice._nominated[1].protocol
    password = one.ice.remote_password.encode()
    asked, elsewhere = strangers
    node = ("127.0.0.1", one.port)

    async def ask(key: bytes | None) -> tuple[asyncio.Task[Any], stun.Message]:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        asking = asyncio.create_task(protocol.request(request, asked.getsockname(), key))
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=(await heard(asked)).transaction_id,
        )
        return asking, answer

    asking, answer = await ask(None)  # as a STUN server is
    answer.add_message_integrity(password)
    asked.sendto(bytes(answer), node)
    asked.sendto(b"\x80of a server", node)
    await asking
    asking, answer = await ask(password)
    asked.sendto(bytes(answer), node)
    asked.sendto(b"\x80of nobody with the password", node)
    answer.add_message_integrity(password)
    elsewhere.sendto(bytes(answer), node)
    elsewhere.sendto(b"\x80of who was not asked", node)
    await asking
    asking, answer = await ask(password)
    answer.add_message_integrity(password)
    asked.sendto(bytes(answer), node)
    asked.sendto(b"\x80of the peer", node)
    await comes_true(lambda: taken)
    assert taken == [b"\x80of the peer"]
    await asking


async def test_a_check_that_cannot_be_read_is_dropped(
    pairs: list[Pair], strangers: list[socket.socket]
) -> None:
    failures: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: failures.append(context))
    one = pairs[0]
    limit_input(one.node)
    taken = taken_by(one)
    stranger = strangers[0]
    node = ("127.0.0.1", one.port)
    # PRIORITY (0x24) of two bytes
    stranger.sendto(bytes.fromhex("0001 0008 2112a442") + bytes(12) + b"\0\x24\0\2\0\1\0\0", node)
    stranger.sendto(check(name_at(one), one.ice.local_password, "PRIORITY"), node)
    client: Any = ice_connection(one.client.getTransceivers()[0])
    await client.send(b"\x80mine")
    await comes_true(lambda: taken)
    loop.set_exception_handler(before)
    assert [each for each in failures if "handle" in each] == []


async def test_a_stun_server_that_gives_no_address_costs_only_its_candidate(
    ports: SharedPorts,
) -> None:
    class Server(asyncio.DatagramProtocol):
        def __init__(self) -> None:
            self.asked = 0

        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
            self.asked += 1
            answer = stun.Message(
                message_method=stun.Method.BINDING,
                message_class=stun.Class.RESPONSE,
                transaction_id=stun.parse_message(data).transaction_id,
            )
            self.transport.sendto(bytes(answer), addr)

    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    pair = Pair()
    await pair.node.close()
    address = f"stun:127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    pair.node = RTCPeerConnection(RTCConfiguration(iceServers=[RTCIceServer(urls=address)]))
    await pair.connect(ports)
    assert server.asked
    assert [each.type for each in pair.ice.local_candidates] == ["host"]
    await pair.close()
    transport.close()
