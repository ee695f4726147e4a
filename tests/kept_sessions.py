"""Sessions that several tests use, one after the other.

A new session reads the catalogs, and parses and plans each view, policy and function that it comes upon; one that has done so
runs a test in a third of the time. So a test leaves its sessions to the next one in the same database, without what it set.
"""

from __future__ import annotations

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from roomtone.tools.database_server import OPERATOR

Connection = psycopg.Connection[TupleRow]

KEPT = 3
"""At most so many of a database wait for a test."""

RESET = """
close all; set session authorization default; reset all; deallocate all; unlisten *; select pg_advisory_unlock_all();
discard temp; discard sequences
"""
"""As `discard all`, but for the plans, which are still right, and by which a session is faster than a new one."""


class KeptSessions:
    """The operator's sessions in one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[Connection] = []
        self._used: list[Connection] = []

    def take(self) -> Connection:
        """A session like a new one."""
        while self._free and not _is_new_again(self._free[-1]):  # a test may have ended it
            self._free.pop().close()
        session = self._free.pop() if self._free else psycopg.connect(self._url, **OPERATOR)
        self._used.append(session)
        return session

    def take_all_back(self) -> None:
        """Keep those that tests left open."""
        for session in self._used:
            if len(self._free) < KEPT and _is_new_again(session):
                self._free.append(session)
            else:
                session.close()
        self._used.clear()

    def pids(self) -> list[int]:
        """The processes of those that wait for a test."""
        return [session.info.backend_pid for session in self._free]

    def close(self) -> None:
        """End all."""
        for session in self._free + self._used:
            session.close()
        self._free.clear()
        self._used.clear()


def _is_new_again(session: Connection) -> bool:
    """Undo what was set in it; False if it cannot be used."""
    if session.closed or session.info.transaction_status == TransactionStatus.ACTIVE:
        return False
    try:
        session.execute("rollback")  # psycopg forgets its prepared statements, too
        session.autocommit = True
        session.execute(RESET)
    except psycopg.Error:
        return False
    list(session.notifies(timeout=0))
    return True
