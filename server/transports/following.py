"""Following a room, for every technique: the seat, the position in its log, what is new, and why it ends.

A subscriber is a position in the shared log and has no queue.
"""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import Final

from psycopg.errors import CheckViolation, InsufficientPrivilege

from ..identity.claims import token_id
from ..log import control_events
from ..log.frame import Frame
from ..log.room_log import LogReader, SlowReader
from ..log.subscriber import Subscriber
from ..postgres.pools import Database
from ..postgres.room_events import LogIsLost, Seat, missed, reason_of, snapshot, why_gone
from ..problem import Problem
from ..relay.openings import Wanted
from ..relay.relay import Relay
from ..relay.room_logs import NoSuchRoom
from ..types import Claims, Cursor

RETRY: Final = 1000  # milliseconds until a client reconnects


class StreamEnded(Exception):
    """The subscription ends, for the reason that its `bye` says."""

    def __init__(self, reason: str, retry: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry

    def frame(self) -> Frame:
        return control_events.bye(self.reason, retry=self.retry)


class SeatTaken(Problem):
    """The seat was taken by another session before the subscription began."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "42501",
            "your seat belongs to a newer session",
            rule="participants_peer_id_is_current",
            hint="Join again.",
        )


class RoomSubscription:
    """A room, the seat on which it is followed, and the position in its log. `after`: the events after this cursor are still to be sent."""

    __slots__ = ("_relay", "after", "reader", "seat")

    def __init__(self, relay: Relay, seat: Seat, reader: LogReader, after: Cursor | None) -> None:
        self._relay = relay
        self.seat = seat
        self.reader = reader
        self.after = after

    @classmethod
    async def open(
        cls, relay: Relay, seat: Seat, subscriber: Subscriber, after: Cursor | None = None
    ) -> RoomSubscription:
        """Follow a room until `close`. That is presence: the seat is kept as long.

        Raises Problem 404 for an unknown room, 403 for a seat of another session.
        """
        try:
            reader = await relay.logs.open(seat.room, seat.user, seat.peer, subscriber)
        except NoSuchRoom:
            raise no_such_room(seat.room) from None
        try:
            if not await relay.presence.follow(seat.peer):
                raise SeatTaken
        except BaseException:
            relay.logs.close(reader)
            raise
        return cls(relay, seat, reader, after)

    def close(self) -> None:
        self._relay.presence.unfollow(self.seat.peer)
        self._relay.logs.close(self.reader)

    @property
    def must_be_read(self) -> bool:
        """Whether the next frames come from the database: missed events, or a snapshot."""
        return self.after is not None or self.reader.position is None or self.reader.lost

    async def catch_up(self, database: Database, claims: Claims) -> list[Frame] | None:
        """The next page of missed events; None if the log does not reach back. Raises psycopg errors.

        With the last page the reader gets its position in the log. Before, it must not read from the log.
        """
        if self.after is None:
            return None
        page = await missed(database, claims, self.seat, self.after)
        self.after = None if page is None or page.complete else page.cursor
        if page is None:
            return None
        if not page.complete:
            return page.frames
        self.reader.position = page.cursor
        return [*page.frames, *([] if page.audience is None else [page.audience])]

    async def next_page(self, database: Database, claims: Claims) -> list[Frame]:
        """As `catch_up`, in a stream that has begun. Raises StreamEnded if the user lost the seat."""
        seat = self.seat
        try:
            return await self.catch_up(database, claims) or []
        except (InsufficientPrivilege, CheckViolation):
            reason = await why_gone(database.relay, seat.room, seat.user, seat.peer)
            raise StreamEnded(reason or "left") from None

    async def snapshot(self, database: Database, claims: Claims) -> str:
        """The room as JSON text; what is read next are changes to it. Raises psycopg errors."""
        self.reader.position, text = await snapshot_of(self._relay, database, claims, self.seat)
        return text


async def snapshot_of(
    relay: Relay, database: Database, claims: Claims, seat: Seat
) -> tuple[Cursor, str]:
    """The room as this user may see it, as JSON text, and the cursor it is true at. Raises psycopg errors."""
    wanted = Wanted(seat.room, seat.user, seat.peer, token_id(claims))
    found = await relay.openings.snapshots.ask(wanted)
    try:
        return found or await snapshot(database, claims, seat)
    except LogIsLost:
        await relay.logs.begin_again(seat.room)
        return await snapshot(database, claims, seat)


def no_such_room(room: int) -> Problem:
    return Problem(
        404,
        "P0002",
        f"there is no room {room}",
        hint="GET /rows/hallway lists the open ones.",
        rule="participants_room_is_open",
    )


async def require_signed_in(database: Database, claims: Claims) -> None:
    """Raises InvalidAuthorizationSpecification for a revoked token."""
    if claims:
        async with database.acting(claims, read_only=True):
            pass  # becoming the user is refused for a revoked token


def take(
    room: RoomSubscription | None, at_most: int | None = None
) -> tuple[list[Frame], StreamEnded | None]:
    """The new frames of the room, and why it ends for this subscriber if it does. After the events, the numbers of its audience."""
    frames: list[Frame] = []
    if room is None:
        return frames, None
    try:
        for entry in islice(room.reader.take(), at_most):
            frames.append(entry.frame)
            if entry.seat_user == room.seat.user and entry.seat_peer != room.seat.peer:
                return frames, StreamEnded(reason_of(entry.seat_peer, entry.reason))
    except SlowReader:
        return frames, StreamEnded("too slow", 0)
    if at_most is None or len(frames) < at_most:
        audience = room.reader.take_audience()
        frames += [] if audience is None else [audience]
    return frames, None


def reason_to_end(relay: Relay, claims: Claims) -> StreamEnded | None:
    """Why this subscription must end now, or None: the relay stops, or the token was revoked (`relay/revocations.py`)."""
    if relay.stopping.is_set():
        return StreamEnded("relay stopping", RETRY)
    if claims in relay.revocations:
        return StreamEnded("signed out")
    return None


async def wait_for_news(wake: asyncio.Event, seconds: float, until: float | None) -> bool:
    """Wait at most these seconds for something to send. True if there is something. Raises StreamEnded.

    `until`: when the token expires (see `ends_at`).
    """
    if until is not None:
        left = until - time.time()
        if left <= 0:
            raise StreamEnded("token expired")
        seconds = min(seconds, left)
    try:
        # No database connection is used while waiting. Not `wait_for`: before Python 3.12 it loses a
        # cancellation at the moment of the event, and then the stream of a closed connection would never end.
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return False
    wake.clear()
    return True
