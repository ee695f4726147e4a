"""A program that follows no log (WHIP, WHEP): its seat lives as long as its connection, and it is informed of a recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

from roomtone.media.node.connection_presence import ConnectionPresence
from roomtone.media.node.hosted_room import HostedRoom
from roomtone.media.node.node_seat import NodeSeat
from roomtone.media.node.recorder import Begun, Recorder
from roomtone.media.node.speaking_report import SpeakingReport
from roomtone.media.signaling.events import Changed
from roomtone.types import PeerId, RoomId

from ....patience import comes_true

PROGRAM = PeerId("program")
OFFER = {"sdp": "", "presence": "connection"}


class Connection:
    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def until(self, *states: str) -> str:
        if "connected" in states:
            return "connected"
        await self.over.wait()
        return "closed"


class Media:
    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self.notified: list[str] = []

    async def answer(self, peer: str, _offer: str, *, mixed: bool) -> str:
        self.connections[peer] = Connection()
        return ""

    def notify(self, peer: str) -> None:
        self.notified.append(peer)

    def consume(self, _on_mix: object) -> Callable[[], None]:
        return lambda: None


class CountingDown:
    """The rows of a recording whose countdown does not end."""

    async def recording_begins(self, _recording: int) -> Begun:
        return Begun(None, 60)


def hosted(media: Media, holding: Any) -> tuple[HostedRoom, Recorder]:
    recorder = Recorder(cast(Any, CountingDown()), None, media.consume)
    connection_presence = ConnectionPresence(cast(Any, media), recorder, holding)
    seat = NodeSeat(cast(Any, None), RoomId(1), PeerId("node"))
    speaking_report = SpeakingReport(lambda _seconds: [], cast(Any, None))
    room = HostedRoom(seat, cast(Any, media), recorder, connection_presence, speaking_report)
    return room, recorder


def recording(number: int, kind: str, *, ended: bool) -> Changed:
    """The event of a change of this recording."""
    row = {"id": number, "ended_at": "2026-01-01T00:00:00Z" if ended else None}
    record, old_record = (None, row) if kind == "DELETE" else (row, None)
    return Changed("recordings", kind, record, old_record)


async def test_an_offer_while_the_end_of_the_connection_before_is_written_holds_the_seat_again() -> (
    None
):
    began, ending = 0, asyncio.Event()
    written = asyncio.Event()

    @asynccontextmanager
    async def holding(_peer: PeerId, _grace: timedelta) -> AsyncIterator[bool]:
        nonlocal began
        began += 1
        yield True
        ending.set()
        await written.wait()

    media = Media()
    room, _ = hosted(media, holding)
    try:
        await room._answer_offer(PROGRAM, OFFER)
        await comes_true(lambda: began == 1)
        media.connections[PROGRAM].over.set()
        await ending.wait()
        await room._answer_offer(PROGRAM, OFFER)
        await asyncio.sleep(0)
        written.set()
        await comes_true(lambda: began == 2)
    finally:
        await room._connection_presence.close()


async def test_a_session_is_informed_of_the_recording_that_runs_whatever_becomes_of_an_old_one() -> (
    None
):
    @asynccontextmanager
    async def holding(_peer: PeerId, _grace: timedelta) -> AsyncIterator[bool]:
        yield True

    media = Media()
    room, recorder = hosted(media, holding)
    try:
        await room._apply(recording(2, "INSERT", ended=False))
        await room._apply(recording(1, "UPDATE", ended=True))
        await room._apply(recording(1, "DELETE", ended=True))
        await room._answer_offer(PROGRAM, OFFER)
        await comes_true(lambda: media.notified == [PROGRAM])
        await room._apply(recording(2, "UPDATE", ended=False))
        assert media.notified == [PROGRAM]
        await room._apply(recording(2, "UPDATE", ended=True))
        await room._apply(recording(3, "INSERT", ended=False))
        assert media.notified == [PROGRAM, PROGRAM]
    finally:
        await room._connection_presence.close()
        await recorder.close()
