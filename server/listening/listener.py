"""One who listens: the frames that wait to be sent to them, at most some seconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

Frames = tuple[bytes, ...]

MOST_WAITING: Final = 25
"""Batches: five seconds. A client that reads more slowly misses the oldest: it hears the present, with a jump."""


class Listener:
    """`batches` are sent in order. `skipped` counts those that were not."""

    def __init__(self, recent: Iterable[Frames]) -> None:
        self.skipped = 0
        self._waiting: deque[Frames] = deque(recent, MOST_WAITING)
        self._ended = False
        self._work = asyncio.Event()
        self._work.set()

    def give(self, frames: Frames) -> None:
        self.skipped += len(self._waiting) == MOST_WAITING
        self._waiting.append(frames)
        self._work.set()

    def end(self) -> None:
        """There is no more: what waits is not sent either."""
        self._waiting.clear()
        self._ended = True
        self._work.set()

    async def take(self) -> list[bytes] | None:
        """What waits, or comes next; None when it has ended."""
        while not self._waiting:
            if self._ended:
                return None
            self._work.clear()
            await self._work.wait()
        frames = [frame for batch in self._waiting for frame in batch]
        self._waiting.clear()
        return frames
