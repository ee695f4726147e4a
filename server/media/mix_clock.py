"""The one clock of a mix: a tick every 20 ms, by absolute deadlines, so that being late once does not shift the rest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Final

FRAME: Final = 0.02  # seconds of audio in one frame
LET_IN: Final = 0.001  # seconds
HOPELESS: Final = 0.2  # seconds; later than this nothing is caught up with, the beat starts anew


async def ticks(every: float = FRAME) -> AsyncGenerator[int, None]:
    """Counts frames since the start. One late by a little is followed at once; after a long stall, ticks are skipped.

    The count goes on with the time that passed, so whoever derives timestamps from it never drifts.
    """
    began = time.monotonic()
    count = 0
    while True:
        yield count
        count += 1
        wait = began + count * every - time.monotonic()
        if wait < -HOPELESS:
            count += int(-wait / every)
        # Even when late, let the others on this loop have a turn, and the packets in that came meanwhile:
        # several turns of the loop from a socket to a jitter buffer, which would else run dry with everything there.
        await asyncio.sleep(max(LET_IN, wait))
