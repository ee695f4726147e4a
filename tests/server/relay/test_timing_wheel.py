"""One timer for all streams."""

from __future__ import annotations

import asyncio

import pytest
from roomtone.relay.timing_wheel import AT_ONCE, SLOT, TimingWheel

pytestmark = pytest.mark.anyio


class Member:
    """Due again after `every` seconds, `times` times."""

    def __init__(self, every: float = 1.0, times: int = 1) -> None:
        self.served: list[float] = []
        self._every = every
        self._times = times

    def due(self, now: float) -> float | None:
        self.served.append(now)
        return now + self._every if len(self.served) < self._times else None


async def test_each_is_served_at_its_time_and_a_slot_later_at_most() -> None:
    wheel, early, late = TimingWheel(), Member(times=3), Member()
    wheel.add(early, 100.0)
    wheel.add(late, 102.0)
    now = 99.0
    while now < 110.0:
        await wheel.turn(now)
        now += SLOT
    for served, due in zip(early.served, (100.0, 101.0, 102.0), strict=True):
        assert due <= served <= due + 3 * SLOT
    assert [102.0 <= served <= 102.0 + SLOT for served in late.served] == [True]


async def test_one_that_was_due_long_ago_is_served_once_and_not_in_a_spin() -> None:
    wheel, member = TimingWheel(), Member(every=-50.0, times=10)
    wheel.add(member, 1.0)
    await wheel.turn(100.0)
    assert member.served == [100.0]
    await wheel.turn(100.0 + SLOT)
    assert member.served == [100.0, 100.0 + SLOT]


async def test_one_that_raises_an_error_takes_no_other_its_turn() -> None:
    class Broken(Member):
        def due(self, now: float) -> float | None:
            raise RuntimeError(f"broken at {now:g}")

    wheel, members = TimingWheel(), [Member(), Member()]
    for member in (members[0], Broken(), members[1]):
        wheel.add(member, 1.0)
    with pytest.raises(RuntimeError, match="broken at 2"):
        await wheel.turn(2.0)
    await wheel.turn(3.0)
    assert sorted(member.served for member in members) == [[2.0], [3.0]]


async def test_other_work_has_its_turn_between_many() -> None:
    wheel = TimingWheel()
    members = [Member() for _ in range(2 * AT_ONCE)]
    for member in members:
        wheel.add(member, 1.0)
    seen: list[int] = []

    async def other() -> None:
        seen.append(sum(bool(member.served) for member in members))

    between = asyncio.ensure_future(other())
    await wheel.turn(2.0)
    await between
    assert seen == [AT_ONCE]
