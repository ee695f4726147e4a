"""An hour in which people come and go, in seconds: a node has afterwards what it had before."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import LiteralString

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from psycopg.types.json import Jsonb
from roomtone.media.aiortc_internals.packets import send_packets
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.participant_connection import OfferRefused
from roomtone.media.node.sfu import Sfu
from roomtone.media.rtp import RtpPacket
from roomtone.media.signaling.events import Seat

from ....patience import comes_true
from ....people import Psql
from ..seats import seat_of
from ..sending import sends
from ..test_routes import move, nodes

AT_ONCE = 10  # people in the room
ROUNDS = 17  # of which the first only warms up; for memory, the first half
WAYS = 5  # of coming and going
OURS = ("roomtone.", "aiortc.", "aioice.", "pylibsrtp.", "av.")
OPUS = b"\xfc\xff\xfe"

Ask = Callable[[str], Awaitable[str]]
"""Offers to the node; its answer. Raises OfferRefused."""


async def come_and_leave(way: int, ask: Ask, leave: Callable[[], Awaitable[None]]) -> None:
    """Join, send a few packets and leave, in one of five ways."""
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender = send_packets(pc.addTransceiver("audio", direction="sendrecv"))
    try:
        await pc.setLocalDescription(await pc.createOffer())
        sdp = pc.localDescription.sdp
        if way == 0:
            with suppress(OfferRefused):
                await ask("v=0 and nonsense")
        elif way == 1:
            answering = asyncio.ensure_future(ask(sdp))
            await asyncio.sleep(0)
            await leave()  # gone before the answer is there
            await asyncio.gather(answering, return_exceptions=True)
        else:
            answer = await ask(sdp)
            await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            await comes_true(
                lambda: sends(sender, RtpPacket(0, 1, 960, True, OPUS, 20))
            )  # connected
            for word in range(2, 8):
                sends(sender, RtpPacket(0, word, word * 960, False, OPUS, 20))
            if way == 2:
                await pc.close()  # without a word; the seat is left later
    finally:
        await leave()
        await pc.close()


def things() -> Counter[str]:
    """What a node must not gather: its own objects and those of its libraries by type, tasks, sockets."""
    gc.collect()
    counted = Counter(
        f"{type(each).__module__}.{type(each).__qualname__}"
        for each in gc.get_objects()
        if str(type(each).__module__).startswith(OURS)
    )
    del counted["roomtone.postgres.listener.Resync"]  # what was heard last is kept until the next
    counted["tasks"] = len(asyncio.all_tasks())
    counted["UDP sockets"] = udp_sockets()
    return counted


async def nothing_is_left(before: Counter[str]) -> None:
    """Wait until there is no more of anything than before; looked at now and then, for looking takes long."""
    with suppress(TimeoutError):
        await comes_true(lambda: not things() - before, every=0.4)
    left = things() - before
    assert not left, left


def udp_sockets() -> int:
    ours = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            ours.add(str(each.readlink()).removeprefix("socket:[").rstrip("]"))
    lines = Path("/proc/self/net/udp").read_text().splitlines()[1:]
    return sum(line.split()[9] in ours for line in lines)


def memory() -> int:
    """Resident memory, in kB, without what only waits for the collector."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.parametrize("kind", [Sfu, Mcu])
async def test_an_hour_of_joins_and_leaves_leaves_nothing_behind(kind: type[Sfu | Mcu]) -> None:
    node = kind()
    seats: dict[str, Seat] = {}

    async def come_and_go(number: int, way: int) -> None:
        seat, peer = seat_of(number), f"peer-{number}"

        async def leave() -> None:
            if seats.pop(peer, None):
                await node.set_participants(seats.values())

        seats[peer] = seat
        await node.set_participants(seats.values())
        await come_and_leave(way, partial(node.answer, peer), leave)

    before, at_half = Counter[str](), 0
    for number in range(ROUNDS):
        if number == 1:
            before = things()
        if number == ROUNDS // 2:
            at_half = memory()
        await asyncio.gather(
            *(come_and_go(number * AT_ONCE + each, each % WAYS) for each in range(AT_ONCE))
        )
    grown = memory() - at_half
    await nothing_is_left(before)
    assert grown < 80 * AT_ONCE * ROUNDS / 2  # a connection has more than 80 kB
    assert node.connections == {}
    await node.close()


async def test_a_room_keeps_nothing_of_those_who_came_and_went(
    database_url: str, psql: Psql, room: int
) -> None:
    async def come_and_go(name: str, way: int) -> None:
        peer = psql.seat(room, name)

        async def ask(sdp: str) -> str:
            node = psql.one("select peer_id from participants where kind = 'mcu'")
            psql.run(OFFER, room, peer, node, Jsonb({"type": "offer", "sdp": sdp}))
            await comes_true(lambda: psql.one(ANSWER, peer))
            answer: dict[str, str] = psql.one(ANSWER, peer)
            return answer.get("sdp", "")

        async def leave() -> None:
            psql.run("delete from participants where peer_id = %s", peer)

        await come_and_leave(way, ask, leave)

    async with nodes(database_url, psql, "mcu"):
        move(psql, room, "mcu")
        before = Counter[str]()
        for number in range(3):
            if number == 1:
                before = things()
            await asyncio.gather(*(come_and_go(f"guest {each}", each) for each in (0, 2, 3, 4)))
        await nothing_is_left(before)


OFFER: LiteralString = (
    "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'offer', %s)"
)
ANSWER: LiteralString = "select body from signals where to_peer = %s"
