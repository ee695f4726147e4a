"""A subscription to a room and the hallway, for every technique: what is sent first, what follows, and why it ends.

A subscriber is a position in the shared log and has no queue. First it gets a snapshot, or the events after its
cursor if the log reaches back to it; then the changes as they commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Final

from psycopg.errors import CheckViolation, InsufficientPrivilege

from ..identity.tokens import ends_at, user_of
from ..log import control_events
from ..log.frame import Frame
from ..log.room_log import Reader, SlowReader
from ..postgres.pools import Database
from ..postgres.room_events import Seat, missed, reason_of, snapshot, why_gone
from ..problem import Problem
from ..relay.hallway import HallwayReader
from ..relay.invitations import InvitationsReader
from ..relay.presence import Presence
from ..relay.relay import Relay
from ..relay.room_logs import NoSuchRoom
from ..types import Claims, Cursor

QUIET: Final = 15.0  # seconds without a frame until a comment is sent; proxies close silent connections after 60
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
            rule="participants_peer_is_current",
            hint="Join again.",
        )


@dataclass
class RoomSubscription:
    """A room, the seat on which it is followed, and the position in its log. `after`: the events after this cursor are still to be sent."""

    seat: Seat
    reader: Reader
    after: Cursor | None = None


@contextlib.asynccontextmanager
async def subscribe_to_room(
    relay: Relay,
    presence: Presence,
    seat: Seat,
    wake: asyncio.Event,
    after: Cursor | None = None,
) -> AsyncIterator[RoomSubscription]:
    """Follow a room until the block ends. That is presence: the seat is kept as long.

    Raises Problem 404 for an unknown room, 403 for a seat of another session.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            follow = relay.logs.follow(seat.room, seat.user, seat.peer, wake)
            reader = await stack.enter_async_context(follow)
        except NoSuchRoom:
            raise no_such_room(seat.room) from None
        if not await presence.follow(seat.peer):
            raise SeatTaken
        stack.callback(presence.unfollow, seat.peer)
        yield RoomSubscription(seat, reader, after)


def no_such_room(room: int) -> Problem:
    return Problem(
        404,
        "P0002",
        f"there is no room {room}",
        hint="GET /rows/hallway lists the open ones.",
        rule="participants_room_is_open",
    )


@contextlib.asynccontextmanager
async def subscribe(
    relay: Relay,
    database: Database,
    claims: Claims,
    wake: asyncio.Event,
    room: RoomSubscription | None = None,
) -> AsyncIterator[Subscription]:
    """Follow the hallway, the user's invitations, and a room if given, until the block ends."""
    await relay.hallway.until_filled()
    with relay.revocations.using(claims, wake):
        async with relay.invitations.read(user_of(claims), wake) as invitations_reader:
            yield Subscription(relay, database, claims, wake, invitations_reader, room)


async def require_signed_in(database: Database, claims: Claims) -> None:
    """Raises InvalidAuthorizationSpecification for a revoked token."""
    if claims:
        async with database.acting(claims, read_only=True):
            pass  # becoming the user is refused for a revoked token


class Subscription:
    """What one subscriber is sent, as frames."""

    def __init__(
        self,
        relay: Relay,
        database: Database,
        claims: Claims,
        wake: asyncio.Event,
        invitations_reader: InvitationsReader | None,
        room: RoomSubscription | None,
    ) -> None:
        self._relay = relay
        self._database = database
        self._claims = claims
        self._ends_at = ends_at(claims)
        self._wake = wake
        self._hallway_reader = HallwayReader(wake, user_of(claims))
        self._invitations_reader = invitations_reader
        self.room = room

    def follow_room(self, room: RoomSubscription | None) -> None:
        """Follow this room from now on, or none. It begins with a snapshot unless its reader has a position."""
        self.room = room
        self._wake.set()

    async def opening_frames(self) -> list[Frame]:
        """The first frames. Raises psycopg errors if the user may not follow the room."""
        if self.room is None:
            await require_signed_in(self._database, self._claims)
        hallway = f'"hallway":{self._relay.hallway.rows(self._hallway_reader)}'
        caught_up = [] if self.room is None else await self._catch_up(self.room)
        if self.room is not None and caught_up is None:
            return [await self._snapshot(self.room, hallway)]
        return [
            control_events.snapshot(self._with_invitations(f"{{{hallway}")),
            *(caught_up or []),
        ]

    async def _catch_up(self, room: RoomSubscription) -> list[Frame] | None:
        """The next page of missed events; None if the log does not reach back.

        With the last page the reader gets its position in the log. Before, it must not read from the log.
        """
        if room.after is None:
            return None
        page = await missed(self._database, self._claims, room.seat, room.after)
        room.after = None if page is None or page.complete else page.cursor
        if page is None:
            return None
        if page.complete:
            room.reader.position = page.cursor
        return page.frames

    async def _next_page(self, room: RoomSubscription, after: Cursor) -> list[Frame] | None:
        """As `_catch_up`, in a stream that has begun. Raises StreamEnded if the user lost the seat."""
        try:
            return await self._catch_up(room)
        except (InsufficientPrivilege, CheckViolation):
            seat = room.seat
            reason = await why_gone(self._database.relay, seat.room, seat.user, seat.peer, after)
            raise StreamEnded(reason or "left") from None

    async def _snapshot(self, room: RoomSubscription, hallway: str | None = None) -> Frame:
        room.reader.position, text = await snapshot(self._database, self._claims, room.seat)
        start = text[:-1] if hallway is None else f"{text[:-1]},{hallway}"
        return control_events.snapshot(self._with_invitations(start), room.reader.position)

    def _with_invitations(self, start: str) -> str:
        """Complete a snapshot's JSON text with the open invitations of a user who is signed in."""
        invitations = None if self._invitations_reader is None else self._invitations_reader.all()
        return start + ("}" if invitations is None else f',"invitations":{invitations}}}')

    async def frames(self) -> AsyncGenerator[list[Frame], None]:
        """Frames as they arrive, several if they arrived together. An empty list: nothing for `QUIET` seconds.

        Raises StreamEnded.
        """
        self._relay.hallway.subscribe(self._hallway_reader)
        try:
            while True:
                if (end := reason_to_end(self._relay, self._claims)) is not None:
                    raise end
                room = self.room
                if room and room.after is not None:
                    page = await self._next_page(room, room.after) or []
                    self._relay.metrics.frames.inc(len(page))
                    if page:
                        yield page
                if (
                    room
                    and room.after is None
                    and (room.reader.position is None or room.reader.lost)
                ):
                    yield [await self._snapshot(room)]
                new, end = take(self.room) if self.room is room else ([], None)
                new += self._relay.hallway.take(self._hallway_reader)
                new += [] if self._invitations_reader is None else self._invitations_reader.take()
                if new:
                    self._relay.metrics.frames.inc(len(new))
                    yield new
                if end is not None:
                    raise end
                if room and room.after is not None:
                    continue
                if not new and not await wait_for_news(self._wake, QUIET, self._ends_at):
                    yield []
        finally:
            self._relay.hallway.unsubscribe(self._hallway_reader)


def take(room: RoomSubscription | None) -> tuple[list[Frame], StreamEnded | None]:
    """The new frames of the room, and why it ends for this subscriber if it does."""
    frames: list[Frame] = []
    if room is None:
        return frames, None
    try:
        for entry in room.reader.take():
            frames.append(entry.frame)
            if entry.seat_user == room.seat.user and entry.seat_peer != room.seat.peer:
                return frames, StreamEnded(reason_of(entry.seat_peer, entry.reason))
    except SlowReader:
        return frames, StreamEnded("too slow", 0)
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
