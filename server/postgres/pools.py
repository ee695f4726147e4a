"""The pools: transactions in which the relay becomes a user.

The relay's own login can do nothing to the tables. For each transaction it takes on the acting
user's role and claims, so grants, policies, constraints and triggers decide what happens.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from ..types import Claims, NodeId
from .budget import Budgets
from .statements import Counted, CountedConnection

if TYPE_CHECKING:
    from ..settings import Settings

RELAY_ROLE = "roomtone_relay"

Connection = AsyncConnection[TupleRow]


async def become_relay(connection: Connection) -> None:
    """Drop to the relay's own rights when the login that was given has more of them."""
    await connection.set_autocommit(True)
    await connection.execute(
        "select set_config('role', %s, false) where session_user <> %s", (RELAY_ROLE, RELAY_ROLE)
    )


class Database:
    """Connections logged in as the relay: a pool for users, and a few for the relay itself.

    `url` is a libpq connection string (PostgreSQL manual, 34.1.1). A statement that runs longer
    than `settings.statement_timeout` seconds, or waits longer than `settings.lock_timeout` for a
    lock, is cancelled by the server.
    """

    def __init__(self, url: str, *, node: NodeId, settings: Settings) -> None:
        self.url = url
        self.node = node
        self.counted = Counted()
        self._statement_timeout = settings.statement_timeout
        self._lock_timeout = settings.lock_timeout
        self._grace = settings.grace
        self.answer_limit = settings.answer_limit
        self._budgets = Budgets(settings)
        self._users = self._pool(settings.pool_size, settings.pool_timeout, tried=True)
        # However many users wait for a connection, the log is read and presence is kept.
        self._own = self._pool(3, settings.pool_timeout, tried=False)

    def _pool(
        self, size: int, timeout: float, *, tried: bool
    ) -> AsyncConnectionPool[CountedConnection]:
        return AsyncConnectionPool(
            self.url,
            connection_class=CountedConnection,
            kwargs={"application_name": f"roomtone relay {self.node}"},
            min_size=1,
            max_size=size,
            timeout=timeout,
            max_idle=60,
            configure=self._configure,
            check=AsyncConnectionPool.check_connection if tried else None,
            open=False,
        )

    async def _configure(self, connection: CountedConnection) -> None:
        connection.counted = self.counted
        await become_relay(connection)
        await connection.execute(
            "select set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
            " set_config('idle_in_transaction_session_timeout', '30s', false),"
            " set_config('roomtone.grace', %s, false)",
            (f"{self._statement_timeout:g}s", f"{self._lock_timeout:g}s", f"{self._grace:g}s"),
        )

    async def open(self) -> None:
        await self._users.open(wait=True)
        await self._own.open(wait=True)

    async def close(self) -> None:
        await self._users.close(timeout=1)
        await self._own.close(timeout=1)

    @asynccontextmanager
    async def acting(
        self, claims: Claims, *, read_only: bool = False, snapshot: bool = False
    ) -> AsyncIterator[Connection]:
        """A transaction as the user the claims name (or as nobody); it commits when the block ends well.

        `snapshot` makes every statement in it see one and the same moment (PostgreSQL manual,
        13.2.2). Raises psycopg errors as they are, at commit too: deferred rules speak there; and
        Problem 429 for a subject whose budget is used up.
        """
        async with (
            self._budgets.turn() as charged,
            self._users.connection() as connection,
        ):
            with charged:
                await connection.set_read_only(read_only or None)
                await connection.set_isolation_level(
                    IsolationLevel.REPEATABLE_READ if snapshot else None
                )
                self.counted.transactions += 1
                async with connection.transaction():
                    await connection.execute(
                        "select roomtone.become(%s::jsonb, %s)", (json.dumps(claims), self.node)
                    )
                    yield connection

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Connection]:
        """A connection of the relay itself: it may call the `relay_…` functions and nothing else.

        Each statement is a transaction. What hangs on the next event costs one round trip, so the
        connection is not tried first; after an interruption, `refresh` weeds out the broken ones.
        """
        async with self._own.connection() as connection:
            yield connection

    async def refresh(self) -> None:
        """The server was away: connections that did not survive it are replaced."""
        await self._own.check()
