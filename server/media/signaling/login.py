"""Logging in to the database with the relay's rights and no more: the login that becomes others."""

from __future__ import annotations

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

Connection = AsyncConnection[TupleRow]

RELAY_ROLE = "roomtone_relay"


async def step_down(connection: Connection) -> None:
    """Give up what rights the login has beyond the relay's: an owner can become somebody too."""
    await connection.set_autocommit(True)
    await connection.execute(
        "select set_config('role', %s, false) where session_user <> %s", (RELAY_ROLE, RELAY_ROLE)
    )


async def log_in(url: str, what_for: str) -> Connection:
    """A connection of one's own, in autocommit. Raises psycopg errors."""
    connection: Connection = await AsyncConnection.connect(
        url,
        autocommit=True,
        application_name=f"roomtone {what_for}",
        connect_timeout=5,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
    )
    await step_down(connection)
    return connection
