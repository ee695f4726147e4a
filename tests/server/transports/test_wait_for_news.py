"""Waiting for events: a connection closed at the moment of an event is closed."""

from __future__ import annotations

import asyncio

import pytest
from roomtone.transports.following import wait_for_news

from ...patience import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancelled_wait_stays_cancelled_at_the_moment_of_an_event(steps: int) -> None:
    wake = asyncio.Event()
    waiting = asyncio.create_task(wait_for_news(wake, PATIENCE, None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    wake.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    if waiting.done():
        assert waiting.result()
        return
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
