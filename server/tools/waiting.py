"""Waits until a condition is true, with a limit on the time in which this machine ran."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Final

EVERY: Final = 0.05  # seconds
PATIENCE: Final = 180.0  # seconds; nothing that works takes longer, even on a busy machine
MOST_AT_ONCE: Final = 1.0
"""Seconds that count between two checks. More have passed where the machine, or this process, stood still: nothing could happen meanwhile."""


class TimeLimit:
    """`over` when it was asked for this many seconds, without the time in which this process stood still."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._asked = time.monotonic()

    @property
    def over(self) -> bool:
        now = time.monotonic()
        self._left -= min(now - self._asked, MOST_AT_ONCE)
        self._asked = now
        return self._left < 0


async def sleep_while_running(seconds: float) -> None:
    """Sleep so long, and longer if this process stands still meanwhile."""
    limit = TimeLimit(seconds)
    while not limit.over:  # noqa: ASYNC110 - nothing notifies of the passing of time
        await asyncio.sleep(min(seconds, EVERY))


async def until(so: Callable[[], bool | Awaitable[bool]], within: float = PATIENCE) -> bool:
    """Check until `so` returns true, for `within` seconds at most; whether it did."""
    limit = TimeLimit(within)
    while True:
        answer = so()
        if await answer if inspect.isawaitable(answer) else answer:
            return True
        if limit.over:
            return False
        await asyncio.sleep(EVERY)
