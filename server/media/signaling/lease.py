"""The lease of a process that sits in rooms over the database: a heartbeat row, and seats stamped with its name.

When the process dies, the heartbeat stops, and the relays' broom takes the seats after the grace, as it does
with those of a dead relay. So a bot killed in the middle of a bar leaves like anybody whose line broke.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from typing import Final, Protocol

import psycopg

from ...postgres.roles import Connection
from ...types import NodeId, PeerId

BEATS_EVERY: Final = 1.0  # seconds
DOUBTED_AFTER: Final = 3.0  # seconds without a beat: the relays may have taken us for dead
FAREWELL_WITHIN: Final = 2.0
"""Seconds that a goodbye waits for a database that may be gone; unsaid, it is understood by the silence that follows."""

GRACE: Final = timedelta(seconds=10)  # a tunnel, not a goodbye

log = logging.getLogger(__name__)


class Pool(Protocol):
    def connection(
        self, timeout: float | None = None
    ) -> AbstractAsyncContextManager[Connection]: ...


class Lease:
    """`node` is the name under which seats are held."""

    def __init__(self, pool: Pool, kind: str = "bot") -> None:
        # No name of a machine: a notification carries it, and every login can LISTEN.
        self.node = NodeId(f"{kind}-{uuid.uuid4().hex}")
        self._pool = pool
        self._kind = kind
        self._held: set[PeerId] = set()
        self._unstamped: set[PeerId] = set()
        self._beaten_at = 0.0
        self._beat_soon = asyncio.Event()

    @asynccontextmanager
    async def holding(self, peer: PeerId, grace: timedelta = GRACE) -> AsyncIterator[bool]:
        """Follow on a seat until the block ends; whether it is still this session's. Raises psycopg errors.

        Then its grace begins, unless somebody follows on it again.
        """
        if time.time() - self._beaten_at > BEATS_EVERY:
            await self._beat()  # a seat held under a name nobody knows would be swept
        async with self._pool.connection() as connection:
            seated = await self._stamp(connection, {peer})
        if not seated:
            yield False
            return
        self._held.add(peer)
        try:
            yield True
        finally:
            self._held.discard(peer)
            self._unstamped.discard(peer)
            with suppress(psycopg.Error):
                async with self._pool.connection(FAREWELL_WITHIN) as connection:
                    await connection.execute(
                        "select roomtone.relay_release_seats(%s, %s::uuid[], %s)",
                        (self.node, [peer], grace),
                    )

    def renew(self) -> None:
        """The database was away and may have forgotten: beat and stamp every seat again, now."""
        self._beaten_at = 0.0
        self._beat_soon.set()

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            try:
                await self._beat()
            except psycopg.Error as error:
                log.info("the heartbeat failed: %s", str(error).strip())
            try:
                async with asyncio.timeout(BEATS_EVERY):
                    await self._beat_soon.wait()
            except TimeoutError:
                continue
            self._beat_soon.clear()

    async def give_up(self) -> None:
        """The process ends, and what seats it still has may lapse at once. Raises psycopg errors."""
        async with self._pool.connection(FAREWELL_WITHIN) as connection:
            await connection.execute(
                "select roomtone.relay_end_lease(%s, interval '0')", (self.node,)
            )

    async def _beat(self) -> None:
        async with self._pool.connection() as connection:
            await self._say_alive(connection)
            # By the clock on the wall, which goes on while a process or its machine is suspended.
            last, self._beaten_at = self._beaten_at, time.time()
            doubted = self._beaten_at - last > DOUBTED_AFTER
            if again := self._held if doubted else self._unstamped & self._held:
                await self._stamp(connection, again)

    async def _say_alive(self, connection: Connection) -> None:
        await connection.execute(
            "select roomtone.relay_heartbeat(%s, %s, %s)",
            (self.node, f"{socket.gethostname()} {os.getpid()}", self._kind),
        )

    async def _stamp(self, connection: Connection, peers: set[PeerId]) -> bool:
        """Stamp these seats; whether any is there. One that an open transaction holds is stamped later."""
        answer = await connection.execute(
            "select peer::text from roomtone.relay_serve_seats(%s, %s::uuid[]) peer",
            (self.node, sorted(peers)),
        )
        stamped = {PeerId(peer) for (peer,) in await answer.fetchall()}
        self._unstamped -= stamped
        if stamped == peers:
            return True
        answer = await connection.execute(
            "select peer::text from roomtone.relay_seated(%s::uuid[]) peer",
            (sorted(peers - stamped),),
        )
        locked = {PeerId(peer) for (peer,) in await answer.fetchall()}
        self._unstamped |= locked
        return bool(stamped | locked)
