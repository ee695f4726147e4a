"""LISTEN: one connection that hears the bells of all rooms.

A bell can be missed: the connection dies silently, and what was notified meanwhile is gone for good
(PostgreSQL manual, LISTEN). So after every LISTEN that is in force, and on a slow timer, the listener
says `Resync`, and whoever listens re-reads the heads. A missed bell costs a delay, never an event.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import psycopg

from .notifications import CHANNEL, Notification, NotificationParser
from .pools import Connection, become_relay

PROBE_EVERY: Final = 10.0  # seconds of silence after which the connection must prove that it lives
RESYNC_EVERY: Final = 30.0  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resync:
    """Bells may have been missed: read every head again. `fresh` after a (re)connect."""

    fresh: bool


Wakeup = Notification | Resync


class Listener:
    """The relay's one LISTEN connection, reconnected for ever with a jittered back-off.

    `listening` says that LISTEN is in force, `heard` counts notifications, whatever they say.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.parser = NotificationParser()
        self.listening = False
        self.heard = 0
        self._connection: Connection | None = None

    def reconnect(self) -> None:
        """Hang up, so that the connection is made anew: it may be one that only looks alive."""
        if self._connection is not None:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    async def wakeups(self) -> AsyncIterator[Wakeup]:
        """Bells and resyncs, without end."""
        attempt = 0
        while True:
            try:
                async with aclosing(self._hear()) as heard:
                    async for wakeup in heard:
                        attempt = 0
                        yield wakeup
            except psycopg.Error as error:
                log.warning("the listener lost its connection: %s", str(error).strip())
            finally:
                self.listening, self._connection = False, None
            # 0.1 0.2 0.4 0.8 1.6 2 2 … seconds, each times 0.5 to 1.5
            await asyncio.sleep(min(2.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))
            attempt = min(attempt + 1, 10)

    async def _hear(self) -> AsyncGenerator[Wakeup, None]:
        connection: Connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            application_name="roomtone listener",
            connect_timeout=5,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        async with connection:
            await become_relay(connection)
            await connection.execute(f"listen {CHANNEL}")
            self.listening, self._connection = True, connection
            yield Resync(fresh=True)
            clock = asyncio.get_running_loop()
            resync_at = clock.time() + RESYNC_EVERY
            while True:
                async with aclosing(connection.notifies(timeout=PROBE_EVERY)) as notifies:
                    async for notify in notifies:
                        self.heard += 1
                        if (notification := self.parser.parse(notify.payload)) is not None:
                            yield notification
                await connection.execute("select 1")
                if clock.time() >= resync_at:
                    resync_at = clock.time() + RESYNC_EVERY
                    yield Resync(fresh=False)
