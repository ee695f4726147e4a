"""The clock of a mix: a tick every 20 ms, by absolute deadlines, so that one late tick does not delay the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Final

FRAME: Final = 0.02  # seconds of audio in one frame
SHORTEST_SLEEP: Final = 0.001  # seconds
SKIPS_AFTER: Final = 0.2  # seconds; when a tick is later than this, ticks are left out


async def ticks(every: float = FRAME) -> AsyncGenerator[int, None]:
    """Counts frames since the start. A tick follows a late one at once; after a long interruption, ticks are left out.

    The count follows the time that passed, so timestamps that are derived from it do not drift.
    """
    began = time.monotonic()
    count = 0
    while True:
        yield count
        count += 1
        wait = began + count * every - time.monotonic()
        if wait < -SKIPS_AFTER:
            count += int(-wait / every)
        # Sleep even when late: a packet needs several turns of the event loop from the socket to a jitter buffer, which would
        # otherwise be empty although the packets have arrived.
        await asyncio.sleep(max(SHORTEST_SLEEP, wait))
