"""Who hears the pump: beats in their order, and for how long there was none."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from .messages import Beat

BEAT_EVERY: Final = 1.0  # seconds
SILENT_AFTER: Final = 3.0  # seconds without a beat: relays LISTEN then


class Beats:
    """`term` is that of the newest pump, `heard_at` when its last beat came, by time.monotonic()."""

    def __init__(self) -> None:
        self.term = 0
        self.heard_at = time.monotonic()
        self._number = 0
        self._heard = asyncio.Event()

    def heard(self, beat: Beat) -> bool:
        """Take a beat, unless it is repeated or an older pump's. Whether messages may have been lost before it: a beat was, or the pump is another."""
        if (beat.term, beat.number) <= (self.term, self._number):
            return False
        follows = (self.term, self._number + 1) == (beat.term, beat.number)
        self.term, self._number = beat.term, beat.number
        self.heard_at = time.monotonic()
        self._heard.set()
        return not follows

    def forget(self) -> None:
        """Take the next beat whatever it says: the database's clock may have been set back since."""
        self.term = self._number = 0

    async def next(self) -> None:
        """Return with the next beat."""
        self._heard.clear()
        await self._heard.wait()

    async def until_silent(self, after: float) -> None:
        """Return when there was no beat for so many seconds, counted from now at the earliest."""
        while True:
            try:
                async with asyncio.timeout(after):
                    await self.next()
            except TimeoutError:
                return
