"""One person who follows a room: takes a seat, reads the stream, and comes back as an EventSource does."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Literal

from ..log.sse_parser import SseEvent, SseParser
from ..supervision import begin, stop
from ..types import Cursor
from .http_connection import UNREACHABLE, Answer, Exchange, Place, ask
from .observed_events import Journal, Seen

SILENT_AFTER: Final = 40.0  # seconds without even a comment, as in the page
ASKS_AGAIN: Final = 0.2  # seconds
COMING_BACK: Final = frozenset({"relay stopping", "too slow"})
"""A bye that is no farewell: the same log goes on."""

State = Literal["away", "following", "unseated", "gone"]


class Follower:
    """A seat and the stream on it.

    `places` are the relays it may turn to, in turn. With `small`, its kernel holds little of what it
    does not read. `tick` (seconds) is how rarely its timers fire, as in a tab that is hidden.
    """

    def __init__(
        self, places: Iterable[Place], room: int, name: str, *, small: bool = False
    ) -> None:
        self.places = deque(places)
        self.room = room
        self.name = name
        self.small = small
        self.tick = 0.0
        self.silent_after = SILENT_AFTER
        self.user = 0
        self.token = ""
        self.peer = ""
        self.journal = Journal()
        self.roster: dict[int, dict[str, Any]] = {}
        self.hallway: dict[int, dict[str, Any]] = {}
        self.bodies: dict[int, Any] = {}
        self.byes: Counter[str] = Counter()
        self.connections = 0
        self.state: State = "away"
        self.refusal: Answer | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self._retry = 1.0
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        return self.places[0]

    async def sign_in(self) -> None:
        """Be somebody. Raises one of `UNREACHABLE`."""
        answer = await ask(self.place, "POST", "/session", {"username": self.name})
        if answer.status != 200:
            raise EOFError(f"{self.name} could not sign in: {answer}")
        self.user, self.token = answer.body["user"]["id"], answer.body["token"]

    async def join(self) -> None:
        """Take a seat, or take it anew. Raises one of `UNREACHABLE`."""
        answer = await ask(
            self.place,
            "POST",
            "/rows/rpc/join_room",
            {"room_id": self.room},
            token=self.token,
        )
        if answer.status != 200:
            raise EOFError(f"{self.name} could not join: {answer}")
        self.peer = answer.body["peer_id"]

    def follow(self) -> None:
        """Follow until hung up, torn off or unseated."""
        self._task = begin(self._keep_following(), self.name)

    async def hang_up(self) -> None:
        """Close the stream and do not come back: a tab that was closed without a word."""
        await self._stop()
        self.state = "gone"

    async def vanish(self) -> None:
        """The same with a reset, as when a process is killed."""
        if self._exchange is not None:
            self._exchange.tear()
        await self.hang_up()

    async def come_again(self) -> None:
        """After losing the seat: take a new one and begin with a snapshot."""
        await self._stop()
        self.journal.position = None
        self.state = "away"
        await self.join()
        self.follow()

    def suspend(self) -> None:
        """Stop reading; what arrives stays in the kernel, as for a process under SIGSTOP."""
        self.reading.clear()

    def wake(self) -> None:
        self.reading.set()

    def move_to(self, place: Place) -> None:
        """Lose the connection, and find this place the next time."""
        self.places = deque([place])
        if self._exchange is not None:
            self._exchange.tear()

    async def _stop(self) -> None:
        if self._task is not None:
            await stop(self._task)
        if self._exchange is not None:
            self._exchange.close()

    async def _keep_following(self) -> None:
        while self.state not in ("unseated", "gone"):
            try:
                await self._follow()
            except UNREACHABLE:
                self.places.rotate(-1)
            finally:
                if self.state == "following":
                    self.state = "away"
            if self.state == "away":
                await asyncio.sleep(self._pause())

    def _pause(self) -> float:
        """Until the next attempt: what the relay asked for, on the next tick of a throttled clock."""
        if not self.tick:
            return self._retry
        return (
            math.ceil((time.monotonic() + self._retry) / self.tick) * self.tick - time.monotonic()
        )

    async def _follow(self) -> None:
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"}
        if self.journal.position is not None:
            headers["Last-Event-ID"] = str(self.journal.position)
        path = f"/rooms/{self.room}/events?peer_id={self.peer}"
        exchange = await Exchange.begin(self.place, "GET", path, headers, small=self.small)
        self._exchange = exchange
        try:
            if exchange.status != 200:
                self._refused(await exchange.whole())
                return
            self.connections += 1
            await self._read(exchange)
        finally:
            exchange.close()
            self._exchange = None

    async def _read(self, exchange: Exchange) -> None:
        parser = SseParser()
        chunks = exchange.chunks()
        while True:
            # not `wait_for`, which before Python 3.12 may forget that it was cancelled
            async with asyncio.timeout(self.silent_after):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            await self.reading.wait()
            for event in parser.feed(chunk):
                self.state = "following"
                self._receive(event)
            if parser.retry is not None:
                self._retry = parser.retry / 1000

    def _refused(self, answer: Answer) -> None:
        """A plain refusal is final; a relay in trouble, or one too busy, is asked again."""
        if answer.status < 500 and answer.status not in (408, 429):
            self.refusal = answer
            self.state = "unseated"

    def _receive(self, event: SseEvent) -> None:
        data = json.loads(event.data)
        match event.type:
            case "snapshot":
                self._begin(data, event.id)
            case "hallway":
                self._see(data)
            case "bye":
                self.byes[data["reason"]] += 1
                if data["reason"] not in COMING_BACK:
                    self.state = "unseated"
            case table:
                self._event(table, data, event.id)

    def _begin(self, snapshot: dict[str, Any], cursor: str | None) -> None:
        if "hallway" in snapshot:
            self.hallway = {row["id"]: row for row in snapshot["hallway"]}
        if cursor is None:
            return
        self.journal.snapshot(Cursor.parse(cursor))
        self.roster = {record["user_id"]: record for record in snapshot["participants"]}
        self.bodies |= {signal["id"]: signal["body"] for signal in snapshot["signals"]}

    def _event(self, table: str, event: dict[str, Any], cursor: str | None) -> None:
        committed = datetime.fromisoformat(event["commit_timestamp"]).timestamp()
        seen = Seen(
            Cursor.parse(cursor or ""), event["recipient"] is not None, time.time() - committed
        )
        if not self.journal.event(seen):
            return
        record, old = event["record"], event["old_record"]
        if table == "signals":
            self.bodies[record["id"]] = record["body"]
        elif table == "participants":
            if record is None or record["peer_id"] is None:
                self.roster.pop((record or old)["user_id"], None)
            else:
                self.roster[record["user_id"]] = record

    def _see(self, row: dict[str, Any]) -> None:
        if row["ended_at"] is None:
            self.hallway[row["id"]] = row
        else:
            self.hallway.pop(row["id"], None)


async def until_signed_in(follower: Follower) -> None:
    """Be somebody, asking again until the relay can tell who."""
    await _again(follower.sign_in)


async def until_joined(follower: Follower) -> None:
    """Sign in, join and follow, each asked for again until the relay can."""
    await until_signed_in(follower)
    await _again(follower.join)
    follower.follow()


async def _again(ask_for: Callable[[], Awaitable[None]]) -> None:
    while True:
        with suppress(*UNREACHABLE):
            return await ask_for()
        await asyncio.sleep(ASKS_AGAIN)
