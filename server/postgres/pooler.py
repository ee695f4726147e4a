"""Whether a pooler gives each transaction another session of the server (PgBouncer's `pool_mode = transaction`, for example).

What one client sets in such a session, the next finds in its own: with Roomtone's search path, another program would read Roomtone's
`users` instead of its own.
"""

from __future__ import annotations

import random
import time
from typing import Final

import psycopg

from .interruptible import with_timeout
from .single_value import single_value

PROCESS: Final = "select pg_catalog.pg_backend_pid()"
LOOKS: Final = 50
"""Where nobody else uses the pooler, both clients are given the same session at once; where others do, each usually gets several after a few."""
PAUSE: Final = 0.002
"""At most so many seconds, a random part of them, before each look: in step with others, each client could get the same session again and again."""


def shares_sessions(connection: psycopg.Connection, url: str) -> bool:
    """`connection` leads to `url` and commits each statement. Nothing is set in it. Raises psycopg errors."""
    if _process_of(connection) == connection.info.backend_pid:
        return False  # a server tells the number of its own process; a pooler tells one of its own
    with psycopg.connect(with_timeout(url, 10), autocommit=True) as second:
        clients: list[tuple[psycopg.Connection, set[int]]] = [(connection, set()), (second, set())]
        for _ in range(LOOKS):
            for client, given in random.sample(clients, len(clients)):
                time.sleep(random.uniform(0, PAUSE))
                given.add(_process_of(client))
            ours, others = (given for _, given in clients)
            if len(ours) > 1 or len(others) > 1 or ours & others:
                return True
    return False


def _process_of(client: psycopg.Connection) -> int:
    """The number of the server's process that answers. Never prepared: the next session would not know the prepared statement, or have one of another client."""
    return int(single_value(client, PROCESS, prepare=False))
