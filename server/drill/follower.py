"""A participant that follows a room by one of the four techniques: joins, reads, and reconnects as an EventSource does."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, Final, Literal, get_args
from urllib.parse import quote

from httpcore import Response

from ..log.sse_parser import SseParser
from ..media.signaling.client import Frame
from ..media.signaling.events import event_of, snapshot_of
from ..media.signaling.room_state import RoomState
from ..supervision import begin, stop
from ..tools.http import UNREACHABLE, Answer, Client, Refused, arrived_at
from ..tools.network import Place, Tally
from ..tools.observed_events import EventReceived, ObservedEvents
from ..tools.people import join, sign_in
from ..tools.websocket import Socket
from ..types import Cursor, PeerId, RoomId, UserId
from .hallway_view import HallwayView

WAIT: Final = 25  # seconds of a long poll
POLLS_EVERY: Final = 1.0  # seconds
SILENT_AFTER: Final = 40.0  # seconds without even a comment, as in the page
RESUMABLE: Final = frozenset({"relay stopping", "too slow"})
"""Reasons of a `bye` after which the client resumes the same log."""

State = Literal["away", "following", "unseated", "gone"]
Technique = Literal["sse", "polling", "long-polling", "websocket"]
TECHNIQUES: Final[tuple[Technique, ...]] = get_args(Technique)


class Follower:
    """A seat and the stream on it.

    `places` are the relays it tries in turn. With `small`, the kernel buffers only a few KiB of what it
    does not read. `tick` is the seconds between two firings of its timers, as in a hidden tab; 0: no limit.
    """

    def __init__(
        self,
        places: Iterable[Place],
        room: int,
        name: str,
        *,
        small: bool = False,
        technique: Technique = "sse",
    ) -> None:
        self.places = deque(places)
        self.room = room
        self.name = name
        self.small = small
        self.technique = technique
        self.tick = 0.0
        self.silent_after = SILENT_AFTER
        self.user = 0
        self.token = ""
        self.peer = ""
        self.observed = ObservedEvents()
        self.view = RoomState()
        self.hallway = HallwayView()
        self._hallway_cursor = ""
        self.bodies: dict[int, Any] = {}
        self.byes: Counter[str] = Counter()
        self.connections = 0
        self.state: State = "away"
        self.refusal: Answer | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self._retry = 1.0
        self._client: Client | Socket | None = None
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
        self.observed.beginnings += 1
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
                match self.technique:
                    case "sse":
                        await self._stream()
                    case "websocket":
                        await self._socket()
                    case _:
                        await self._poll()
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

    async def _stream(self) -> None:
        headers = {}
        if self.observed.position is not None:
            headers["Last-Event-ID"] = str(self.observed.position)
        path = f"/rooms/{self.room}/events?peer_id={self.peer}"
        async with (
            Client(self.place, self.token, small=self.small) as client,
            client.follow(path, headers) as response,
        ):
            self._client = client
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
                self._receive(event.type, json.loads(event.data), event.id)
            if parser.retry is not None:
                self._retry = parser.retry / 1000

    async def _socket(self) -> None:
        place = "" if self.observed.position is None else f"&after={self.observed.position}"
        path = f"/rooms/{self.room}/socket?peer_id={self.peer}{place}"
        try:
            socket = await Socket.open(self.place, path, self.token, Tally())
        except Refused as refused:  # the process is starting, or ending
            raise EOFError from refused
        self._client = socket
        self.connections += 1
        try:
            while True:
                async with asyncio.timeout(self.silent_after):
                    _, message = await socket.next()
                await self.reading.wait()
                data: Any = message.get("data")
                if message["event"] == "bye" and data.get("problem", {}).get("status", 0) >= 500:
                    raise EOFError("refused for now")
                self.state = "following"
                self._receive(message["event"], data, message.get("id"))
        finally:
            socket.close()

    async def _poll(self) -> None:
        async with Client(self.place, self.token, small=self.small) as client:
            self._client = client
            self.connections += 1
            while self.state in ("away", "following"):
                after = "" if self.observed.position is None else f"&after={self.observed.position}"
                wait = f"&wait={WAIT}" if self.technique == "long-polling" else ""
                path = (
                    f"/rooms/{self.room}/events?peer_id={self.peer}{after}"
                    f"&hallway={quote(self._hallway_cursor)}{wait}"
                )
                answer = await client.ask("GET", path)
                await self.reading.wait()
                if answer.status != 200:
                    self._refused(answer)
                    return
                self.state = "following"
                self._take(answer.body)
                if not wait:
                    await asyncio.sleep(POLLS_EVERY)

    def _take(self, answer: dict[str, Any]) -> None:
        """What one poll was answered."""
        if "snapshot" in answer:
            self._receive("snapshot", answer["snapshot"], answer["snapshot"].get("cursor"))
        cursor = Cursor.parse(answer["cursor"])
        for event in answer["events"]:
            self._receive(event["table"], event, str(Cursor(cursor.epoch, event["seq"])))
        self.observed.position = cursor
        for row in answer.get("hallway", ()):  # a seat that was lost has none
            self._receive("hallway", row, None)
        self._hallway_cursor = answer.get("hallway_cursor", self._hallway_cursor)
        if "audience" in answer:
            self._receive("audience", answer["audience"], None)
        if "bye" in answer:
            self._receive("bye", answer["bye"], None)

    def _refused(self, answer: Answer) -> None:
        """A refusal is final; after a server error or "too many requests" the follower tries again."""
        if answer.status < 500 and answer.status not in (408, 429):
            self.refusal = answer
            self.state = "unseated"

    def _receive(self, kind: str, data: Any, cursor: str | None) -> None:
        match kind:
            case "snapshot":
                self._apply_snapshot(data, cursor)
            case "hallway":
                self.hallway.change(data)
            case "bye":
                self.byes[data["reason"]] += 1
                if data["reason"] not in RESUMABLE:
                    self.state = "unseated"
            case "audience":
                self._learn(kind, data)
            case "invitations" | "clubs" | "people" | "still-here":
                pass  # followers show none
            case table:
                self._apply_event(table, data, cursor)

    def _apply_snapshot(self, snapshot: dict[str, Any], cursor: str | None) -> None:
        if "hallway" in snapshot:
            self.hallway.begin(snapshot["hallway"])
        if cursor is None:
            return
        self.observed.snapshot(Cursor.parse(cursor))
        self.view = RoomState(own=UserId(self.user)).after(
            snapshot_of(RoomId(self.room), PeerId(self.peer), snapshot)
        )
        self.bodies |= {signal["id"]: signal["body"] for signal in snapshot["signals"]}

    def _apply_event(self, table: str, event: dict[str, Any], cursor: str | None) -> None:
        epoch = Cursor.parse(cursor or "").epoch
        if not self.observed.event(EventReceived.of(epoch, event, time.time())):
            return
        if table == "signals":
            self.bodies[event["record"]["id"]] = event["record"]["body"]
        self._learn(table, event)

    def _learn(self, name: str, data: dict[str, Any]) -> None:
        learned = event_of(Frame(name, data))
        if learned is not None:
            self.view = self.view.after(learned)
