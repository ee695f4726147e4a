"""A participant that follows a room: joins, reads the stream, and reconnects as an EventSource does."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Literal

from httpcore import Response

from ..log.sse_parser import SseEvent, SseParser
from ..supervision import begin, stop
from ..tools.http import UNREACHABLE, Answer, Client, Refused, arrived_at
from ..tools.network import Place
from ..tools.observed_events import EventReceived, ObservedEvents
from ..tools.people import join, sign_in
from ..types import Cursor
from .hallway_view import HallwayView

SILENT_AFTER: Final = 40.0  # seconds without even a comment, as in the page
ASKS_AGAIN: Final = 0.2  # seconds
RESUMABLE: Final = frozenset({"relay stopping", "too slow"})
"""Reasons of a `bye` after which the client resumes the same log."""

State = Literal["away", "following", "unseated", "gone"]


class Follower:
    """A seat and the stream on it.

    `places` are the relays it tries in turn. With `small`, the kernel buffers only a few KiB of what it
    does not read. `tick` is the seconds between two firings of its timers, as in a hidden tab; 0: no limit.
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
        self.observed = ObservedEvents()
        self.roster: dict[int, dict[str, Any]] = {}
        self.hallway = HallwayView()
        self.bodies: dict[int, Any] = {}
        self.byes: Counter[str] = Counter()
        self.connections = 0
        self.state: State = "away"
        self.refusal: Answer | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self._retry = 1.0
        self._client: Client | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        return self.places[0]

    async def sign_in(self) -> None:
        """Sign in. Raises Refused, or one of `UNREACHABLE`."""
        person = await sign_in(self.place, self.name)
        self.user, self.token = person.user, person.token

    async def join(self) -> None:
        """Join the room, or join it again. Raises Refused, or one of `UNREACHABLE`."""
        self.peer = await join(self.place, self.token, self.room)

    def follow(self) -> None:
        """Follow until disconnected or until the seat is lost."""
        self._task = begin(self._keep_following(), self.name)

    async def disconnect(self) -> None:
        """Close the stream and do not reconnect: a tab that was closed without leaving the room."""
        await self._stop()
        self.state = "gone"

    async def reset_connection(self) -> None:
        """Reset the connection and do not reconnect, as when a process is killed."""
        if self._client is not None:
            self._client.reset()
        await self.disconnect()

    async def rejoin(self) -> None:
        """After losing the seat: join again and begin with a snapshot."""
        await self._stop()
        self.observed.position = None
        self.state = "away"
        await self.join()
        self.follow()

    def stop_reading(self) -> None:
        """Stop reading; what arrives stays in the kernel, as for a process under SIGSTOP."""
        self.reading.clear()

    def resume_reading(self) -> None:
        self.reading.set()

    def reconnect_to(self, place: Place) -> None:
        """Reset the connection, and reconnect to this relay."""
        self.places = deque([place])
        if self._client is not None:
            self._client.reset()

    async def _stop(self) -> None:
        if self._task is not None:
            await stop(self._task)

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
        """Seconds until the next attempt: the stream's `retry`, rounded up to the next tick of a throttled clock."""
        if not self.tick:
            return self._retry
        return (
            math.ceil((time.monotonic() + self._retry) / self.tick) * self.tick - time.monotonic()
        )

    async def _follow(self) -> None:
        headers = {}
        if self.observed.position is not None:
            headers["Last-Event-ID"] = str(self.observed.position)
        path = f"/rooms/{self.room}/events?peer_id={self.peer}"
        async with (
            Client(self.place, self.token, small=self.small) as self._client,
            self._client.follow(path, headers) as response,
        ):
            if response.status == 200:
                self.connections += 1
                await self._read(response)
            else:
                content = await response.aread()
                self._refused(Answer(response.status, content, arrived_at(response)))

    async def _read(self, response: Response) -> None:
        parser = SseParser()
        chunks = aiter(response.aiter_stream())
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
        """A refusal is final; after a server error or "too many requests" the follower tries again."""
        if answer.status < 500 and answer.status not in (408, 429):
            self.refusal = answer
            self.state = "unseated"

    def _receive(self, event: SseEvent) -> None:
        data = json.loads(event.data)
        match event.type:
            case "snapshot":
                self._apply_snapshot(data, event.id)
            case "hallway":
                self.hallway.change(data)
            case "bye":
                self.byes[data["reason"]] += 1
                if data["reason"] not in RESUMABLE:
                    self.state = "unseated"
            case "invitations" | "clubs" | "audience":
                pass  # followers show none
            case table:
                self._apply_event(table, data, event.id)

    def _apply_snapshot(self, snapshot: dict[str, Any], cursor: str | None) -> None:
        if "hallway" in snapshot:
            self.hallway.begin(snapshot["hallway"])
        if cursor is None:
            return
        self.observed.snapshot(Cursor.parse(cursor))
        self.roster = {record["user_id"]: record for record in snapshot["participants"]}
        self.bodies |= {signal["id"]: signal["body"] for signal in snapshot["signals"]}

    def _apply_event(self, table: str, event: dict[str, Any], cursor: str | None) -> None:
        epoch = Cursor.parse(cursor or "").epoch
        if not self.observed.event(EventReceived.of(epoch, event, time.time())):
            return
        record, old = event["record"], event["old_record"]
        if table == "signals":
            self.bodies[record["id"]] = record["body"]
        elif table == "participants":
            if record is None or record["peer_id"] is None:
                self.roster.pop((record or old)["user_id"], None)
            else:
                self.roster[record["user_id"]] = record


async def until_signed_in(follower: Follower) -> None:
    """Sign in, trying again until the relay answers."""
    await _retry_until_reachable(follower.sign_in)


async def until_joined(follower: Follower) -> None:
    """Sign in, join and follow, trying each again until the relay answers."""
    await until_signed_in(follower)
    await _retry_until_reachable(follower.join)
    follower.follow()


async def _retry_until_reachable(ask_for: Callable[[], Awaitable[None]]) -> None:
    while True:
        with suppress(*UNREACHABLE, Refused):
            return await ask_for()
        await asyncio.sleep(ASKS_AGAIN)
