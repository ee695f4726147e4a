"""How many listeners the node of a room's stage serves before edges do: one number for all relays and nodes, in the row of `topology_sizes`."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg.errors import InsufficientPrivilege

from .login import login
from .preflight import InstallError
from .single_value import single_value

SET_EDGE_AFTER: Final = (
    "insert into roomtone.topology_sizes (edge_after) values (%s)"
    " on conflict (only_row) do update set edge_after = excluded.edge_after"
)

LOCKED_WITHIN: Final = 10
"""Seconds for the lock of the row: a transaction that somebody left open does not hang the start."""


def set_edge_after(url: str, listeners: int) -> None:
    """Write the number as the operator who logs in here. Raises InstallError, also for a login that may not."""
    with login(url) as connection:
        try:
            connection.execute(f"set lock_timeout = '{LOCKED_WITHIN}s'")
            connection.execute(SET_EDGE_AFTER, (listeners,))
        except InsufficientPrivilege:
            user = single_value(connection, "select session_user")
            raise InstallError(
                f"--edge-after is a number of the whole database, which {user} may not change. Leave it out, and write it once"
                f" with a login that owns the schema: {statement(listeners)}"
            ) from None
        except psycopg.Error as error:
            raise InstallError(f"--edge-after could not be written: {error}") from error


def statement(listeners: int) -> str:
    """What to type in psql instead."""
    return SET_EDGE_AFTER.replace("%s", str(listeners)) + ";"
