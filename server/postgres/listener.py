"""LISTEN: one connection that receives the notifications of all rooms.

A notification can be missed: a connection can die silently, and what was notified meanwhile is lost
(PostgreSQL manual, LISTEN). So whenever LISTEN has come into force, and on a timer, the listener yields `Resync`, and
its caller reads again where the logs end. A missed notification costs a delay, never an event.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.errors import ReadOnlySqlTransaction

from ..backoff import backoff
from ..log.page import Page
from ..types import RoomId
from .notifications import CHANNEL, Notification, NotificationParser
from .roles import LOST_AFTER, Connection, become_relay
from .session import Session

PROBE_EVERY: Final = 10.0  # seconds; then the connection has to answer a statement
RESYNC_EVERY: Final = 30.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resync:
    """Notifications may have been missed: read all heads again. `fresh` after a (re)connect."""

    fresh: bool


@dataclass(frozen=True, slots=True)
class HallwayChanged:
    """As a RoomChanged, where pages of the room's log arrive by themselves."""

    room: RoomId
    hallway: int


Wakeup = Notification | Resync | HallwayChanged | Page
"""The last two come from a bus alone."""


class Listener:
    """A process's only LISTEN connection, made again with jittered back-off whenever it is lost.

    `listening` says that LISTEN is in force, `received` counts notifications, valid or not. `before` is called with each new
    connection before it listens.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "listener",
        resync_every: float = RESYNC_EVERY,
        before: Callable[[Connection], Awaitable[None]] = become_relay,
    ) -> None:
        self._url = url
        self._name = name
        self._resync_every = resync_every
        self._before = before
        self.parser = NotificationParser()
        self.listening = False
        self.read_only = False  # a standby, where LISTEN is refused
        self.received = 0
        self._connection: Connection | None = None

    def reconnect(self) -> None:
        """Close the connection so that another is made: it may only look alive."""
        if self._connection is not None:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as copy:
                copy.shutdown(socket.SHUT_RDWR)

    async def reconnect_when(
        self, restored: asyncio.Event, before: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Call `before` and reconnect, and so resync, whenever this is set, until cancelled. Raises what `before` raises; it is to be called again."""
        while True:
            await restored.wait()
            restored.clear()
            try:
                if before is not None:
                    await before()
            except BaseException:
                restored.set()
                raise
            self.reconnect()

    async def wakeups(self) -> AsyncGenerator[Wakeup, None]:
        """Notifications and resyncs, without end."""
        attempt = 0
        while True:
            try:
                async with aclosing(self._connected()) as wakeups:
                    async for wakeup in wakeups:
                        attempt = 0
                        yield wakeup
            except psycopg.Error as error:
                self.read_only = isinstance(error, ReadOnlySqlTransaction)
                log.warning("the listener lost its connection: %s", str(error).strip())
            finally:
                self.listening, self._connection = False, None
            await asyncio.sleep(backoff(attempt, base=0.2, most=2.0))
            attempt += 1

    async def _connected(self) -> AsyncGenerator[Wakeup, None]:
        connection: Connection = await Session.connect(
            self._url,
            autocommit=True,
            application_name=f"roomtone {self._name}",
            **LOST_AFTER,
        )
        async with connection:
            await self._before(connection)
            await connection.execute(f"listen {CHANNEL}")
            self.listening, self._connection = True, connection
            self.read_only = False
            yield Resync(fresh=True)
            clock = asyncio.get_running_loop()
            resync_at = clock.time() + self._resync_every
            while True:
                async with aclosing(connection.notifies(timeout=PROBE_EVERY)) as notifies:
                    async for notify in notifies:
                        self.received += 1
                        if (notification := self.parser.parse(notify.payload)) is not None:
                            yield notification
                await connection.execute("select 1")
                if clock.time() >= resync_at:
                    resync_at = clock.time() + self._resync_every
                    yield Resync(fresh=False)
