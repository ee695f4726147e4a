"""A process that asks for a room's mix gets it by SRTP from the room's node, until it stops or its heartbeats do."""

from __future__ import annotations

import base64
import secrets
import socket
from typing import Any

import aioice.ice
import av
import numpy as np
import pytest
from av.packet import Packet
from pylibsrtp import Policy, Session
from roomtone.media.node.lease import Kind
from roomtone.media.room_session import room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ...patience import comes_true
from ...people import Psql
from .test_routes import move, nodes


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


HEADER = 12  # bytes of RTP without contributing sources


class Receiver:
    """A socket that decrypts and decodes what it gets."""

    def __init__(self) -> None:
        self.key = base64.b64encode(secrets.token_bytes(30)).decode()
        self.heard: list[Any] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        profile = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
        self._decryption = Session(
            Policy(
                key=base64.b64decode(self.key),
                ssrc_type=Policy.SSRC_ANY_INBOUND,
                srtp_profile=profile,
            )
        )
        self._decoder = av.CodecContext.create("libopus", "r")
        self._decoder.sample_rate = 48_000

    def read(self) -> int:
        """Read what has arrived; returns the number of packets so far."""
        while True:
            try:
                packet = self._decryption.unprotect(self._socket.recv(2048))
            except BlockingIOError:
                return len(self.heard)
            frames = self._decoder.decode(Packet(packet[HEADER:]))
            self.heard += [frame.to_ndarray()[0, :: len(frame.layout.channels)] for frame in frames]

    def hears(self, hertz: float) -> bool:
        self.read()
        if len(self.heard) < 25:
            return False
        sound = np.concatenate(self.heard[-25:])
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
        return abs(float(np.argmax(spectrum)) * 48_000 / len(sound) - hertz) < 20

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("kind", ["sfu", "mcu"])
async def test_who_asks_for_the_mix_gets_it_until_they_stop(
    database_url: str, psql: Psql, room: int, kind: Kind
) -> None:
    one, two = Receiver(), Receiver()
    async with (
        nodes(database_url, psql, kind),
        database_connections(database_url) as database,
        room_session(await database.client("ann"), RoomId(room), sound=tone(440)),
    ):
        move(psql, room, kind)
        psql.run("select relay_heartbeat('here', '127.0.0.1:1', 'relay')")
        psql.run("update nodes set heartbeat_at = now() + interval '1 hour' where id = 'here'")
        ask = "select node_receive_mix('here', %s, '127.0.0.1', %s, %s)"
        first, second = (psql.one(ask, room, each.port, each.key) for each in (one, two))
        await comes_true(lambda: one.hears(440) and two.hears(440))
        psql.run("select node_stop_mix('another', %s)", first)
        psql.run("select node_stop_mix('here', %s)", second)
        await comes_true(lambda: stands(two), every=0.5)
        before = one.read()
        await comes_true(lambda: one.read() > before + 25)
        psql.run("delete from nodes where id = 'here'")
        await comes_true(lambda: stands(one), every=0.5)
    one.close()
    two.close()


async def test_an_edge_gets_three_frames_in_a_packet_and_a_relay_one(
    database_url: str, psql: Psql, room: int
) -> None:
    edge, relay = Receiver(), Receiver()
    async with (
        nodes(database_url, psql, "mcu"),
        database_connections(database_url) as database,
        room_session(await database.client("ann"), RoomId(room), sound=tone(440)),
    ):
        move(psql, room, "mcu")
        psql.run("select node_register('an edge', 'edge', 10, 'test')")
        psql.run("select relay_heartbeat('here', '127.0.0.1:1', 'relay')")
        psql.run("update nodes set heartbeat_at = now() + interval '1 hour' where kind <> 'mcu'")
        ask = "select node_receive_mix(%s, %s, '127.0.0.1', %s, %s)"
        for node, receiver in (("an edge", edge), ("here", relay)):
            psql.one(ask, node, room, receiver.port, receiver.key)
        await comes_true(lambda: edge.hears(440) and relay.hears(440))
    assert set(map(len, relay.heard)) == {960}
    assert 2880 in map(len, edge.heard)
    edge.close()
    relay.close()


def stands(receiver: Receiver, seen: dict[int, int] = {}) -> bool:  # noqa: B006
    """Whether nothing arrived since this was last asked."""
    before, seen[receiver.port] = seen.get(receiver.port, -1), receiver.read()
    return before == seen[receiver.port]
