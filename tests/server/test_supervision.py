"""Background tasks: none ends unseen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from roomtone import supervision
from roomtone.supervision import (
    Supervisor,
    TaskFailed,
    all_of,
    begin,
    beside,
    first_of,
    stop,
    supervised,
)

from ..patience import PATIENCE


class Fault(Exception):
    pass


class Failing:
    """Fails this many times, then keeps running."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.runs = asyncio.Event()

    async def run(self) -> None:
        if self.left:
            self.left -= 1
            raise Fault("a fault of its own")
        self.runs.set()
        await asyncio.Event().wait()


async def ended_process(task: Failing, *, restarts: bool) -> tuple[TaskFailed, Supervisor]:
    """Run this until it ends its owner; the error that ended it, and the supervisor."""
    supervisor = Supervisor()
    try:
        async with supervised() as supervisor:
            supervisor.keep(task.run, "reader", restarts=restarts)
            await asyncio.Event().wait()
    except TaskFailed as failed:
        return failed, supervisor
    raise AssertionError("nothing ended it")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roomtone.backoff.random.uniform", lambda low, high: 0.001)


async def test_a_task_that_fails_is_logged_counted_and_started_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = Failing(times=3)
    async with supervised() as tasks:
        tasks.keep(task.run, "reader")
        await task.runs.wait()
        assert tasks.failures == {"reader": 3}
        assert tasks.failing == ["reader"]  # three in a row are more than a hiccup
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 3
    assert errors[0].exc_info is not None
    assert errors[0].exc_info[0] is Fault


async def test_a_task_that_recovered_fails_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "STEADY_AFTER", 0.01)
    task = Failing(times=4)
    async with supervised() as tasks:
        tasks.keep(task.run, "reader")
        await task.runs.wait()
        await asyncio.sleep(0.02)  # what is waited for is that so much time passes
        assert tasks.failing == []
        assert tasks.failures == {"reader": 4}


async def test_a_task_that_returns_has_failed() -> None:
    ran = asyncio.Event()

    async def returns() -> None:
        if tasks.failures:
            ran.set()

    async with supervised() as tasks:
        tasks.keep(returns, "reader")
        await ran.wait()
        assert tasks.failures["reader"] >= 1


async def test_a_task_that_keeps_failing_ends_the_process() -> None:
    ended, tasks = await ended_process(Failing(times=1000), restarts=True)
    assert isinstance(ended.__cause__, Fault)
    assert tasks.failures["reader"] == supervision.GIVE_UP_AFTER
    assert tasks.failing == ["reader"]


async def test_a_task_that_cannot_be_started_again_ends_the_process_at_once() -> None:
    _, tasks = await ended_process(Failing(times=1), restarts=False)
    assert tasks.failures["reader"] == 1


async def test_all_tasks_have_ended_when_the_supervisor_has() -> None:
    running = Failing(times=0)
    async with supervised() as tasks:
        kept = tasks.keep(running.run, "reader")
        once = tasks.once(asyncio.Event().wait(), "writer")
        await running.runs.wait()
    assert kept.cancelled()
    assert once.cancelled()


async def close_supervisor(run: Coroutine[Any, Any, None], begun: asyncio.Event) -> None:
    supervisor = Supervisor()
    supervisor.once(run, "a task")
    await begun.wait()
    await supervisor.close()


async def stop_task(run: Coroutine[Any, Any, None], begun: asyncio.Event) -> None:
    task = begin(run, "a task")
    await begun.wait()
    await stop(task)


async def end_block(run: Coroutine[Any, Any, None], begun: asyncio.Event) -> None:
    async with beside(task=run):
        await begun.wait()


async def end_before(run: Coroutine[Any, Any, None], begun: asyncio.Event) -> None:
    async def first() -> None:
        await begun.wait()

    await first_of(task=run, first=first())


@pytest.mark.parametrize("end", [close_supervisor, stop_task, end_block, end_before])
async def test_a_task_whose_cancellation_was_hidden_is_cancelled_again(
    end: Callable[[Coroutine[Any, Any, None], asyncio.Event], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "CANCEL_AGAIN_AFTER", 0.01)
    monkeypatch.setattr(supervision, "TIDIES_UP_WITHIN", 0.01)
    begun, hidden, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            hidden.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(PATIENCE):
        await end(run(), begun)
    assert hidden.is_set()
    assert ended.is_set()


async def test_a_task_run_once_that_fails_is_logged_counted_and_not_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with supervised() as tasks:
        with pytest.raises(Fault):
            await tasks.once(Failing(times=1).run(), "errand")
        assert tasks.failures == {"errand": 1}
    assert "the task errand failed" in caplog.text


async def test_the_owner_is_cancelled_as_usual_when_nothing_failed() -> None:
    inside = asyncio.Event()

    async def owner() -> None:
        async with supervised() as tasks:
            tasks.keep(Failing(times=0).run, "reader")
            inside.set()
            await asyncio.Event().wait()

    task = begin(owner(), "owner")
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_first_to_end_ends_the_others_and_its_error_is_raised() -> None:
    ended = asyncio.Event()

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(Fault):
        await first_of(other=other(), fails=Failing(times=1).run())
    assert ended.is_set()


async def test_what_runs_beside_a_block_ends_it_by_its_own_error() -> None:
    with pytest.raises(Fault):
        await in_a_block(Failing(times=1), asyncio.Event())
    ended = asyncio.Event()
    ended.set()
    await in_a_block(Failing(times=0), ended)


async def in_a_block(task: Failing, ended: asyncio.Event) -> None:
    async with beside(reader=task.run()):
        await ended.wait()


async def test_of_several_the_first_error_cancels_the_rest_and_is_raised() -> None:
    waits = Failing(times=0)
    with pytest.raises(Fault):
        await all_of(waits.run(), Failing(times=1).run(), name="reader")
    assert await all_of(asyncio.sleep(0, 1), asyncio.sleep(0, 2), name="reader") == [1, 2]


async def test_the_error_of_a_task_that_is_stopped_too_late_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = begin(Failing(times=1).run(), "reader")
    await asyncio.wait([task])
    await stop(task)
    assert "the task reader had failed" in caplog.text


def test_a_supervisor_without_an_owner_says_when_the_process_is_to_end() -> None:
    async def run() -> bool:
        ends = asyncio.Event()
        supervisor = Supervisor(on_fatal=lambda _: ends.set())
        supervisor.keep(Failing(times=1).run, "reader", restarts=False)
        await ends.wait()
        await supervisor.close()
        return supervisor.fatal == "reader"

    assert asyncio.run(run())
