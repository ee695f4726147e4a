"""All connections of a room use one port: each gets what is its own, and nobody gets in without the password."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aioice.ice
import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from roomtone.media.aiortc_internals.connections import ice_connection
from roomtone.media.aiortc_internals.shared_ports import SharedPorts

from ...patience import PATIENCE, comes_true

pytestmark = pytest.mark.anyio


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


async def test_a_stranger_reaches_no_connection(pairs: list[Pair]) -> None:
    one, other = pairs
    taken: list[bytes] = []
    for each in pairs:
        each.ice.data_received = lambda data, _component: taken.append(data)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.settimeout(PATIENCE)
    node = ("127.0.0.1", one.port)
    stranger.sendto(b"\x80" + bytes(40), node)
    stranger.sendto(b"", node)
    stranger.sendto(b"\x00\x01", node)

    def check(username: str, password: str | None) -> bytes:
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = username
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        if password is not None:
            message.add_message_integrity(password.encode())
        return bytes(message)

    name = f"{other.ice.local_username}:{other.ice.remote_username}"
    stranger.sendto(check("nobody:here", "x" * 22), node)
    for password in (None, "x" * 22):
        stranger.sendto(check(name, password), node)
        loop = asyncio.get_running_loop()
        answer = stun.parse_message(await loop.run_in_executor(None, stranger.recv, 2048))
        assert answer.message_class == stun.Class.ERROR
        stranger.sendto(b"\x80" + bytes(40), node)
    # What the client sends after all this arrives, so the stranger's was looked at before.
    client: Any = ice_connection(other.client.getTransceivers()[0])
    await client.send(b"\x80mine")
    await comes_true(lambda: taken)
    assert taken == [b"\x80mine"]
    stranger.close()
