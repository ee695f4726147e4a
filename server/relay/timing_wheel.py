"""One timer for what every stream does now and then: a comment while nothing else is sent, and the end with its token.

Streams stand in the slot of the moment at which they are due. One that ended is dropped when its turn comes.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Final, Protocol

from ..timings import Timing

SLOT: Final = 0.25  # seconds
AT_ONCE: Final = 500  # streams served before other work of the loop has its turn


class Timed(Protocol):
    def due(self, now: float) -> float | None:
        """It is time. Returns when it is due again, by the loop's clock; None if it has ended."""


class TimingWheel:
    """`lag` counts how much too late the loop got round to a turn, which is how late it is for all it does."""

    def __init__(self, lag: Timing | None = None) -> None:
        self._lag = lag or Timing()
        self._slots: defaultdict[int, list[Timed]] = defaultdict(list)

    def add(self, timed: Timed, at: float) -> None:
        """It is due at this moment of the loop's clock, up to a slot later."""
        self._slots[int(at / SLOT) + 1].append(timed)

    async def run(self) -> None:
        """Serve those that are due, until cancelled."""
        clock = asyncio.get_running_loop()
        while True:
            planned = time.monotonic() + SLOT
            await asyncio.sleep(SLOT)
            self._lag.add(time.monotonic() - planned)
            await self.turn(clock.time())

    async def turn(self, now: float) -> None:
        """Serve those whose moment has passed."""
        for slot in sorted(slot for slot in self._slots if slot <= now / SLOT):
            due = self._slots[slot]
            while due:
                for _ in range(min(len(due), AT_ONCE)):
                    timed = due.pop()  # if it raises an error, the others keep their turn
                    again = timed.due(now)
                    if again is not None:
                        self.add(timed, max(again, now))
                await asyncio.sleep(0)
            del self._slots[slot]
