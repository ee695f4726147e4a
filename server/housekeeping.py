"""Housekeeping: what is old is forgotten, and the bell is checked for being heard at all.

Every relay does it, and for the sweeping the database lets one at a time.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from .chores import every
from .database import Database
from .listener import Listener
from .metrics import Metrics

TIDY_EVERY: Final = 30.0  # seconds
WATCH_EVERY: Final = 10.0  # seconds
BELL_TAKES: Final = 1.0  # seconds a bell may take from its commit to us before we call it unheard
EVENTS_KEPT_FOR: Final = timedelta(hours=1)
EVENTS_KEPT: Final = 20_000  # a room
QUEUE_IS_FULL: Final = 0.25  # of the NOTIFY queue, 8 GB by default: somebody has stopped listening

log = logging.getLogger(__name__)


class Housekeeping:
    """The chores of one relay that serve no reader in particular."""

    def __init__(self, database: Database, listener: Listener, metrics: Metrics) -> None:
        self._database = database
        self._listener = listener
        self._metrics = metrics
        self._written: int | None = None
        self._heard = 0

    async def run(self) -> None:
        """Tidy and watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(TIDY_EVERY, self._tidy), name="tidy")
            tasks.create_task(every(WATCH_EVERY, self.watch), name="watch")

    async def _tidy(self) -> None:
        async with self._database.relay() as connection:
            await connection.execute(
                "select roomtone.relay_tidy(%s, %s)", (EVENTS_KEPT_FOR, EVENTS_KEPT)
            )

    async def watch(self) -> None:
        """Tell a listener that is deaf from one that has nothing to hear, and reconnect it.

        Events were written since the last look, and not one bell came, not even a moment later:
        then the connection looks alive and is not.
        """
        queue, written = await self._look()
        self._metrics.notify_queue.set(queue)
        if queue > QUEUE_IS_FULL:
            log.warning("the NOTIFY queue is %.0f %% full: some listener is stuck", queue * 100)
        moved = self._written is not None and written > self._written
        silent = self._listener.heard == self._heard
        self._written, self._heard = written, self._listener.heard
        if not (moved and silent and self._listener.listening):
            return
        await asyncio.sleep(BELL_TAKES)
        if self._listener.heard == self._heard:
            log.warning("events were written and no bell was heard: reconnecting the listener")
            self._metrics.deaf.inc()
            self._listener.reconnect()

    async def _look(self) -> tuple[float, int]:
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select notify_queue, written from roomtone.relay_watch()"
            )
            row = await answer.fetchone()
        assert row is not None
        return float(row[0]), int(row[1])
