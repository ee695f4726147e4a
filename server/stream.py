"""Server-Sent Events (HTML standard, 9.2): the room's log and the hallway on one stream.

A stream is a position in the shared log, never a queue of its own. First comes a snapshot (or, for a
reader who brings a cursor the log reaches back to, what was missed), then the changes as they commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any, Final

from psycopg.errors import NoDataFound
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .database import Database
from .hallway import Visitor
from .log import Entry, Reader, SlowReader, frame
from .metrics import Metrics
from .relay import Relay
from .types import Claims, Cursor, PeerId, RoomId, UserId

COMMENT_EVERY: Final = 15.0  # seconds; proxies hang up on a silent connection after 60
RETRY: Final = 1000  # milliseconds an EventSource waits before it comes back
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class StreamEnded(Exception):
    """The stream is over for a reason the reader is told in its `bye`."""

    def __init__(self, reason: str, retry: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry

    def frame(self) -> bytes:
        end = {"reason": self.reason} | ({} if self.retry is None else {"retry": self.retry})
        return f"event: bye\ndata: {json.dumps(end)}\n\n".encode()


@dataclass(frozen=True)
class Seat:
    """Which room is followed, by whom, on which session of their seat."""

    room: RoomId
    user: UserId
    peer: PeerId


async def snapshot(database: Database, claims: Claims, seat: Seat) -> tuple[Cursor, str]:
    """The room as this user may see it, as JSON text, and the cursor it is true at."""
    async with database.acting(claims, read_only=True, snapshot=True) as connection:
        answer = await connection.execute(
            "select s ->> 'cursor', s::text from roomtone.room_snapshot(%s, %s) s",
            (seat.room, seat.peer),
        )
        row = await answer.fetchone()
    assert row is not None
    return Cursor.parse(row[0]), row[1]


async def missed(
    database: Database, claims: Claims, seat: Seat, after: Cursor
) -> tuple[Cursor, list[dict[str, Any]]] | None:
    """What this user may see of the log after a cursor; None if the log does not reach back to it."""
    events: list[dict[str, Any]] = []
    async with database.acting(claims, read_only=True, snapshot=True) as connection:
        while True:
            try:
                answer = await connection.execute(
                    "select roomtone.room_log(%s, %s, %s, %s)",
                    (seat.room, seat.peer, after.epoch, after.seq),
                )
            except NoDataFound:
                return None
            row = await answer.fetchone()
            assert row is not None
            after = Cursor.parse(row[0]["cursor"])
            if not row[0]["events"]:
                return after, events
            events += row[0]["events"]


@dataclass(frozen=True)
class Attending:
    """A room on a stream: whose seat, where they are in its log, and where they left off before."""

    seat: Seat
    reader: Reader
    after: Cursor | None


class Following:
    """What one stream sends, as an iterator of frames: the hallway, and one room if one is attended."""

    def __init__(
        self,
        relay: Relay,
        database: Database,
        claims: Claims,
        wake: asyncio.Event,
        room: Attending | None = None,
    ) -> None:
        self._relay = relay
        self._database = database
        self._claims = claims
        self._wake = wake
        self._room = room
        self._visitor = Visitor(wake)
        expires = claims.get("exp")
        self._expires = float(expires) if isinstance(expires, int | float) else None

    async def first(self) -> bytes:
        """The frames a stream opens with.

        Raises psycopg errors: a stream that may not be is refused before it begins.
        """
        opening = f"retry: {RETRY}\n\n".encode()
        hallway = self._relay.hallway.rows(self._visitor)
        if self._room is not None:
            caught_up = await self._catch_up(self._room)
            if caught_up is None:
                return opening + await self._snapshot(self._room, hallway)
            return opening + _hallway_only(hallway) + caught_up
        return opening + _hallway_only(hallway)

    async def _catch_up(self, room: Attending) -> bytes | None:
        """What the reader missed; None if that is not to be had."""
        if room.after is None:
            return None
        found = await missed(self._database, self._claims, room.seat, room.after)
        if found is None:
            return None
        room.reader.position, events = found
        epoch = room.after.epoch
        return b"".join(
            frame(Cursor(epoch, event["seq"]), event["table"], json.dumps(event), None)
            for event in events
        )

    async def _snapshot(self, room: Attending, hallway: str | None = None) -> bytes:
        room.reader.position, text = await snapshot(self._database, self._claims, room.seat)
        rest = "}" if hallway is None else f',"hallway":{hallway}}}'
        return f"event: snapshot\nid: {room.reader.position}\ndata: {text[:-1]}{rest}\n\n".encode()

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Frames as they come, several together where they came together. Raises StreamEnded."""
        self._relay.hallway.enter(self._visitor)
        try:
            while True:
                if self._relay.stopping.is_set():
                    raise StreamEnded("relay stopping", RETRY)
                if self._claims.get("jti") in self._relay.signed_out:
                    raise StreamEnded("signed out")
                if self._room is not None and self._room.reader.lost:
                    yield await self._snapshot(self._room)
                waiting: list[bytes] = []
                try:
                    for chunk in self._room_frames():
                        waiting.append(chunk)
                except StreamEnded as end:
                    yield b"".join([*waiting, end.frame()])
                    return
                waiting.extend(self._relay.hallway.take(self._visitor))
                if waiting:
                    self._relay.metrics.frames.inc(len(waiting))
                    yield b"".join(waiting)
                elif not await self._woken():
                    yield b": still here\n\n"
        finally:
            self._relay.hallway.leave(self._visitor)

    def _room_frames(self) -> Iterator[bytes]:
        if self._room is None:
            return
        reader = self._room.reader
        try:
            for entry in reader.take():
                yield entry.frame
                if entry.seat_user == reader.user and entry.seat_peer != reader.peer:
                    raise StreamEnded(_why(entry))
        except SlowReader:
            raise StreamEnded("too slow", 0) from None

    async def _woken(self) -> bool:
        """Wait for something to send; false if it is time for a sign of life. Raises StreamEnded."""
        patience = COMMENT_EVERY
        if self._expires is not None:
            left = self._expires - time.time()
            if left <= 0:
                raise StreamEnded("token expired")
            patience = min(patience, left)
        try:
            await asyncio.wait_for(self._wake.wait(), patience)
        except TimeoutError:
            return False
        self._wake.clear()
        return True


