"""How a follower begins, while relays may not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from ..tools.http import UNREACHABLE, Refused
from ..tools.waiting import bounded
from .follower import Follower

ASKS_AGAIN: Final = 0.2  # seconds


async def until_signed_in(follower: Follower) -> None:
    """Sign in, trying again until the relay answers."""
    await _retry_until_reachable(follower.sign_in)


async def until_joined(follower: Follower) -> None:
    """Sign in, join and follow, trying each again until the relay answers."""
    await until_signed_in(follower)
    await _retry_until_reachable(follower.join)
    follower.follow()


async def _retry_until_reachable(ask_for: Callable[[], Awaitable[None]]) -> None:
    async with bounded("an answer to a new follower"):
        while True:
            with suppress(*UNREACHABLE, Refused):
                return await ask_for()
            await asyncio.sleep(ASKS_AGAIN)
