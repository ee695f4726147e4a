"""Waits until a condition is true, with a limit on the time in which this machine ran."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any, Final, TypeVar

EVERY: Final = 0.05  # seconds
SELDOM: Final = (
    0.25  # seconds; for checks that are requests or queries, which compete with what they wait for
)
PATIENCE: Final = 180.0  # seconds; nothing that works takes longer, even on a busy machine
MOST_AT_ONCE: Final = 1.0
"""Seconds that count between two checks. More have passed where the machine, or this process, stood still: nothing could happen meanwhile."""

ONE_TURN: Final = 1.2 * EVERY
"""The same where something is promised within some seconds: processes that wait for their turn cannot keep that."""

STANDSTILL_AT_MOST: Final = 2 * PATIENCE
"""Seconds for which a machine may stand still within one limit. Without this, checks that themselves take minutes could go on for hours."""


T = TypeVar("T")


class TimeLimit:
    """`over` when it was asked for this many seconds, without the time in which this process stood still; `passed` are those until then.

    In any case it is over when it stood still for `STANDSTILL_AT_MOST`.
    """

    def __init__(self, seconds: float, *, most_at_once: float = MOST_AT_ONCE) -> None:
        self.passed = 0.0
        self._seconds = seconds
        self._longest = seconds + STANDSTILL_AT_MOST
        self._most_at_once = most_at_once
        self._began = self._asked = time.monotonic()

    @property
    def over(self) -> bool:
        now = time.monotonic()
        self.passed += min(now - self._asked, self._most_at_once)
        self._asked = now
        return self.passed > self._seconds or now - self._began > self._longest


async def sleep_while_running(seconds: float) -> None:
    """Sleep so long, and longer if this process stands still meanwhile."""
    limit = TimeLimit(seconds)
    while not limit.over:  # noqa: ASYNC110 - nothing notifies of the passing of time
        await asyncio.sleep(min(seconds, EVERY))


async def until(
    so: Callable[[], bool | Awaitable[bool]],
    within: float | TimeLimit = PATIENCE,
    *,
    every: float = EVERY,
) -> bool:
    """Check until `so` returns true, for `within` seconds at most; whether it did."""
    limit = within if isinstance(within, TimeLimit) else TimeLimit(within)
    while True:
        if await _answer_of(so):
            return True
        if limit.over:
            return False
        await asyncio.sleep(every)


async def _answer_of(so: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = so()
    if not inspect.isawaitable(answer):
        return answer
    async with bounded("the answer to one check"):
        return await answer


@asynccontextmanager
async def bounded(what: str, within: float = PATIENCE) -> AsyncIterator[None]:
    """The block takes `within` seconds at most. Raises TimeoutError with `what` was waited for."""
    try:
        async with asyncio.timeout(within):
            yield
    except TimeoutError as error:
        raise TimeoutError(f"{what}: not within {within:g} s") from error


async def in_thread(call: Callable[..., T], *arguments: Any) -> T:
    """What this call returns, which waits meanwhile. For one of `asyncio.to_thread` that hangs, the end of the event loop would wait for ever."""
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()  # so that it can be set when nobody awaits it any more

    def run() -> None:
        try:
            answer.set_result(call(*arguments))
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is awaited
            answer.set_exception(error)

    Thread(target=run, name="blocking call", daemon=True).start()
    return await asyncio.wrap_future(answer)
