"""What is lost: a fault in the midst of the writing, and afterwards every acknowledged write is looked for at every follower."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from ...tools.waiting import bounded, until
from .figures import Loss
from .lane import Arrivals, Lane
from .measurement import arrived, owed_to
from .plan import Fault, Plan
from .visits import Participants, Written

RATE: Final = 20.0  # writes a second
CUT: Final = 2.0  # seconds without a connection
DEAD: Final = 0.5  # seconds between a kill and the new start
AROUND: Final = 0.6  # seconds of writing before the fault, and after all follow again
BACK_WITHIN: Final = 20.0  # seconds until all follow again
ARRIVES_WITHIN: Final = 4.0  # seconds that what is late has after that
MOST_FOLLOWERS: Final = 10


def followers_of(plan: Plan) -> int:
    return min(plan.followers, MOST_FOLLOWERS)


async def _nothing() -> None:
    """Nobody looks on."""


async def losses(
    lane: Lane,
    plan: Plan,
    found: dict[Fault, Loss],
    on_found: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """By each fault of the plan that the lane can have, into `found`, which keeps what was counted before an error. Raises CannotStart."""
    await lane.start()
    await lane.follow(range(followers_of(plan)), through_proxy=True)
    for fault in plan.faults:
        if can_have(lane, fault):
            found[fault] = await _loss(lane, fault, followers_of(plan))
            await on_found()


def can_have(lane: Lane, fault: Fault) -> bool:
    match fault:
        case "cut":
            return True
        case "server_killed":
            return lane.has_server
        case "database_killed" | "database_restarted":
            return lane.has_database


async def _loss(lane: Lane, fault: Fault, followers: int) -> Loss:
    snapshots = lane.snapshots
    participants = Participants(lane, followers, RATE)
    participants.start()
    try:
        await asyncio.sleep(AROUND)
        async with bounded(f"the fault {fault}"):
            await _break(lane, fault)

        ended = False

        async def all_follow() -> bool:
            nonlocal ended
            if lane.ended:
                ended = True
                await lane.start_server()
            return await lane.following() == followers

        await asyncio.sleep(AROUND)
        back = await until(all_follow, BACK_WITHIN)
        await asyncio.sleep(AROUND)
    finally:
        written = await participants.end()
    seen = await arrived(lane, written, ARRIVES_WITHIN)
    found = _counted(lane, written, seen, followers)
    return replace(found, back=back, ended=ended, snapshots=lane.snapshots - snapshots)


async def _break(lane: Lane, fault: Fault) -> None:
    match fault:
        case "cut":
            await lane.cut(CUT)
        case "server_killed":
            await lane.kill_server()
            await asyncio.sleep(DEAD)
            await lane.start_server()
        case "database_killed":
            await lane.kill_database()
            await asyncio.sleep(DEAD)
            await lane.start_database()
        case "database_restarted":
            await lane.restart_database()


def _counted(lane: Lane, written: Written, seen: Sequence[Arrivals], followers: int) -> Loss:
    owed = owed_to(lane, written, followers)
    times = [len(seen[follower].get(write.key, ())) for write, follower in owed]
    return Loss(
        written=len(written.accepted),
        refused=written.refused,
        owed=len(owed),
        lost=times.count(0),
        repeated=sum(many > 1 for many in times),
    )
