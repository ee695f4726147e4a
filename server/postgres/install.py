"""Put the schema into a database, or bring it up to date: all of it, or nothing.

All files run in one transaction. `schema_installs` keeps their marks, so a start that changes nothing costs one query, and
an update runs what changed (`Release`). Its locks are taken at the beginning, together, and given up again soon if a
session has one of them: so an update delays writers by its own time, and none by an open transaction.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import errors

from .. import __version__
from ..paths import SOURCE
from .default_privileges import known_objects, revoke_default_privileges
from .installed_schema import (
    InstalledSchema,
    installed_schema,
    now,
    older_processes,
    shift_heartbeats,
)
from .login import PATIENCE, Progress, login_to_write, wait_for_server
from .memberships import memberships
from .preflight import (
    InstallError,
    Roles,
    check_installable,
    check_server,
    listed,
    roles_here,
    tables_of_others,
)
from .restored import is_restored, report, rights
from .run_files import run_all
from .schema_files import OLDEST_RELAY, REVISION, Release, SqlFile, demo_files, release
from .single_value import single_value

ATTEMPTS: Final = (
    5  # roles belong to the whole cluster, so installations of two databases can collide
)
OTHER_INSTALL: Final = "40s"  # for another process that installs the same
TABLE_LOCKS: Final = "500ms"
"""Shorter than PostgreSQL's `deadlock_timeout`: in a deadlock with writers, this gives way and not they."""

INSTALL_LOCK: Final = 0x726F6F6D746F6E65  # "roomtone", the key of an advisory lock


