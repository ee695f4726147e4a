"""Says in the room's log who speaks, for those who listen through an edge: its mix does not say whose voices are in it.

Every report is an event for all in the room, which may be thousands. So there is one only when it changes, at most four a second, and none
while nobody listens through an edge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import psycopg

from ...supervision import Supervisor
from ..signaling.events import Seat

EVERY: Final = 0.25  # seconds
HOLD: Final = 0.6
"""Seconds of silence that end speech. Between words there are shorter ones, and each would be two events."""

log = logging.getLogger(__name__)


class SpeakingReport:
    """`speaking(seconds)` are the users who were heard within this time; `write` puts users into the database."""

    def __init__(
        self,
        speaking: Callable[[float], Iterable[int]],
        write: Callable[[list[int]], Awaitable[None]],
    ) -> None:
        self._speaking = speaking
        self._write = write
        self._written: list[int] | None = None
        self._tasks = Supervisor()
        self._running: asyncio.Task[None] | None = None

    def update(self, seats: Iterable[Seat]) -> None:
        """Who is in the room now."""
        needed = any(seat.edge is not None for seat in seats)
        if needed and self._running is None:
            self._running = self._tasks.once(self._report(), "report of who speaks")
        elif not needed and self._running is not None:
            self._running.cancel()
            self._running = self._written = None

    async def close(self) -> None:
        await self._tasks.close()

    async def _report(self) -> None:
        while True:
            speaking = sorted(self._speaking(HOLD))
            if speaking != self._written:
                try:
                    await self._write(speaking)
                    self._written = speaking
                except psycopg.Error as error:
                    log.info("who speaks could not be written: %s", str(error).strip())
            await asyncio.sleep(EVERY)
