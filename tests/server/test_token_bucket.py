"""The token bucket behind all limits, and the bounded memory for the buckets of all subjects."""

from __future__ import annotations

import pytest
from roomtone.http.limits import RequestRate
from roomtone.postgres.budget import Budgets
from roomtone.settings import Settings
from roomtone.token_bucket import MOST_SUBJECTS, BySubject, TokenBucket
from starlette.types import Receive, Scope, Send


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_there_at_the_start_and_the_rest_is_added_with_time() -> None:
    clock = Clock()
    bucket = TokenBucket(10, 5, clock=clock)
    assert [bucket.take() for _ in range(5)] == [0.0] * 5
    assert bucket.take() == pytest.approx(0.1)
    clock.now += 0.25
    assert bucket.take() == 0
    assert bucket.take() == 0
    assert bucket.take() == pytest.approx(0.05)
    clock.now += 1000
    assert [bucket.take() == 0 for _ in range(6)] == [True] * 5 + [False]


def test_what_was_overdrawn_has_to_be_added_first() -> None:
    clock = Clock()
    bucket = TokenBucket(0.5, 10, clock=clock)
    bucket.overdraw(13)
    assert bucket.wait_for(0) == pytest.approx(6)
    assert bucket.take() == pytest.approx(8)
    clock.now += 8
    assert bucket.take() == 0


async def test_turns_come_in_a_burst_and_then_so_many_per_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, slept = Clock(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    monkeypatch.setattr("roomtone.token_bucket.asyncio.sleep", sleep)
    throttle = TokenBucket(10, 5, clock=clock)
    for _ in range(5):
        await throttle.turn()
    assert slept == []
    for _ in range(20):
        await throttle.turn()
    assert clock.now == pytest.approx(2.0)


def test_the_subjects_used_last_are_remembered() -> None:
    made = BySubject(list[int])
    made["kept"].append(1)
    made["forgotten"].append(1)
    for number in range(MOST_SUBJECTS - 1):
        made["kept"]
        made[f"user {number}"]
    assert len(made) == MOST_SUBJECTS
    assert made["kept"] == [1]
    assert made["forgotten"] == []


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None: ...


def test_request_rates_and_budgets_remember_a_bounded_number_of_subjects() -> None:
    assert isinstance(RequestRate(_nothing, per_second=1)._buckets, BySubject)
    assert isinstance(Budgets(Settings()).accounts, BySubject)
