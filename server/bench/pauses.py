"""How long a relay does nothing else: the longest that a small request waits, asked again and again on one connection."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from ..tools.http import Client
from ..tools.network import Place

EVERY: Final = 0.005  # seconds


async def longest_pause(port: int, seconds: float) -> float:
    """Milliseconds of the slowest answer to GET /live in so many seconds."""
    async with Client(Place(port)) as client:
        await client.ask("GET", "/live")  # opens the connection
        longest = 0.0
        until = time.monotonic() + seconds
        while (began := time.monotonic()) < until:
            await client.ask("GET", "/live")
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(EVERY)
    return round(longest * 1000, 1)
