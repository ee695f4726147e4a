"""A session of ours: how long it exists, and whether it may write.

A session can be read-only because the whole server is (a standby, or `alter system`), or because its database or login was when it
began (`alter database … set default_transaction_read_only`). The second kind stays read-only although the cause is over.
PostgreSQL reports both to each client (`default_transaction_read_only`, `in_hot_standby`: manual, 34.2), so nothing is asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, Self, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import FeatureNotSupported, ReadOnlySqlTransaction
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from ..read_only import DatabaseIsReadOnly
from .refused_login import explained

READ_ONLY_FOR: Final = 1.0
"""Seconds after which a read-only session is replaced: a new one says whether the database still is."""

log = logging.getLogger(__name__)


class Session(AsyncConnection[TupleRow]):
    """A connection of a pool, or of the listener."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.began_at = time.monotonic()

    @classmethod
    async def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """As psycopg's; a refusal because of too many connections says what to do."""
        try:
            return await super().connect(conninfo, **options)
        except OperationalError as error:
            raise explained(error) from error

    @property
    def read_only_now(self) -> bool:
        """Whether it refuses writes, as of its last statement."""
        status = self.pgconn.parameter_status
        return b"on" in (status(b"default_transaction_read_only"), status(b"in_hot_standby"))


S = TypeVar("S", bound=Session)


@asynccontextmanager
async def lent(pool: AsyncConnectionPool[S]) -> AsyncIterator[S]:
    """A session until the block ends. Raises DatabaseIsReadOnly instead of what PostgreSQL calls it."""
    task = asyncio.current_task()
    assert task is not None
    cancelled = task.cancelling()
    while True:
        async with pool.connection() as session:
            # The pool waits with `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that comes together with its result.
            if task.cancelling() > cancelled:
                raise asyncio.CancelledError
            if not session.read_only_now or time.monotonic() - session.began_at < READ_ONLY_FOR:
                with _named(session):
                    yield session
                return
            await pool.drain()  # those that are lent are replaced when they are returned


@contextmanager
def _named(session: Session) -> Iterator[None]:
    try:
        yield
    except (ReadOnlySqlTransaction, FeatureNotSupported) as error:
        # A standby refuses even to read our unlogged tables, and calls that a feature that is not supported.
        if session.read_only_now:
            raise DatabaseIsReadOnly from error
        raise


class ReadOnlyPeriod:
    """Logs when the database became read-only, and when that is over: a line each."""

    def __init__(self) -> None:
        self._began_at: float | None = None

    def began(self) -> None:
        """A heartbeat was refused."""
        if self._began_at is None:
            self._began_at = time.monotonic()
            log.warning("the database is read-only: writes are refused with 503, and clients wait")

    def over(self) -> None:
        """A heartbeat was written."""
        if self._began_at is not None:
            log.warning(
                "the database accepts writes again, after %.0f s",
                time.monotonic() - self._began_at,
            )
            self._began_at = None
