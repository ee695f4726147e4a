"""Housekeeping: what is due is opened, what is old forgotten, and the bell checked for being heard at all.

Every relay does it, and for the sweeping the database lets one at a time.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from ..postgres.listener import Listener
from ..postgres.pools import Database
from ..supervision import Supervisor
from .hallway import Hallway
from .metrics import Metrics
from .periodic import every

TIDY_EVERY: Final = 30.0  # seconds
WATCH_EVERY: Final = 10.0  # seconds
OPEN_EVERY: Final = 0.5  # seconds
BELL_TAKES: Final = 1.0  # seconds a bell may take from its commit to us before we call it unheard
EVENTS_KEPT_FOR: Final = timedelta(hours=1)
EVENTS_KEPT: Final = 20_000  # a room
QUEUE_IS_FULL: Final = 0.25  # of the NOTIFY queue, 8 GB by default: somebody has stopped listening

log = logging.getLogger(__name__)


class Housekeeping:
    """The chores of one relay that serve no reader in particular."""

    def __init__(
        self, database: Database, listener: Listener, hallway: Hallway, metrics: Metrics
    ) -> None:
        self._database = database
        self._hallway = hallway
        self._listener = listener
        self._metrics = metrics
        self._written: int | None = None
        self._heard = 0

    def start(self, tasks: Supervisor) -> None:
        """Open, tidy and watch until the tasks end."""
        tasks.keep(partial(every, OPEN_EVERY, self._open_rooms), "opening of scheduled rooms")
        tasks.keep(partial(every, TIDY_EVERY, self._tidy), "tidying")
        tasks.keep(partial(every, WATCH_EVERY, self.watch), "watch over the listener")

    async def _open_rooms(self) -> None:
        # The hallway knows when; the database, by its own clock, whether. So while nothing is due nothing is asked.
        due = self._hallway.opens_at()
        if due is not None and due <= datetime.now(UTC):
            async with self._database.relay() as connection:
                await connection.execute("select roomtone.relay_open_rooms()")

    async def _tidy(self) -> None:
        async with self._database.relay() as connection:
            # Of the rooms that are due by the database's clock none stays closed for long, whatever ours says.
            await connection.execute("select roomtone.relay_open_rooms()")
            await connection.execute(
                "select roomtone.relay_delete_old_rows(%s, %s)", (EVENTS_KEPT_FOR, EVENTS_KEPT)
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
        silent = self._listener.received == self._heard
        self._written, self._heard = written, self._listener.received
        if not (moved and silent and self._listener.listening):
            return
        await asyncio.sleep(BELL_TAKES)
        if self._listener.received == self._heard:
            log.warning("events were written and no bell was heard: reconnecting the listener")
            self._metrics.deaf.inc()
            self._listener.reconnect()

    async def _look(self) -> tuple[float, int]:
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select notify_queue, written from roomtone.relay_notification_status()"
            )
            row = await answer.fetchone()
        assert row is not None
        return float(row[0]), int(row[1])
