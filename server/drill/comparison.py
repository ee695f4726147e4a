"""The reckoning: what the table `events` holds against what each follower saw."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from .environment import Psql, Scene
from .follower import Follower

CALM_WITHIN: Final = 20.0  # seconds for the last event to reach the last reader


@dataclass(frozen=True)
class Truth:
    """The tables at one moment. `events` is {seq: its only recipient, or None}; a seat is
    (peer_id, role, muted)."""

    epochs: dict[int, int]
    heads: dict[int, int]
    tails: dict[int, int]
    events: dict[int, dict[int, int | None]]
    seats: dict[int, dict[int, tuple[str, str, bool]]]
    here: dict[int, int]


async def look(psql: Psql) -> Truth:
    """Read the tables as they are now, in one snapshot (PostgreSQL manual, 13.2.2)."""
    events: dict[int, dict[int, int | None]] = defaultdict(dict)
    seats: dict[int, dict[int, tuple[str, str, bool]]] = defaultdict(dict)
    async with psql.transaction():
        await psql.execute("set transaction isolation level repeatable read")
        logs = await psql.execute("select room_id, epoch, head_seq, tail_seq from logs")
        heads = await logs.fetchall()
        found = await psql.execute("select room_id, seq, recipient from events")
        for room, seq, recipient in await found.fetchall():
            events[room][seq] = recipient
        found = await psql.execute(
            "select room_id, user_id, peer_id::text, role, muted from roster"
        )
        for room, user, *seat in await found.fetchall():
            seats[room][user] = (seat[0], seat[1], seat[2])
        found = await psql.execute("select id, here from hallway")
        here: dict[int, int] = dict(await found.fetchall())
    return Truth(
        epochs={room: epoch for room, epoch, _, _ in heads},
        heads={room: head for room, _, head, _ in heads},
        tails={room: tail for room, _, _, tail in heads},
        events=dict(events),
        seats=dict(seats),
        here=here,
    )


@dataclass
class Count:
    """What was found, over all followers. Zero everywhere is what was promised."""

    events: int = 0
    missed: int = 0
    duplicated: int = 0
    misordered: int = 0
    snapshots: int = 0
    reconnections: int = 0
    behind: list[float] = field(default_factory=list)
    wrong_rosters: list[str] = field(default_factory=list)
    gaps: int = 0


async def settled(scene: Scene) -> Truth:
    """The tables, when every living follower has caught up with them, or is not going to."""
    deadline = time.monotonic() + CALM_WITHIN
    async with await scene.psql() as psql:
        while True:
            truth = await look(psql)
            if time.monotonic() > deadline or all(_caught_up(one, truth) for one in scene.living()):
                return truth
            await asyncio.sleep(0.1)


def _caught_up(one: Follower, truth: Truth) -> bool:
    at = one.journal.position
    mine = [
        seq
        for seq, recipient in truth.events.get(one.room, {}).items()
        if recipient in (None, one.user)
    ]
    return (
        at is not None
        and at.epoch == truth.epochs.get(one.room)
        and at.seq >= max(mine, default=0)
        and _roster(one) == truth.seats.get(one.room, {})
        and _here(one) == truth.here
    )


def reckon(followers: list[Follower], truth: Truth) -> Count:
    """Compare. Of a log that was lost, the truth is what all its readers saw together."""
    count = Count()
    lost = _lost_logs(followers, truth)
    for room, events in truth.events.items():
        first, head = truth.tails[room] + 1, truth.heads[room]
        count.gaps += head - first + 1 - sum(first <= seq <= head for seq in events)
    for one in followers:
        journal = one.journal
        count.duplicated += journal.duplicated
        count.misordered += journal.misordered
        count.snapshots += max(0, journal.snapshots - 1)
        count.reconnections += max(0, one.connections - 1)
        seen: dict[int, set[int]] = defaultdict(set)
        for event in journal.events():
            seen[event.cursor.epoch].add(event.cursor.seq)
            count.events += 1
            count.behind.append(event.behind)
        for epoch in journal.epochs():
            present = epoch == truth.epochs.get(one.room)
            log = truth.events.get(one.room, {}) if present else lost.get((one.room, epoch), {})
            owed = journal.owed(epoch, log, one.user)
            if not present or one.state not in ("away", "following"):
                last = max(seen[epoch], default=0)
                owed = {seq for seq in owed if seq <= last}
            count.missed += len(owed - seen[epoch])
        if one.state == "following":
            _compare_views(one, truth, count)
    return count


def _lost_logs(
    followers: list[Follower], truth: Truth
) -> dict[tuple[int, int], dict[int, int | None]]:
    logs: dict[tuple[int, int], dict[int, int | None]] = defaultdict(dict)
    for one in followers:
        for event in one.journal.events():
            if event.cursor.epoch != truth.epochs.get(one.room):
                recipient = one.user if event.directed else None
                logs[one.room, event.cursor.epoch][event.cursor.seq] = recipient
    return logs


def _compare_views(one: Follower, truth: Truth, count: Count) -> None:
    if _roster(one) != truth.seats.get(one.room, {}):
        count.wrong_rosters.append(one.name)
    elif _here(one) != truth.here:
        count.wrong_rosters.append(f"{one.name} (hallway)")


def _roster(one: Follower) -> dict[int, tuple[str, str, bool]]:
    return {
        user: (seat["peer_id"], seat["role"], seat["muted"]) for user, seat in one.roster.items()
    }


def _here(one: Follower) -> dict[int, int]:
    return {room: row["here"] for room, row in one.hallway.items()}


def longest(behind: list[float]) -> float:
    """Milliseconds."""
    return max(behind, default=0.0) * 1000


def living_seats(scene: Scene) -> dict[tuple[int, int], str]:
    """Who has to be on the roster, and nobody else: {(room, user): peer_id}."""
    return {(one.room, one.user): one.peer for one in scene.living()}


async def roster_within(scene: Scene, seconds: float) -> tuple[float, dict[str, Any]]:
    """Wait until the roster holds exactly the living; the seconds since the last departure it took.

    The rest, `{"ghosts", "missing"}`, is empty when it came true in time.
    """
    deadline = scene.last_departure + seconds
    async with await scene.psql() as psql:
        while True:
            found = await psql.execute("select room_id, user_id, peer_id::text from roster")
            seats = {(room, user): peer for room, user, peer in await found.fetchall()}
            living = living_seats(scene)
            now = time.monotonic()
            if seats == living or now > deadline:
                wrong = {
                    "ghosts": [seat for seat in seats.items() if seat not in living.items()],
                    "missing": [seat for seat in living.items() if seat not in seats.items()],
                }
                return now - scene.last_departure, {k: v for k, v in wrong.items() if v}
            await asyncio.sleep(0.05)
