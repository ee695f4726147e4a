"""The relay's connection pools: one for transactions as users, one for what the relay does itself."""

from __future__ import annotations

import asyncio
import json
import select
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from psycopg import IsolationLevel
from psycopg_pool import AsyncConnectionPool

from ..read_only import DatabaseIsReadOnly
from ..supervision import begin
from ..types import Claims, NodeId
from .budget import Account, Budgets
from .roles import (
    LOST_AFTER,
    RECONNECTS,
    SET_LOCAL,
    Connection,
    acting,
    become_relay,
    session_settings,
)
from .round_trip import OneStatement, transact_once
from .session import lent
from .statements import Counted, CountedConnection

if TYPE_CHECKING:
    from ..settings import Settings

T = TypeVar("T")

OWN_CONNECTIONS: Final = 2
"""Of the relay itself, so that the log is read and presence is kept while users wait for a connection."""

ANSWER_MARGIN: Final = 10.0
"""Seconds beyond the statement timeout: a server that has not even cancelled the statement by then is frozen."""


class Database:
    """Connections logged in as the relay: a pool for users, and a small one for the relay itself.

    `url` is a libpq connection string (PostgreSQL manual, 34.1.1). The server cancels a statement that runs longer
    than `settings.statement_timeout` seconds, or waits longer than `settings.lock_timeout` for a lock.
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
        self._pooled = settings.listen_url is not None
        users_url = (settings.database_url or url) if self._pooled else url
        self._users = self._pool(users_url, settings.pool_size, settings.pool_timeout, users=True)
        self._own = self._pool(url, OWN_CONNECTIONS, settings.pool_timeout, users=False)
        self._ping: asyncio.Task[None] | None = None

    def _pool(
        self, url: str, size: int, timeout: float, *, users: bool
    ) -> AsyncConnectionPool[CountedConnection]:
        pooled: dict[str, Any] = {"prepare_threshold": None} if users and self._pooled else {}
        return AsyncConnectionPool(
            url,
            connection_class=CountedConnection,
            kwargs={"application_name": f"roomtone {self.node}", **pooled, **LOST_AFTER},
            min_size=1,
            max_size=size,
            timeout=timeout,
            max_idle=60,
            **RECONNECTS,
            configure=self._configure_pooled if pooled else self._configure,
            check=require_open if users else None,
            open=False,
        )

    async def _configure(self, connection: CountedConnection) -> None:
        connection.counted = self.counted
        connection.answers_within = self._statement_timeout + ANSWER_MARGIN
        await become_relay(connection, **self._limits)

    async def _configure_pooled(self, connection: CountedConnection) -> None:
        """Nothing may stay in a session of the pooler, which lends it to others."""
        connection.counted = self.counted
        connection.answers_within = self._statement_timeout + ANSWER_MARGIN
        await connection.set_autocommit(True)
        answer = await connection.execute(
            "select relay from roomtone.role_name('relay') relay where session_user <> relay"
        )
        local = session_settings() | self._limits
        if (relay := await answer.fetchone()) is not None:
            local["role"] = relay[0]
        connection.local = json.dumps(local)

    @property
    def _limits(self) -> dict[str, str]:
        return {
            "statement_timeout": f"{self._statement_timeout:g}s",
            "lock_timeout": f"{self._lock_timeout:g}s",
            "idle_in_transaction_session_timeout": "30s",
            "roomtone.grace": f"{self._grace:g}s",
        }

    async def open(self) -> None:
        await self._users.open(wait=True)
        await self._own.open(wait=True)

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Until the block ends, the relay itself has one connection: a second one would hardly be used at its start."""
        await self._own.resize(1, 1)
        try:
            yield
        finally:
            await self._own.resize(1, OWN_CONNECTIONS)

    async def close(self) -> None:
        await self._users.close(timeout=1)
        await self._own.close(timeout=1)

    @asynccontextmanager
    async def acting(
        self, claims: Claims, *, read_only: bool = False, snapshot: bool = False
    ) -> AsyncIterator[Connection]:
        """A transaction as a user, as in `roles.acting`. Raises Problem 429 for a subject whose budget is used up."""
        async with (
            self._charged() as connection,
            acting(
                connection,
                claims,
                self.node,
                read_only=read_only,
                snapshot=snapshot,
                local=connection.local,
            ),
        ):
            yield connection

    async def once(self, claims: Claims, one: OneStatement[T]) -> T:
        """A transaction of one statement as a user, as in `round_trip.transact_once`. Raises Problem 429 as `acting` does."""
        async with self._charged() as connection:
            self.counted.statements += 2
            return await transact_once(connection, claims, self.node, one)

    @asynccontextmanager
    async def _charged(self) -> AsyncIterator[CountedConnection]:
        """A connection for one transaction of the subject, which is charged for it. Raises Problem 429."""
        async with (
            self._budgets.turn() as charged,
            lent(self._users) as connection,
        ):
            with charged:
                self.counted.transactions += 1
                yield connection

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Connection]:
        """A connection with the relay's own rights: it may call the `relay_…` functions and nothing else.

        Each statement is a transaction. Connections are not checked before use, which would double the round trips until an
        event is read; after an interruption `refresh` replaces the broken ones.
        """
        async with lent(self._own) as connection:
            yield connection

    @asynccontextmanager
    async def relay_for_subject(self) -> AsyncIterator[Connection]:
        """As `relay`, for what a request can ask for: charged to its subject. Raises Problem 429."""
        async with self._budgets.turn() as charged, self.relay() as connection:
            with charged:
                yield connection

    def place(self) -> AbstractAsyncContextManager[Account | None]:
        """See `Budgets.place`. Raises Problem 429."""
        return self._budgets.place()

    @asynccontextmanager
    async def relay_for_many(self) -> AsyncIterator[Connection]:
        """As `relay`, for one query of many requests, from the pool of the users' connections."""
        async with lent(self._users) as connection:
            if connection.local is None:
                yield connection
                return
            await connection.set_read_only(None)
            await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
            async with connection.transaction():
                await connection.execute(SET_LOCAL, (connection.local,))
                yield connection

    async def ping(self) -> None:
        """Raises psycopg errors if the database does not answer, and DatabaseIsReadOnly. Calls at the same time share one statement, because anybody may ask."""
        if self._ping is None or self._ping.done():
            self._ping = begin(self._select_nothing(), "ping")
        await asyncio.shield(self._ping)

    async def _select_nothing(self) -> None:
        async with lent(self._own) as connection:
            await connection.execute("select")
            if connection.read_only_now:
                raise DatabaseIsReadOnly

    def pool_statistics(self) -> dict[str, dict[str, int]]:
        """What psycopg_pool counts, by pool: connections, waits and timeouts (its `get_stats`)."""
        return {"users": self._users.get_stats(), "relay": self._own.get_stats()}

    async def refresh(self) -> None:
        """Replace connections that were lost, for example in a restart of the server."""
        await self._own.check()


async def require_open(connection: CountedConnection) -> None:
    """Raise OperationalError if the server has closed this connection.

    Nothing is to be read from an idle connection, unless the server has ended it, or has a message for it. Only then a statement
    is tried, which would double the round trips of a short transaction.
    """
    waiting = select.poll()  # not select(), which takes no file descriptor above 1023
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        await AsyncConnectionPool.check_connection(connection)


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Database]:
    """Its pools are open until the block ends."""
    try:
        await database.open()
        yield database
    finally:
        await database.close()