def _hallway_only(hallway: str) -> bytes:
    return f'event: snapshot\ndata: {{"hallway":{hallway}}}\n\n'.encode()


def _why(entry: Entry) -> str:
    """Why the seat is no longer this session's: somebody sits there anew, or nobody does."""
    return "taken over" if entry.seat_peer is not None else entry.reason or "left"


class EventStream(Response):
    """The response: an ASGI application that ends when either side does.

    Not a StreamingResponse, because the one thing that must cut a reader who has stopped reading is
    something else than writing to it. `held` is let go of when the stream has ended.
    """

    def __init__(
        self,
        following: Following,
        first: bytes,
        cut: asyncio.Event,
        metrics: Metrics,
        held: contextlib.AsyncExitStack,
    ) -> None:
        super().__init__()
        self._following = following
        self._first = first
        self._cut = cut
        self._metrics = metrics
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await self._serve(receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        self._metrics.streams.inc()
        ends = [
            asyncio.create_task(self._send(send), name="stream writer"),
            asyncio.create_task(_gone(receive), name="stream hang-up"),
            asyncio.create_task(self._cut.wait(), name="stream cut"),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._metrics.streams.dec()
            for task in ends:
                task.cancel()
            await asyncio.wait(ends)
        if self._cut.is_set():
            self._metrics.cut.inc()
        writer = ends[0]
        if not writer.cancelled() and (error := writer.exception()) is not None:
            raise error

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write(send, self._first)
        try:
            async with contextlib.aclosing(self._following.frames()) as frames:
                async for chunk in frames:
                    await self._write(send, chunk)
        except StreamEnded as end:
            await self._write(send, end.frame())
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Send, chunk: bytes) -> None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._metrics.bytes.inc(len(chunk))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def cursor_of(request: Request) -> Cursor | None:
    """Where to resume: the header an EventSource sends by itself wins over the query.

    A cursor nobody could have been given is as good as none: a fresh snapshot follows.
    """
    text = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        return None
