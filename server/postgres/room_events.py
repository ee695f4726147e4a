"""Reading a room for one user: a snapshot, the events after a cursor, and why a session lost its seat."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from psycopg import OperationalError
from psycopg.errors import NoDataFound

from ..log.frame import Frame
from ..types import Claims, Cursor, PeerId, RoomId, UserId
from .roles import Connect, Connection

PAGE: Final = 500  # events read at once for a client that comes back


class LogIsLost(OperationalError):
    """The room's log is lost, by a crash or with a primary whose standby was promoted, and no other has begun yet."""


class Connections(Protocol):
    """Where connections come from: a relay's `Database`, or the pool of a media node or bot."""

    def acting(
        self, claims: Claims, *, read_only: bool = False, snapshot: bool = False
    ) -> AbstractAsyncContextManager[Connection]:
        """A transaction as this user, as in `roles.acting`."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Which room is followed, by which user, in which session of their seat."""

    room: RoomId
    user: UserId
    peer: PeerId


async def snapshot(database: Connections, claims: Claims, seat: Seat) -> tuple[Cursor, str]:
    """The room as this user may see it, as JSON text, and the cursor it is true at. Raises LogIsLost."""
    async with database.acting(claims, read_only=True, snapshot=True) as connection:
        answer = await connection.execute(
            "select s ->> 'cursor', s::text from roomtone.room_snapshot(%s, %s) s",
            (seat.room, seat.peer),
        )
        row = await answer.fetchone()
    assert row is not None
    if row[0] is None:
        raise LogIsLost(f"the log of room {seat.room} is lost, and a new one begins in a moment")
    return Cursor.parse(row[0]), row[1]


@dataclass(frozen=True)
class Missed:
    """A page of what was missed, and where it ends; `complete` says that it ends at the head of the log.

    `audience`: the numbers of a counted room at the head; `counts_changed`: since the cursor that was given.
    """

    frames: list[Frame]
    cursor: Cursor
    complete: bool
    audience: Frame | None
    counts_changed: bool


async def missed(database: Connections, claims: Claims, seat: Seat, after: Cursor) -> Missed | None:
    """The next page of what this user may see of the log after a cursor; None if the log does not reach back to it.

    The database writes the events as text: parsing and writing thousands here would keep other clients waiting.
    """
    async with database.acting(claims, read_only=True, snapshot=True) as connection:
        try:
            answer = await connection.execute(
                # Materialized: otherwise the whole page would be parsed again for each of its events.
                "with log as materialized (select l ->> 'cursor' as cursor, l -> 'events' as events,"
                " l ->> 'audience' as audience, (l ->> 'counts_changed')::boolean as counts_changed"
                " from roomtone.room_log(%s, %s, %s, %s, %s) l)"
                " select cursor, e ->> 'table', (e ->> 'seq')::bigint, e::text, audience, counts_changed"
                " from log left join lateral json_array_elements(events) e on true",
                (seat.room, seat.peer, after.epoch, after.seq, PAGE),
            )
        except NoDataFound:
            return None
        rows = await answer.fetchall()
    frames = [
        Frame(table, event, Cursor(after.epoch, seq))
        for _, table, seq, event, _, _ in rows
        if event
    ]
    cursor, _, _, _, numbers, changed = rows[0]
    audience = None if numbers is None else Frame("audience", numbers)
    return Missed(frames, Cursor.parse(cursor), len(frames) < PAGE, audience, bool(changed))


async def why_gone(connect: Connect, room: RoomId, user: UserId, peer: PeerId) -> str | None:
    """Why this user's seat is no longer this session's; None if the log cannot tell (any more)."""
    async with connect() as connection:
        answer = await connection.execute(
            "select roomtone.relay_why_seat_was_lost(%s, %s, %s)", (room, user, peer)
        )
        row = await answer.fetchone()
    assert row is not None
    reason: str | None = row[0]
    return reason


def reason_of(seat_peer: str | None, reason: str | None) -> str:
    """Why the seat is no longer this session's: another session took it, or the user left."""
    return "taken over" if seat_peer is not None else reason or "left"
