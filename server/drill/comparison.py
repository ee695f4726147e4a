"""Compares the table `events` with the events that each follower received."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ..media.signaling.events import Seat, seat_of
from ..settings import Settings
from ..tools.waiting import PATIENCE, SELDOM, TimeLimit
from .environment import DrillEnvironment, Psql
from .follower import Follower

END_GRACE: Final = "update participants set expires_at = now() where expires_at > now() and peer_id::text <> all (%s)"


@dataclass(frozen=True)
class TableState:
    """The tables at one moment. `events` is {seq: its only recipient, or None}; `seats` are by room and user, and
    `counted` the rooms whose roster is counted."""

    epochs: dict[int, int]
    heads: dict[int, int]
    tails: dict[int, int]
    events: dict[int, dict[int, int | None]]
    seats: dict[int, dict[int, Seat]]
    here: dict[int, int]
    counted: frozenset[int] = frozenset()


async def read_tables(psql: Psql) -> TableState:
    """Read the tables as they are now, in one snapshot (PostgreSQL manual, 13.2.2)."""
    events: dict[int, dict[int, int | None]] = defaultdict(dict)
    seats: dict[int, dict[int, Seat]] = defaultdict(dict)
    async with psql.transaction():
        await psql.execute("set transaction isolation level repeatable read")
        logs = await psql.execute("select room_id, epoch, head_seq, tail_seq from logs")
        heads = await logs.fetchall()
        found = await psql.execute("select room_id, seq, recipient from events")
        for room, seq, recipient in await found.fetchall():
            events[room][seq] = recipient
        found = await psql.execute(
            "select p.room_id, p.user_id, seat_record(p) from participants p where p.peer_id is not null"
        )
        for room, user, record in await found.fetchall():
            seats[room][user] = seat_of(record)
        found = await psql.execute("select id from rooms where roster = 'counted'")
        counted = frozenset(room for (room,) in await found.fetchall())
        found = await psql.execute("select id, here from hallway")
        here: dict[int, int] = dict(await found.fetchall())
    return TableState(
        epochs={room: epoch for room, epoch, _, _ in heads},
        heads={room: head for room, _, head, _ in heads},
        tails={room: tail for room, _, _, tail in heads},
        events=dict(events),
        seats=dict(seats),
        here=here,
        counted=counted,
    )


@dataclass
class Comparison:
    """Differences, summed over all followers. Roomtone promises zero for all that is missing or wrong."""

    events: int = 0
    missed: int = 0
    duplicated: int = 0
    misordered: int = 0
    snapshots: int = 0
    reconnections: int = 0
    behind: list[float] = field(default_factory=list)
    wrong_rosters: list[str] = field(default_factory=list)
    gaps: int = 0


async def wait_until_caught_up(environment: DrillEnvironment) -> TableState:
    """The tables, when every active follower has caught up with them or `PATIENCE` has passed."""
    limit = TimeLimit(PATIENCE)
    async with await environment.psql() as psql:
        while True:
            tables = await read_tables(psql)
            if limit.over or all(
                _caught_up(follower, tables) for follower in environment.active_followers()
            ):
                return tables
            await asyncio.sleep(SELDOM)


def _caught_up(follower: Follower, tables: TableState) -> bool:
    at = follower.observed.position
    visible = [
        seq
        for seq, recipient in tables.events.get(follower.room, {}).items()
        if recipient in (None, follower.user)
    ]
    return (
        at is not None
        and at.epoch == tables.epochs.get(follower.room)
        and at.seq >= max(visible, default=0)
        and _roster_is_right(follower, tables)
        and _here(follower) == tables.here
    )


def compare(followers: list[Follower], tables: TableState) -> Comparison:
    """Compare. Of a log that was lost, the tables is what all its readers saw together."""
    count = Comparison()
    lost = _lost_logs(followers, tables)
    for room, events in tables.events.items():
        first, head = tables.tails[room] + 1, tables.heads[room]
        count.gaps += head - first + 1 - sum(first <= seq <= head for seq in events)
    for follower in followers:
        observed = follower.observed
        count.duplicated += observed.duplicated
        count.misordered += observed.misordered
        count.snapshots += observed.unnecessary_snapshots
        count.reconnections += max(0, follower.connections - 1)
        seen: dict[int, set[int]] = defaultdict(set)
        for event in observed.events():
            seen[event.cursor.epoch].add(event.cursor.seq)
            count.events += 1
            count.behind.append(event.behind)
        for epoch in observed.epochs():
            present = epoch == tables.epochs.get(follower.room)
            log = (
                tables.events.get(follower.room, {})
                if present
                else lost.get((follower.room, epoch), {})
            )
            owed = observed.owed(epoch, log, follower.user)
            if not present or follower.state not in ("away", "following"):
                last = max(seen[epoch], default=0)
                owed = {seq for seq in owed if seq <= last}
            count.missed += len(owed - seen[epoch])
        if follower.state == "following":
            _compare_views(follower, tables, count)
    return count


def _lost_logs(
    followers: list[Follower], tables: TableState
) -> dict[tuple[int, int], dict[int, int | None]]:
    logs: dict[tuple[int, int], dict[int, int | None]] = defaultdict(dict)
    for follower in followers:
        for event in follower.observed.events():
            if event.cursor.epoch != tables.epochs.get(follower.room):
                recipient = follower.user if event.directed else None
                logs[follower.room, event.cursor.epoch][event.cursor.seq] = recipient
    return logs


def _compare_views(follower: Follower, tables: TableState, count: Comparison) -> None:
    if not _roster_is_right(follower, tables):
        count.wrong_rosters.append(follower.name)
    elif _here(follower) != tables.here:
        count.wrong_rosters.append(f"{follower.name} (hallway)")


def _roster_is_right(follower: Follower, tables: TableState) -> bool:
    """Whether it knows the seats as they are: all, or of a counted audience the number, and all seats but the quiet ones."""
    view, seats = follower.view, tables.seats.get(follower.room, {})
    known = {user: _shown(seat) for user, seat in view.seats.items() if seat.peer is not None}
    if follower.room not in tables.counted:
        return known == {user: _shown(seat) for user, seat in seats.items()}
    owed = {user for user, seat in seats.items() if not seat.is_quiet or user == follower.user}
    numbers = view.audience and (view.audience.here, view.audience.on_stage)
    return (
        owed <= {*known}
        and all(user in seats and _shown(seats[user]) == seat for user, seat in known.items())
        and numbers == (len(seats), sum(seat.may_speak for seat in seats.values()))
    )


def _shown(seat: Seat) -> tuple[str | None, str, bool, bool]:
    """What a page shows of it."""
    return seat.peer, seat.role, seat.muted, bool(seat.record.get("hand_raised_at"))


def _here(follower: Follower) -> dict[int, int]:
    return {room: row["here"] for room, row in follower.hallway.rooms.items()}


def longest(behind: Iterable[float]) -> float:
    """Milliseconds."""
    return max(behind, default=0.0) * 1000


def expected_seats(environment: DrillEnvironment) -> dict[tuple[int, int], str]:
    """The seats that the roster has to hold, and no others: {(room, user): peer_id}."""
    return {
        (follower.room, follower.user): follower.peer for follower in environment.active_followers()
    }


async def wait_for_roster(environment: DrillEnvironment) -> tuple[float, dict[str, Any]]:
    """Wait until the roster holds exactly the seats of the active followers; the seconds since the last departure.

    A grace period that is longer than usual, for the sake of busy machines, ends early: nobody waits for it.
    The second value, {"unexpected seats", "missing seats"} with differences only, is empty if it became right in time.
    """
    limit = TimeLimit(environment.grace + PATIENCE)
    async with await environment.psql() as psql:
        while True:
            found = await psql.execute("select room_id, user_id, peer_id::text from roster")
            seats = {(room, user): peer for room, user, peer in await found.fetchall()}
            living = expected_seats(environment)
            now = time.monotonic()
            if seats == living or limit.over:
                wrong = {
                    "unexpected seats": [
                        seat for seat in seats.items() if seat not in living.items()
                    ],
                    "missing seats": [seat for seat in living.items() if seat not in seats.items()],
                }
                return now - environment.last_departure, {k: v for k, v in wrong.items() if v}
            if environment.grace > Settings().grace:
                await psql.execute(END_GRACE, ([*living.values()],))
            await asyncio.sleep(SELDOM)
