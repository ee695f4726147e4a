"""Roles: a login that has only the relay's rights, and a transaction in which it acts as a user.

The relay's role may read and write no table. In each transaction it becomes the acting user: role and claims are set until
the transaction ends, so grants, policies, constraints and triggers decide what happens. Media nodes and bots do the same.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from ..types import Claims, NodeId
from .schema_files import REVISION

ROLE_NAMES: Final = ("roomtone_anon", "roomtone_person", "roomtone_relay")
"""Roles of anonymous users, of signed-in users, of relays; other names can be chosen at the installation (`role_name` in SQL)."""

RELAY_ROLE: Final = ROLE_NAMES[2]
"""The relay's role in the embedded database."""


LOST_AFTER: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""When a connection whose network is gone fails (PostgreSQL manual, 34.1.2): after about eleven seconds."""

SESSION: Final = {
    "search_path": "roomtone, pg_temp",
    "default_transaction_isolation": "read committed",
    "client_encoding": "UTF8",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "quote_all_identifiers": "off",
    "row_security": "on",
    "idle_session_timeout": "0",
}
"""What each of our sessions sets: a database or a login may have other defaults, which are meant for other programs."""

SET: Final = (
    "select pg_catalog.set_config(name, value, false)"
    " from rows from (pg_catalog.unnest(%s::pg_catalog.text[]), pg_catalog.unnest(%s::pg_catalog.text[])) as setting (name, value)"
)
"""The first statement of a session: the database's search path may still put other schemas before pg_catalog."""

SET_AND_BECOME_RELAY: Final = (
    f"{SET} union all select pg_catalog.set_config('role', relay, false) from roomtone.role_name('relay') relay"
    " where session_user operator(pg_catalog.<>) relay"
)
"""As `SET`, and then the relay's role."""

SET_LOCAL: Final = "select pg_catalog.set_config(key, value, true) from pg_catalog.json_each_text(%s::pg_catalog.json)"
"""As `SET`, until the end of the transaction, of an object. Its order counts: the role comes last."""

Connection = AsyncConnection[TupleRow]

Connect = Callable[[], AbstractAsyncContextManager[Connection]]
"""Lends a connection with the relay's rights."""


async def _begin_again(pool: AsyncConnectionPool[Any]) -> None:
    await pool.check()  # it tries to make a connection at once


RECONNECTS: Final[dict[str, Any]] = {"reconnect_timeout": 2.0, "reconnect_failed": _begin_again}
"""How a pool comes back after an outage: it tries about once a second. By default it would wait as long again as the outage was,
and seats would expire meanwhile."""


def session_settings() -> dict[str, str]:
    """What each session of a relay has."""
    return SESSION | {"roomtone.revision": str(REVISION)}


async def become_relay(connection: Connection, **more: str) -> None:
    """Give up the rights that the login has beyond the relay's: it may be the owner of the tables. Set what each session sets, and `more`."""
    await connection.set_autocommit(True)
    settings = session_settings() | more
    await connection.execute(SET_AND_BECOME_RELAY, (list(settings), list(settings.values())))


@asynccontextmanager
async def as_relay(connection: Connection) -> AsyncIterator[None]:
    """A transaction with the relay's own rights, of the usual kind: the last one on this connection may have been a user's that only read."""
    await connection.set_read_only(None)
    await connection.set_isolation_level(None)
    async with connection.transaction():
        yield


@asynccontextmanager
async def acting(
    connection: Connection,
    claims: Claims,
    node: NodeId,
    *,
    read_only: bool = False,
    snapshot: bool = False,
    local: str | None = None,
) -> AsyncIterator[Connection]:
    """A transaction as the user whom the claims name, or as the anonymous user; it commits when the block ends well.

    `local`: what each transaction sets, as JSON, where a pooler may give each another session. With `snapshot` all its statements see the same moment (PostgreSQL manual, 13.2.2). Raises psycopg errors, at the commit
    too: deferred constraints are checked there.
    """
    await connection.set_read_only(read_only or None)
    usual = None if local is None else IsolationLevel.READ_COMMITTED
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ if snapshot else usual)
    async with connection.transaction():
        if local is not None:
            await connection.execute(SET_LOCAL, (local,))
        await connection.execute(
            "select roomtone.become(%s::jsonb, %s)", (json.dumps(claims), node)
        )
        yield connection
