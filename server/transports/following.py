"""Subscription a room and the hallway, whatever the technique: what comes first, what comes then, and why it ends.

Whoever follows is a position in the shared log, never a queue of their own. First comes a snapshot (or,
for a reader who brings a cursor the log reaches back to, what was missed), then the changes as they
commit.
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

QUIET: Final = 15.0  # seconds without a frame until a sign of life; proxies hang up after 60
RETRY: Final = 1000  # milliseconds until a follower comes back


class StreamEnded(Exception):
    """The following is over for a reason the reader is told in its `bye`."""

    def __init__(self, reason: str, retry: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry

    def frame(self) -> Frame:
        return control_events.bye(self.reason, retry=self.retry)


class SeatTaken(Problem):
    """The seat went while somebody was about to follow on it."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "42501",
            "this session no longer holds your seat",
            rule="participants_peer_is_current",
            hint="Join again.",
        )


@dataclass
class RoomSubscription:
    """A room that is followed: on whose seat, where in its log; and `after` while what was missed since then is still to be sent."""

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
    """Follow a room, which is presence, until the block ends.

    Raises Problem 404 for a room that is not there, 403 for a seat that is another session's.
    """
    async with contextlib.AsyncExitStack() as held:
        try:
            follow = relay.logs.follow(seat.room, seat.user, seat.peer, wake)
            reader = await held.enter_async_context(follow)
        except NoSuchRoom:
            raise no_such_room(seat.room) from None
        if not await presence.follow(seat.peer):
            raise SeatTaken
        held.callback(presence.unfollow, seat.peer)
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
    """Follow the hallway, one's invitations, and one room if one is attended, until the block ends."""
    await relay.hallway.until_filled()
    with relay.revocations.using(claims, wake):
        async with relay.invitations.read(user_of(claims), wake) as invitee:
            yield Subscription(relay, database, claims, wake, invitee, room)


async def require_signed_in(database: Database, claims: Claims) -> None:
    """Raises InvalidAuthorizationSpecification for a token whose owner has signed out."""
    if claims:
        async with database.acting(claims, read_only=True):
            pass  # becoming them is what would be refused


class Subscription:
    """What one follower is sent, as frames."""

    def __init__(
        self,
        relay: Relay,
        database: Database,
        claims: Claims,
        wake: asyncio.Event,
        invitee: InvitationsReader | None,
        room: RoomSubscription | None,
    ) -> None:
        self._relay = relay
        self._database = database
        self._claims = claims
        self._ends_at = ends_at(claims)
        self._wake = wake
        self._visitor = HallwayReader(wake, user_of(claims))
        self._invitee = invitee
        self.room = room

    def attend(self, room: RoomSubscription | None) -> None:
        """Follow this room from now on, or none; one whose reader has no position yet begins with a snapshot."""
        self.room = room
        self._wake.set()

    async def first(self) -> list[Frame]:
        """The frames everything opens with.

        Raises psycopg errors: a following that may not be is refused before it begins.
        """
        if self.room is None:
            await require_signed_in(self._database, self._claims)
        hallway = f'"hallway":{self._relay.hallway.rows(self._visitor)}'
        caught_up = [] if self.room is None else await self._catch_up(self.room)
        if self.room is not None and caught_up is None:
            return [await self._snapshot(self.room, hallway)]
        return [
            control_events.snapshot(self._with_invitations(f"{{{hallway}")),
            *(caught_up or []),
        ]

    async def _catch_up(self, room: RoomSubscription) -> list[Frame] | None:
        """The next page of what the reader missed; None if that is not to be had.

        With the last one the reader has a position in the log that is kept here: before, it must not read from it.
        """
        if room.after is None:
            return None
        found = await missed(self._database, self._claims, room.seat, room.after)
        room.after = None if found is None or found.complete else found.cursor
        if found is None:
            return None
        if found.complete:
            room.reader.position = found.cursor
        return found.frames

    async def _next_page(self, room: RoomSubscription, after: Cursor) -> list[Frame] | None:
        """As `_catch_up`, in a stream that has begun. Raises StreamEnded for somebody who may not read on."""
        try:
            return await self._catch_up(room)
        except (InsufficientPrivilege, CheckViolation):
            seat = room.seat
            reason = await why_gone(self._database, seat.room, seat.user, seat.peer, after)
            raise StreamEnded(reason or "left") from None

    async def _snapshot(self, room: RoomSubscription, hallway: str | None = None) -> Frame:
        room.reader.position, text = await snapshot(self._database, self._claims, room.seat)
        begun = text[:-1] if hallway is None else f"{text[:-1]},{hallway}"
        return control_events.snapshot(self._with_invitations(begun), room.reader.position)

    def _with_invitations(self, begun: str) -> str:
        """The end of a snapshot's JSON text, with the open invitations of a reader who is signed in."""
        mine = None if self._invitee is None else self._invitee.all()
        return begun + ("}" if mine is None else f',"invitations":{mine}}}')

    async def frames(self) -> AsyncGenerator[list[Frame], None]:
        """Frames as they come, together where they came together; none at all is a sign of life.

        Raises StreamEnded.
        """
        self._relay.hallway.subscribe(self._visitor)
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
                waiting, end = take(self.room) if self.room is room else ([], None)
                waiting += self._relay.hallway.take(self._visitor)
                waiting += [] if self._invitee is None else self._invitee.take()
                if waiting:
                    self._relay.metrics.frames.inc(len(waiting))
                    yield waiting
                if end is not None:
                    raise end
                if room and room.after is not None:
                    continue
                if not waiting and not await wait_for_news(self._wake, QUIET, self._ends_at):
                    yield []
        finally:
            self._relay.hallway.unsubscribe(self._visitor)


def take(room: RoomSubscription | None) -> tuple[list[Frame], StreamEnded | None]:
    """What is new in the room, and why nothing more will come if this is the end of it."""
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
    """Why nobody, or not this user, is served any longer."""
    if relay.stopping.is_set():
        return StreamEnded("relay stopping", RETRY)
    if claims in relay.revocations:
        return StreamEnded("signed out")
    return None


async def wait_for_news(wake: asyncio.Event, patience: float, until: float | None) -> bool:
    """Wait so many seconds for something to send; whether there is. Raises StreamEnded.

    `until` is when the reader's token has expired (see `ends_at`).
    """
    if until is not None:
        left = until - time.time()
        if left <= 0:
            raise StreamEnded("token expired")
        patience = min(patience, left)
    try:
        # Nothing but this event is held while waiting, no database connection. Not `wait_for`: before
        # Python 3.12 it forgets a cancellation that comes together with the news, and the stream of
        # somebody who hung up just then would never end.
        async with asyncio.timeout(patience):
            await wake.wait()
    except TimeoutError:
        return False
    wake.clear()
    return True
