"""Who speaks is written for those who listen through an edge: only for them, and only what changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg
from roomtone.media.node import speaking_report
from roomtone.media.node.speaking_report import SpeakingReport
from roomtone.media.signaling.events import Seat

from ....patience import comes_true
from ..seats import seat_of

LISTENER = seat_of(9, "AUDIENCE")


def on_an_edge(seat: Seat) -> Seat:
    return replace(seat, record={**seat.record, "edge": "an-edge"})


class Room:
    """Who speaks in it, how often it was asked, and what was written."""

    def __init__(self) -> None:
        self.speaking: set[int] = set()
        self.looks = 0
        self.written: list[list[int]] = []
        self.refuses = False

    def spoke_within(self, _seconds: float) -> set[int]:
        self.looks += 1
        return self.speaking

    async def write(self, users: list[int]) -> None:
        if self.refuses:
            self.refuses = False
            raise psycopg.OperationalError("the database is away")
        self.written.append(users)

    async def looks_twice(self) -> None:
        before = self.looks
        await comes_true(lambda: self.looks >= before + 2)


@asynccontextmanager
async def reporting(room: Room) -> AsyncIterator[SpeakingReport]:
    report = SpeakingReport(room.spoke_within, room.write)
    yield report
    await report.close()


async def test_only_changes_are_written_and_only_while_somebody_listens_through_an_edge() -> None:
    room = Room()
    async with reporting(room) as report:
        room.speaking = {1}
        report.update([LISTENER])
        await asyncio.sleep(0)
        assert room.looks == 0, "nobody is on an edge"
        report.update([LISTENER, on_an_edge(LISTENER)])
        await room.looks_twice()
        room.speaking = {2, 1}
        await room.looks_twice()
        report.update([on_an_edge(LISTENER)])
        room.speaking = set()
        await room.looks_twice()
        assert room.written == [[1], [1, 2], []]
        report.update([LISTENER])
        looks = room.looks
        room.speaking = {3}
        await asyncio.sleep(2 * speaking_report.EVERY)
        assert (room.looks, room.written[-1]) == (looks, [])
        report.update([on_an_edge(LISTENER)])
        await comes_true(lambda: room.written[-1] == [3])


async def test_what_could_not_be_written_is_written_later() -> None:
    room = Room()
    room.speaking, room.refuses = {1}, True
    async with reporting(room) as report:
        report.update([on_an_edge(LISTENER)])
        await comes_true(lambda: room.written == [[1]])


def test_at_most_four_a_second() -> None:
    assert speaking_report.EVERY >= 0.25
