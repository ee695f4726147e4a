"""Log in to a database that may not be up yet, as an operator."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import TooManyConnections

from .account import is_known
from .interruptible import with_timeout
from .pooler import shares_sessions
from .preflight import InstallError
from .refused_login import explained
from .roles import SESSION, SET
from .single_value import single_value

PATIENCE: Final = 60.0  # seconds a database server may take to come up

READ_ONLY: Final = "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean"

UNLIMITED: Final = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
"""What an update or a backup takes is as long as the tables are large."""

Progress = Callable[[str], None]


class NoConnectionFree(InstallError):
    """The server has as many connections as it may."""


def wait_for_server(url: str, *, on_progress: Progress, patience: float = PATIENCE) -> None:
    """Return when a server answers there, and report that it is waited for. Raises InstallError when none answers."""
    deadline = time.monotonic() + patience
    said = False
    target = with_timeout(url, 2).encode()  # libpq's shortest
    while True:
        answer = pq.PGconn.ping(target)
        if answer == pq.Ping.OK:
            return
        if answer == pq.Ping.NO_ATTEMPT:
            raise InstallError(_unusable(url))
        if time.monotonic() > deadline:
            raise InstallError(
                f"No PostgreSQL server answers at {place(url)}; waited {patience:.0f} s for it."
            )
        if not said:
            on_progress(f"waiting for the PostgreSQL server at {place(url)}")
            said = True
        time.sleep(min(0.5, patience / 10))


def login_to_write(
    url: str, *, on_progress: Progress, patience: float = PATIENCE
) -> psycopg.Connection:
    """As `login`, and waits while the database is read-only, as in a failover, or has no connection free. Raises InstallError when it stays so.

    Each look is a session of its own: one that began read-only may stay so.
    """
    deadline = time.monotonic() + patience
    said = None
    while True:
        try:
            connection = login(url)
        except NoConnectionFree as error:
            refusal: InstallError = error
            waits_for = f"a free connection at {place(url)}"
        else:
            if not single_value(connection, READ_ONLY):
                return connection
            name = connection.info.dbname
            connection.close()
            refusal = InstallError(
                f"The database {name} at {place(url)} is read-only: it is a standby, or default_transaction_read_only is on."
                f" Waited {patience:.0f} s for it. Name the primary server, or start again when it accepts writes."
            )
            waits_for = f"the database {name} to accept writes"
        if time.monotonic() > deadline:
            raise refusal
        if said != waits_for:
            on_progress(f"waiting for {waits_for}")
            said = waits_for
        time.sleep(min(0.5, patience / 10))


def login(url: str) -> psycopg.Connection:
    """A session with our settings. Raises InstallError."""
    try:
        connection = _own_session(url)
        settings = SESSION | UNLIMITED
        if connection.info.server_version >= 170000:
            settings |= {"transaction_timeout": "0"}
        connection.execute(SET, (list(settings), list(settings.values())))
        return connection
    except psycopg.OperationalError as error:
        known = explained(error)
        reason = str(known).strip().splitlines()[0]
        refused = NoConnectionFree if isinstance(known, TooManyConnections) else InstallError
        raise refused(f"Could not log in at {place(url)}: {reason}") from error


def check_own_sessions(url: str) -> None:
    """Raises InstallError for a pooler of transactions. A server that does not answer is no reason: its clients wait for it."""
    with suppress(psycopg.Error):
        _own_session(url).close()


def _own_session(url: str) -> psycopg.Connection:
    connection = psycopg.connect(
        with_timeout(url, 10), autocommit=True, application_name="roomtone install"
    )
    if shares_sessions(connection, url):
        connection.close()
        raise InstallError(
            f"{place(url)} is a pooler of transactions: other programs would find in their sessions what Roomtone sets in its own."
            " Name the server itself: --database-url. A relay may use the pooler for its users, if --listen-url names the server."
        )
    return connection


def _unusable(url: str) -> str:
    with suppress(psycopg.ProgrammingError):
        if "user" not in conninfo_to_dict(url) and not is_known(os.geteuid()):
            return (
                f"The database URL names no user, and the user id {os.geteuid()} of this process has no name to use instead."
                " Write one: postgresql://USER@…"
            )
    return "The database URL cannot be used: is it a PostgreSQL connection URL?"


def place(url: str) -> str:
    """Where a connection URL leads, without its password; several servers with commas between them."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "that URL"
    hosts = str(parts.get("host") or parts.get("hostaddr") or "the local socket").split(",")
    ports = str(parts.get("port") or "").split(",")
    if len(ports) == 1:  # libpq uses one for all hosts
        ports *= len(hosts)
    servers = (host + (port and f":{port}") for host, port in zip(hosts, ports, strict=False))
    return f"{','.join(servers)}/{parts.get('dbname') or ''}".rstrip("/")