@dataclass(frozen=True)
class Installed:
    """What an installation found and did.

    While `older` processes of the older release run, the *post* migrations wait for a later installation.
    `warnings` are those of the *post* migrations. `restored` says what was recreated in a restored or copied database, a sentence each.
    """

    fingerprint: str
    changed: bool = False
    new: bool = False
    demo: bool = False
    older: int = 0
    restored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


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

    Waits up to `patience` seconds for the server, and as long for locks. Logged in as the relay, which may not install, it only
    looks whether the schema serves this release; so it does where a newer release installed it. Raises SchemaError, or
    InstallError: also for other names of `roles` than those of the schema that is here, and without `beside_others` for a
    database that has other tables and no schema of ours.
    """
    this = release(source)
    wait_for_server(url, on_progress=on_progress, patience=patience)
    with login_to_write(url, on_progress=on_progress, patience=patience) as connection:
        check_server(connection)
        roles = roles_here(connection, roles)
        as_relay = single_value(connection, "select session_user") == roles.relay
        found = installed_schema(connection, as_relay=as_relay)
        if found is not None:
            found.check_newer()
        if as_relay and (found is None or found.revision < REVISION):
            raise InstallError(_relay_cannot_install(found, roles.relay))
        older = 0 if as_relay or found is None else older_processes(connection)
        if found is not None and (as_relay or not _has_work(connection, found, this, older)):
            return Installed(found.fingerprint, older=older)
        if not beside_others and (others := tables_of_others(connection)):
            raise InstallError(_others_are_here(connection, others))
        check_installable(connection, roles)
        on_progress("installing the schema" if found is None else "updating the schema")
        demo_rows = demo_files(source) if demo else []
        return _with_locks(connection, roles, this, demo_rows, older, on_progress, patience)


def _has_work(
    connection: psycopg.Connection, found: InstalledSchema, this: Release, older: int
) -> bool:
    if found.revision > REVISION:
        return False
    to_do = any(file.name not in found.files for file in this.after) and not older
    return found.fingerprint != this.fingerprint or to_do or is_restored(connection)


def _with_locks(
    connection: psycopg.Connection,
    roles: Roles,
    this: Release,
    demo: Sequence[SqlFile],
    older: int,
    on_progress: Progress,
    patience: float,
) -> Installed:
    """Install, again and again until no other session is in the way."""
    deadline = time.monotonic() + patience
    collisions, said = 0, False
    while True:
        try:
            return _install_once(connection, roles, this, demo, older)
        except InstallError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                if time.monotonic() > deadline:
                    raise InstallError(_blocked(connection)) from error
                if not said:
                    on_progress("waiting for other sessions to end their transactions")
                    said = True
            elif _is_collision(error.__cause__) and collisions < ATTEMPTS:
                collisions += 1
            else:
                raise
            time.sleep(random.uniform(0.1, 0.5))


def _blocked(connection: psycopg.Connection) -> str:
    row = connection.execute(
        "select pid, coalesce(nullif(application_name, ''), usename), date_trunc('second', now() - xact_start)::text"
        " from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and xact_start is not null order by xact_start limit 1"
    ).fetchone()
    which = (
        ""
        if row is None
        else f" The oldest has the process id {row[0]} ({row[1]}) and is open for {row[2]}."
    )
    return (
        "The schema was not installed: other sessions hold locks on its tables in open transactions."
        f"{which} End it, and start again."
    )


def _relay_cannot_install(found: InstalledSchema | None, relay: str) -> str:
    state = (
        "There is no schema in this database"
        if found is None
        else f"The schema in this database is that of Roomtone {found.version}"
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
    connection: psycopg.Connection,
    roles: Roles,
    this: Release,
    demo: Sequence[SqlFile],
    older: int,
) -> Installed:
    """`older` were counted before. While the locks are held nobody can write a heartbeat, so they are not counted later."""
    try:
        with connection.transaction():
            connection.execute("select set_config('lock_timeout', %s, true)", (OTHER_INSTALL,))
            connection.execute("select pg_advisory_xact_lock(%s)", (INSTALL_LOCK,))
            found = installed_schema(connection, as_relay=False)
            older = max(older, older_processes(connection))
            if found is not None and not _has_work(connection, found, this, older):
                return Installed(found.fingerprint, older=older)  # another process installed it
            given = rights(connection, roles) if is_restored(connection) else None
            connection.execute("set local client_min_messages = warning")
            connection.execute("select set_config('lock_timeout', %s, true)", (TABLE_LOCKS,))
            _lock_tables(connection)
            older = max(older, older_processes(connection))
            locked_at = now(connection)
            members = memberships(connection, roles)
            known = known_objects(connection, restored=given is not None)
            before = [] if found is None else [f for f in this.before if f.name not in found.files]
            run_all(connection, roles, before)
            marks = {} if found is None or given is not None else found.files
            run_all(connection, roles, this.to_define(marks, migrated=bool(before)))
            if found is None:
                run_all(connection, roles, demo)
            _let_login_be_relay(connection, roles.relay)
            connection.execute(
                "insert into roomtone.schema_installs"
                " (fingerprint, version, installed_at, revision, oldest_relay, files, objects, members)"
                " values (%s, %s, clock_timestamp(), %s, %s, %s, %s, %s)",
                (
                    this.fingerprint,
                    __version__,
                    REVISION,
                    OLDEST_RELAY if older else REVISION,
                    this.marks(all_done=not older),
                    this.objects,
                    sorted(memberships(connection, roles) - members),
                ),
            )
            revoke_default_privileges(connection, known)
            warnings = () if found is None or older else _finish(connection, roles, this, found)
            shift_heartbeats(connection, locked_at)
            lines = () if given is None else report(connection, given, roles)
    except psycopg.Error as error:
        raise InstallError(f"The schema was not installed: {error}") from error
    new = found is None
    return Installed(
        this.fingerprint,
        changed=True,
        new=new,
        demo=new and bool(demo),
        older=older,
        restored=lines,
        warnings=warnings,
    )


def _finish(
    connection: psycopg.Connection, roles: Roles, this: Release, found: InstalledSchema
) -> tuple[str, ...]:
    """Run the *post* migrations, once each. Returns their warnings."""
    after = [file for file in this.after if file.name not in found.files]
    warnings: list[str] = []

    def note(said: errors.Diagnostic) -> None:
        warnings.append(said.message_primary or "")

    connection.add_notice_handler(note)
    run_all(connection, roles, [*after, *this.rights] if after else [])
    connection.remove_notice_handler(note)
    return tuple(warnings)


def _lock_tables(connection: psycopg.Connection) -> None:
    """All of the schema's, at once and before anything is changed. Readers and writers wait meanwhile."""
    tables = single_value(
        connection,
        "select string_agg(c.oid::regclass::text, ', ' order by c.oid) from pg_class c"
        " where c.relnamespace = to_regnamespace('roomtone') and c.relkind = 'r'",
    )
    if tables is not None:
        connection.execute(f"lock table {tables} in access exclusive mode".encode())


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


def _is_collision(error: BaseException | None) -> bool:
    """Whether two installations met in the cluster's catalogs ("tuple concurrently updated" is XX000)."""
    if isinstance(error, errors.UniqueViolation):
        return error.diag.schema_name == "pg_catalog"
    return isinstance(
        error, errors.InternalError_ | errors.DeadlockDetected | errors.SerializationFailure
    )
