"""Measures one repetition of a lane, on servers that were started for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...tools.waiting import TimeLimit, until
from ..quoted.figures import kept
from .figures import Repetition
from .lane import PARTICIPANTS, Arrivals, Lane, Use
from .plan import VISIT, Act, Plan
from .refusals import CannotStart, NotAccepted
from .visits import Write, Written, visits
from .waiting import waiting

CALM: Final = 0.3  # seconds after the warming up, before the counting begins
ARRIVES_WITHIN: Final = 10.0  # seconds for the last event
WARM: Final = 40.0  # writes a second before the counting begins, at least
FEW: Final = 4
"""One of so many followers is there at first. What each of the others takes is the slope of memory: a program’s own memory is in neither."""
SIGNALS: Final[tuple[Act, ...]] = ("offer", "candidate")


async def repetition(lane: Lane, plan: Plan) -> Repetition:
    """Raises CannotStart, and TimeoutError when writes do not end."""
    await lane.start()
    await _connect_participants(lane)
    few = first_of(plan.followers)
    first = await _warm(lane, plan, range(few))
    began = first
    if few < plan.followers:
        began = await _warm(lane, plan, range(few, plan.followers))
    clock = asyncio.get_running_loop().time()
    written = await visits(lane, plan.followers, plan.rate, plan.duration)
    seen = await arrived(lane, written, ARRIVES_WITHIN)
    seconds = asyncio.get_running_loop().time() - clock
    found = _repetition(lane, plan, written, seen, (first, began, await lane.measure()), seconds)
    return replace(found, waiting=await waiting(lane))


def first_of(followers: int) -> int:
    """How many follow while memory is read for the first time."""
    return max(1, followers // FEW)


async def _warm(lane: Lane, plan: Plan, numbers: range) -> Use:
    """These follow as well, and each participant makes a visit that is not counted; what was used until then."""
    await lane.follow(numbers)
    rate = max(WARM, plan.rate)
    one_visit_each = PARTICIPANTS * len(VISIT) / rate
    await arrived(lane, await visits(lane, numbers.stop, rate, one_visit_each), ARRIVES_WITHIN)
    await asyncio.sleep(CALM)
    return await lane.measure()


async def _connect_participants(lane: Lane) -> None:
    """Each joins and leaves once, so what its connection takes is not taken for a follower's. Raises CannotStart."""
    try:
        for participant in range(PARTICIPANTS):
            await lane.join(participant)
            await lane.leave(participant)
    except NotAccepted as error:
        raise CannotStart("its participants could not connect", words=str(error)) from error


def _repetition(
    lane: Lane,
    plan: Plan,
    written: Written,
    seen: Sequence[Arrivals],
    uses: tuple[Use, Use, Use],
    seconds: float,
) -> Repetition:
    first, began, ended = uses
    writes = max(1, len(written.accepted))
    owed = list(owed_to(lane, written, plan.followers))
    delivered = sum(write.key in seen[follower] for write, follower in owed)
    network = ended.tally - began.tally

    def each_write(used: float | None, until_then: float | None) -> float | None:
        if used is None or until_then is None:
            return None
        return round(max(0.0, used - until_then) * 1000 / writes, 4)

    return Repetition(
        joins=_latencies(written, seen, ("join",)),
        signals=_latencies(written, seen, SIGNALS),
        writes=len(written.accepted),
        refused=written.refused,
        owed=len(owed),
        missed=len(owed) - delivered,
        requests=round(network.requests / seconds / plan.followers, 4),
        bytes=round((network.received + network.sent) / max(1, delivered), 1),
        server=each_write(ended.server, began.server),
        database=each_write(ended.database, began.database),
        memory=_slope(began.memory - first.memory, plan.followers),
        waiting=None,
    )


def _slope(grown: int, followers: int) -> int | None:
    """Bytes for each of those who followed later; None of a single follower, where nobody does."""
    later = followers - first_of(followers)
    return round(grown / later) if later else None


def owed_to(lane: Lane, written: Written, followers: int) -> list[tuple[Write, int]]:
    """Which follower is to see which acknowledged write."""
    return [
        (write, follower)
        for write in written.accepted
        if write.act in lane.about.followed
        for follower in (range(followers) if write.to is None else [write.to])
    ]


async def arrived(lane: Lane, written: Written, within: float) -> list[Arrivals]:
    """Wait until all that is owed has arrived, or so many seconds; what arrived."""
    seen = await lane.arrivals()
    owed = owed_to(lane, written, len(seen))

    async def all_there() -> bool:
        nonlocal seen
        seen = await lane.arrivals()
        return all(write.key in seen[follower] for write, follower in owed)

    await until(all_there, TimeLimit(within))
    return seen


def _latencies(
    written: Written, seen: Sequence[Arrivals], acts: Sequence[Act]
) -> list[list[float]]:
    """Milliseconds of each of these writes, from before it was sent until each follower saw it."""
    return kept(
        [
            round((times[write.key][0] - write.began) * 1000, 3)
            for times in seen
            if write.key in times
        ]
        for write in written.accepted
        if write.act in acts
    )
