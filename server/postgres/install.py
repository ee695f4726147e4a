"""Put the schema into a database, or bring it up to date: all of it, or nothing.

The files are idempotent and run in name order in one transaction. A fingerprint of their text
is kept in `schema_installs`, so a start that changes nothing costs one query.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import errors, pq

from .. import __version__
from ..paths import SOURCE
from .interruptible import results
from .login import PATIENCE, Progress, login, wait_for_server
from .preflight import (
    InstallError,
    Roles,
    check_installable,
    check_server,
    listed,
    roles_here,
    tables_of_others,
)
from .schema_files import SqlFile, demo_files, fingerprint, schema_files
from .statement_lines import error_line

ATTEMPTS = 5  # roles belong to the whole cluster, so installations of two databases can collide
LOCK_TIMEOUT = "40s"
INSTALL_LOCK = 0x726F6F6D746F6E65  # "roomtone", the key of an advisory lock


class SchemaError(InstallError):
    """One of the files was refused. Nothing of the installation is in the database."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Installed:
    """What an installation found and did."""

    fingerprint: str
    files: int
    changed: bool
    new: bool
    demo: bool


def install(
    url: str,
    *,
    demo: bool,
    roles: Roles | None = None,
    beside_others: bool = True,
    on_progress: Progress = lambda line: None,
    source: Path = SOURCE,
    patience: float = PATIENCE,
) -> Installed:
    """Make the database at `url` hold this version's schema, and the demo if it is a new one.

    Waits up to `patience` seconds for the server. Logged in as the relay, which may not install,
    it only looks whether the schema is the current one. Raises SchemaError, or InstallError: also for other names of `roles`
    than those of the schema that is here, and without `beside_others` for a database that has other tables and no schema of ours.
    """
    files = schema_files(source)
    wait_for_server(url, on_progress=on_progress, patience=patience)
    with login(url) as connection:
        check_server(connection)
        mark = fingerprint(files)
        roles = roles_here(connection, roles)
        as_relay = _session_user(connection) == roles.relay
        found = (_fingerprint_for_relay if as_relay else _newest_fingerprint)(connection)
        if found == mark:
            return Installed(mark, len(files), changed=False, new=False, demo=False)
        if as_relay:
            raise InstallError(_relay_cannot_install(found, roles.relay))
        check_installable(connection, roles)
        if not beside_others and (others := tables_of_others(connection)):
            raise InstallError(_others_are_here(connection, others))
        on_progress("installing the schema" if found is None else "updating the schema")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _install_once(connection, roles, files, demo_files(source) if demo else [])
            except InstallError as error:
                if attempt == ATTEMPTS or not _is_collision(error.__cause__):
                    raise
                time.sleep(random.uniform(0.1, 0.3) * attempt)
    raise AssertionError("the last attempt returns or raises")


def _session_user(connection: psycopg.Connection) -> str:
    row = connection.execute("select session_user").fetchone()
    return "" if row is None else str(row[0])


def _newest_fingerprint(connection: psycopg.Connection) -> str | None:
    try:
        row = connection.execute(
            "select fingerprint from roomtone.schema_installs order by installed_at desc limit 1"
        ).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return None
    return None if row is None else str(row[0])


def _fingerprint_for_relay(connection: psycopg.Connection) -> str | None:
    """The same for the relay's login, which may read no table."""
    try:
        row = connection.execute("select roomtone.schema_fingerprint()").fetchone()
    except (errors.UndefinedFunction, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        return None
    return None if row is None or row[0] is None else str(row[0])


def _relay_cannot_install(found: str | None, relay: str) -> str:
    state = (
        "There is no schema in this database"
        if found is None
        else "The schema here is another version's"
    )
    return (
        f"{state}, and {relay} may not install one."
        " Run `roomtone install --database-url …` with a login that owns the database."
    )


def _others_are_here(connection: psycopg.Connection, others: list[str]) -> str:
    return (
        f"DATABASE_URL names the database {connection.info.dbname}, which has other tables: {listed(others)}."
        " Roomtone installs a schema of its own there and changes nothing else. If you want that, say so:"
        ' roomtone --database-url "$DATABASE_URL"'
    )


def _install_once(
    connection: psycopg.Connection, roles: Roles, files: Sequence[SqlFile], demo: Sequence[SqlFile]
) -> Installed:
    mark = fingerprint(files)
    try:
        with connection.transaction():
            connection.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
            connection.execute("select pg_advisory_xact_lock(%s)", (INSTALL_LOCK,))
            found = _newest_inside(connection)
            if found == mark:  # another process installed it meanwhile
                return Installed(mark, len(files), changed=False, new=False, demo=False)
            connection.execute("set local client_min_messages = warning")
            for file in [*files, *(demo if found is None else [])]:
                _run(connection, replace(file, text=roles.put_into(file.text)))
            connection.execute(
                "insert into roomtone.schema_installs (fingerprint, version) values (%s, %s)",
                (mark, __version__),
            )
            _let_login_be_relay(connection, roles.relay)
    except psycopg.Error as error:
        raise InstallError(f"The schema was not installed: {error}") from error
    new = found is None
    return Installed(mark, len(files), changed=True, new=new, demo=new and bool(demo))


def _newest_inside(connection: psycopg.Connection) -> str | None:
    """The same inside a transaction, which a failed statement would abort."""
    row = connection.execute("select to_regclass('roomtone.schema_installs')").fetchone()
    return None if row is None or row[0] is None else _newest_fingerprint(connection)


def _let_login_be_relay(connection: psycopg.Connection, relay: str) -> None:
    """Allow relays that are started with this login to set the relay's role.

    From PostgreSQL 16 on, the creator of a role may grant it but not set it.
    """
    row = connection.execute(
        "select pg_has_role(session_user, %s, %s), quote_ident(session_user)",
        (relay, "set" if connection.info.server_version >= 160000 else "member"),
    ).fetchone()
    if row is not None and not row[0]:
        connection.execute(f"grant {relay} to {row[1]}".encode())


def _run(connection: psycopg.Connection, file: SqlFile) -> None:
    """Send the whole file as one query string (PostgreSQL manual, 54.2.2.1)."""
    connection.pgconn.send_query(file.text.encode())
    done, failed = 0, None
    for result in results(connection.pgconn):
        if result.status == pq.ExecStatus.FATAL_ERROR:
            failed = failed or errors.error_from_result(result)
        elif failed is None:
            done += 1
    if failed is not None:
        message = failed.diag.message_primary or str(failed)
        raise SchemaError(file.name, error_line(file.text, failed.diag, done), message) from failed


def _is_collision(error: BaseException | None) -> bool:
    """Whether two installations met in the cluster's catalogs ("tuple concurrently updated" is XX000)."""
    if isinstance(error, errors.UniqueViolation):
        return error.diag.schema_name == "pg_catalog"
    return isinstance(
        error, errors.InternalError_ | errors.DeadlockDetected | errors.SerializationFailure
    )
