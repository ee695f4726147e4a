"""Two crowds of a thousand streams: one shares its room with readers that do not read, the other does not.

Each stream is a bare protocol on this process's loop, because a thousand followers would need more than they measure.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

from ..tools.http import ask
from ..tools.network import Place
from ..tools.people import join, sign_in
from ..tools.waiting import PATIENCE, bounded
from .environment import DrillEnvironment, Psql

STREAMS: Final = 1000  # in each room
STREAMS_PER_USER: Final = 50
TRIES_AGAIN: Final = 0.5  # seconds
BEATS: Final = 16  # messages to each room, in turn
BEAT: Final = re.compile(rb"beat-(\d+)!")
TAIL: Final = 16  # bytes; a beat may be in two chunks

ALLOWED: Final = 50.0
"""Milliseconds by which the median of one room may differ from twice the other's, though nothing is wrong: two medians of the same thing differ, too."""


class Onlooker(asyncio.Protocol):
    """One stream. `beats` are the numbers that it received."""

    def __init__(self, crowd: Crowd, request: bytes) -> None:
        self._crowd = crowd
        self._request = request
        self._tail = b""
        self._transport: asyncio.Transport | None = None
        self.began = asyncio.get_running_loop().create_future()
        self.refusal = b""
        self.beats: list[int] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        text = self._tail + data
        if not self.began.done():
            accepted = text.startswith(b"HTTP/1.1 200 ")
            if b"event: snapshot\n" in text or (b"\r\n\r\n" in text and not accepted):
                self.refusal = b"" if accepted else text
                self.began.set_result(accepted)
            self._tail = text[-TAIL:] if self.began.done() else text
            return
        for found in BEAT.finditer(text):
            if found.end() > len(self._tail):  # otherwise it was seen in the chunk before
                self.beats.append(int(found[1]))
                self._crowd.received()
        self._tail = text[-TAIL:]

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.began.done():
            self.began.set_result(False)
        elif self.began.result():
            self._crowd.lost()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Crowd:
    """The streams of one room. `late` has the milliseconds from each beat until the last stream had it."""

    def __init__(self, room: int, author: int) -> None:
        self.room = room
        self._author = author
        self.onlookers: list[Onlooker] = []
        self.late: list[float] = []
        self._missing = 0
        self._whole = True
        self._complete = asyncio.Event()

    def received(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._complete.set()

    def lost(self) -> None:
        """A stream has ended, so no message is received by all any more."""
        self._whole = False
        self._complete.set()

    async def beat(self, psql: Psql, number: int) -> None:
        """Write a message, and wait until every stream has it, or too long."""
        self._missing = len(self.onlookers)
        if self._whole:
            self._complete.clear()
        began = time.monotonic()
        await psql.execute(
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
            (self.room, self._author, f"beat-{number}!"),
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await self._complete.wait()
        except TimeoutError:
            pass  # counted by what it did not receive
        self.late.append((time.monotonic() - began) * 1000)


@asynccontextmanager
async def onlookers(place: Place, room: int) -> AsyncIterator[Crowd]:
    """A thousand streams that have begun. They leave with the block."""
    loop = asyncio.get_running_loop()
    people = [
        await sign_in(place, f"onlooker {room} {number}")
        for number in range(STREAMS // STREAMS_PER_USER)
    ]
    crowd = Crowd(room, people[0].user)

    async def begin(token: str) -> None:
        request = (
            f"GET /rooms/{room}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        ).encode()
        deadline = time.monotonic() + PATIENCE
        while True:
            _, onlooker = await loop.create_connection(
                lambda: Onlooker(crowd, request), place.host, place.port
            )
            async with bounded("the begin of a stream of a thousand"):
                accepted = await onlooker.began
            if accepted:
                crowd.onlookers.append(onlooker)
                return
            onlooker.close()
            if time.monotonic() > deadline:
                raise RuntimeError(f"a stream of a thousand did not begin: {onlooker.refusal!r}")
            await asyncio.sleep(TRIES_AGAIN)

    try:
        for person in people:
            await join(place, person.token, room)  # and follow at once, which keeps the seat
            await asyncio.gather(*(begin(person.token) for _ in range(STREAMS_PER_USER)))
        yield crowd
    finally:
        for onlooker in crowd.onlookers:
            onlooker.close()
        for person in people:
            await ask(place, "POST", "/rows/rpc/leave_room", {"room_id": room}, token=person.token)


@dataclass(frozen=True)
class Crowds:
    """A thousand in the room of the slow readers, and a thousand in another room."""

    environment: DrillEnvironment
    psql: Psql
    beside: Crowd
    apart: Crowd

    async def compare(self) -> None:
        """Whether those beside slow readers receive all, and as early as the others, who get the same at the same time."""
        for number in range(BEATS):
            # In turn, so that whatever else this machine does concerns both.
            for crowd in (self.beside, self.apart) if number % 2 else (self.apart, self.beside):
                await crowd.beat(self.psql, number)
        with_slow = self._median(self.beside, "beside slow readers")
        without = self._median(self.apart, "without slow readers")
        self.environment.expect(
            with_slow <= 2 * without + ALLOWED,
            f"beside slow readers a message took {with_slow:.0f} ms to a thousand others, and {without:.0f} ms without them",
        )

    def _median(self, crowd: Crowd, where: str) -> float:
        wrong = [each for each in crowd.onlookers if each.beats != list(range(BEATS))]
        self.environment.expect(
            not wrong,
            f"{len(wrong)} of {len(crowd.onlookers)} streams {where} did not receive every message once, in order",
        )
        median = statistics.median(crowd.late)
        self.environment.figures[f"{len(crowd.onlookers)} streams {where}, ms"] = round(median, 1)
        return median


@asynccontextmanager
async def two_crowds(environment: DrillEnvironment, psql: Psql, room: int) -> AsyncIterator[Crowds]:
    """One in this room, one in a new room. They leave with the block. What others write meanwhile, they write elsewhere: all would receive it."""
    place = environment.relays[0].place
    elsewhere = await environment.new_room(psql)
    with environment.undisturbed(room, elsewhere):
        async with onlookers(place, room) as beside, onlookers(place, elsewhere) as apart:
            yield Crowds(environment, psql, beside, apart)
