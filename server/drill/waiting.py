"""Waiting for something to come true, and no longer than is reasonable."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Final

EVERY: Final = 0.05  # seconds


async def until(so: Callable[[], bool | Awaitable[bool]], within: float) -> bool:
    """Ask until it is so, for so many seconds; whether it came to be."""
    deadline = time.monotonic() + within
    while True:
        answer = so()
        if await answer if inspect.isawaitable(answer) else answer:
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(EVERY)
