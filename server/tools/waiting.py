"""Waits until a condition is true, with a time limit."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Final

EVERY: Final = 0.05  # seconds
PATIENCE: Final = 180.0  # seconds; nothing that works takes longer, even on a busy machine


async def until(so: Callable[[], bool | Awaitable[bool]], within: float = PATIENCE) -> bool:
    """Check until `so` returns true, for `within` seconds at most; whether it did."""
    deadline = time.monotonic() + within
    while True:
        answer = so()
        if await answer if inspect.isawaitable(answer) else answer:
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(EVERY)
