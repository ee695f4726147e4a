"""Housekeeping: opens scheduled rooms, ends deserted ones, deletes old rows, and checks that the listener receives notifications.

Every relay does it; the database lets one at a time delete old rows.
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

CLEAN_UP_EVERY: Final = 30.0  # seconds
WATCH_EVERY: Final = 10.0  # seconds
OPEN_EVERY: Final = 0.5  # seconds
NOTIFIED_WITHIN: Final = 1.0  # seconds from a commit until its notification must have arrived
EVENTS_KEPT_FOR: Final = timedelta(hours=1)
EVENTS_KEPT: Final = 20_000  # a room
QUEUE_WARNING: Final = 0.25
"""Of the NOTIFY queue, 8 GB by default; from here on a warning is logged."""


log = logging.getLogger(__name__)


class Housekeeping:
    """The periodic tasks of one relay that serve no subscriber in particular.

    `deserted_after`: seconds after which an open room that everybody left ends; 0 means never.
    """

    def __init__(
        self,
        database: Database,
        listener: Listener,
        hallway: Hallway,
        metrics: Metrics,
        *,
        deserted_after: float,
    ) -> None:
        self._database = database
        self._deserted_after = timedelta(seconds=deserted_after)
        self._hallway = hallway
        self._listener = listener
        self._metrics = metrics
        self._written: int | None = None
        self._received = 0

    def start(self, tasks: Supervisor) -> None:
        """Do all of it until the tasks end."""
        tasks.keep(partial(every, OPEN_EVERY, self._open_rooms), "opening of scheduled rooms")
        # Not while the relay starts: it waits for no row to be deleted, and the first cleanup on a new connection is slow.
        clean_up = partial(every, CLEAN_UP_EVERY, self._clean_up, at_once=False)
        tasks.keep(clean_up, "cleanup")
        tasks.keep(partial(every, WATCH_EVERY, self.watch), "check of the listener")

    async def _open_rooms(self) -> None:
        # The hallway knows when a room is due, so the database is not asked before. It decides by its own clock.
        due = self._hallway.opens_at()
        if due is not None and due <= datetime.now(UTC):
            async with self._database.relay() as connection:
                await connection.execute("select roomtone.relay_open_rooms()")

    async def _clean_up(self) -> None:
        async with self._database.relay() as connection:
            # In case this machine's clock is slow: due rooms open by the database's clock.
            await connection.execute("select roomtone.relay_open_rooms()")
            if self._deserted_after:
                await connection.execute(
                    "select roomtone.relay_end_deserted_rooms(%s)", (self._deserted_after,)
                )
            await connection.execute(
                "select roomtone.relay_delete_old_rows(%s, %s)", (EVENTS_KEPT_FOR, EVENTS_KEPT)
            )

    async def watch(self) -> None:
        """Reconnect a listener that does not receive notifications.

        If events were written since the last check, and no notification arrives within NOTIFIED_WITHIN, its connection is dead
        although PostgreSQL has not closed it.
        """
        queue, written = await self._query()
        self._metrics.notify_queue.set(queue)
        if queue > QUEUE_WARNING:
            log.warning(
                "the NOTIFY queue is %.0f %% full, and when it is full no write to a room can commit: a session listens"
                " and has had a transaction open for long. Find it in pg_stat_activity by xact_start, and end it.",
                queue * 100,
            )
        were_written = self._written is not None and written > self._written
        silent = self._listener.received == self._received
        self._written, self._received = written, self._listener.received
        if not (were_written and silent and self._listener.listening):
            return
        await asyncio.sleep(NOTIFIED_WITHIN)
        if self._listener.received == self._received:
            log.warning(
                "events were written and no notification arrived: reconnecting the listener"
            )
            self._metrics.listener_silent.inc()
            self._listener.reconnect()

    async def _query(self) -> tuple[float, int]:
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select notify_queue, written from roomtone.relay_notification_status()"
            )
            row = await answer.fetchone()
        assert row is not None
        return float(row[0]), int(row[1])
