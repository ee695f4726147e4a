"""A statement that is to be finished goes on when its owner is cancelled, but not for ever."""

from __future__ import annotations

import asyncio

import pytest
from roomtone import supervision

from ..patience import PATIENCE

pytestmark = pytest.mark.anyio


async def test_what_is_to_be_finished_is_interrupted_by_the_second_cancellation_not_by_the_first() -> (
    None
):
    begun, end, interrupted = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def statement() -> None:
        begun.set()
        try:
            await end.wait()
        except asyncio.CancelledError:
            interrupted.set()
            raise

    async def cancelled() -> asyncio.Task[None]:
        begun.clear()
        task = supervision.begin(supervision.finished(statement(), "statement"), "owner")
        await begun.wait()
        task.cancel()
        await asyncio.sleep(0)
        return task

    once = await cancelled()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await once
    assert not interrupted.is_set()
    end.clear()
    twice = await cancelled()
    twice.cancel()
    with pytest.raises(asyncio.CancelledError):
        await twice
    await interrupted.wait()


async def test_what_is_to_be_finished_and_never_ends_is_interrupted_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "TIDIES_UP_WITHIN", 0.05)
    begun = asyncio.Event()

    async def statement() -> None:
        begun.set()
        await asyncio.Event().wait()

    once = supervision.begin(supervision.finished(statement(), "statement"), "owner")
    await begun.wait()
    once.cancel()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(asyncio.CancelledError):
            await once
