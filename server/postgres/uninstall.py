"""Remove the schema from a database: all of Roomtone, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from .install import INSTALL_LOCK
from .installed_schema import ALIVE, NEWEST_ROW
from .login import login_to_write, place
from .memberships import revoke_memberships
from .preflight import IS_OURS, InstallError, Roles, no_roomtone, not_the_owner, roles_here
from .single_value import single_value

LOCKS_WITHIN = "10s"  # longer than any statement of a relay; none should be running
RUNNING = f"select count(*) from roomtone.nodes where {ALIVE}"
DROPS = f"""
select format('drop %s if exists %s cascade', kind, string_agg('roomtone.' || substr(o, length(kind) + 2), ', '))
from unnest((select objects {NEWEST_ROW})) o cross join split_part(o, ' ', 1) kind group by kind order by kind"""
CREATED = "%of Roomtone%"
"""In the comment of each role that an installation created."""


@dataclass(frozen=True)
class Contents:
    """What would be lost."""

    place: str
    users: int
    rooms: int
    messages: int


@dataclass(frozen=True)
class Uninstalled:
    """What was removed beside the schema. `kept` are roles that the installation did not create, or that another database uses."""

    roles: tuple[str, ...]
    kept: tuple[str, ...]


def _quietly(line: str) -> None:
    """Nothing is waited for."""


def contents(url: str) -> Contents:
    """What is installed there. Raises InstallError if nothing is, or if something runs on it."""
    with login_to_write(url, on_progress=_quietly, patience=0) as connection:
        if not single_value(connection, f"select {IS_OURS}"):
            raise no_roomtone(connection, place(url))
        try:
            alive = single_value(connection, RUNNING)
            if alive:
                raise InstallError(
                    f"{alive} relays, media nodes or bots are running on {place(url)}. Stop them first;"
                    " one that was killed counts for ten seconds."
                )
            _check_complete(connection)
            counts = [
                single_value(connection, f"select count(*) from roomtone.{table}")
                for table in ("users", "rooms", "messages")
            ]
        except errors.InsufficientPrivilege as error:
            raise InstallError(not_the_owner(connection)) from error
        return Contents(place(url), *counts)


def uninstall(url: str) -> Uninstalled:
    """Drop the schema and the roles that the installation created.

    Raises InstallError, and removes nothing, if something outside the schema depends on it.
    """
    with login_to_write(url, on_progress=_quietly, patience=0) as connection:
        roles = roles_here(connection, None)
        try:
            with connection.transaction():
                connection.execute("select set_config('lock_timeout', %s, true)", (LOCKS_WITHIN,))
                connection.execute("set local client_min_messages = warning")
                connection.execute("select pg_advisory_xact_lock(%s)", (INSTALL_LOCK,))
                _check_complete(connection)
                _check_others(connection)
                connection.execute("select roomtone.reset_search_path()")
                granted = connection.execute(
                    "select distinct unnest(members) from roomtone.schema_installs"
                ).fetchall()
                connection.execute("set local search_path = roomtone, pg_temp")
                for (drop,) in connection.execute(DROPS.encode()).fetchall():
                    connection.execute(str(drop).encode())
                connection.execute(
                    "drop schema roomtone"
                )  # not CASCADE: it would drop what is not ours
        except errors.InsufficientPrivilege as error:
            raise InstallError(not_the_owner(connection)) from error
        except errors.LockNotAvailable as error:
            raise InstallError(
                "Another session uses Roomtone's tables: end its transaction first. Nothing was removed."
            ) from error
        except errors.DependentObjectsStillExist as error:
            raise InstallError(
                "Another session created something in Roomtone's schema meanwhile. Nothing was removed: run this again."
            ) from error
        removed = _without_roles(connection, roles)
        revoke_memberships(connection, [str(name) for (name,) in granted])
        return removed


def _check_complete(connection: psycopg.Connection) -> None:
    """What an installation created is known only when its update from an older release is complete."""
    complete = f"select cardinality(objects) > 0 and oldest_relay = revision {NEWEST_ROW}"
    try:
        with connection.transaction():
            known = single_value(connection, complete)
    except errors.UndefinedColumn:
        known = False
    if not known:
        raise InstallError(
            "The schema here is of an older release, or its update is not complete, so what it created is not known."
            " Run `roomtone install` with the same login first, and then this again. Nothing was removed."
        )


def _check_others(connection: psycopg.Connection) -> None:
    others = connection.execute("select object, move from roomtone.objects_of_others()").fetchall()
    if not others:
        return
    moves = " ".join(str(move) for _, move in others if move is not None)
    raise InstallError(
        "These are not Roomtone's and would be dropped with its schema, because they stand in it or depend on it:"
        f" {', '.join(str(name) for name, _ in others)}. Move, change or drop them first."
        + (f" To move those in the schema: {moves}" if moves else "")
        + " Nothing was removed."
    )


def _without_roles(connection: psycopg.Connection, roles: Roles) -> Uninstalled:
    """Roles belong to the cluster: another database may use them, and those that the installation did not create stay."""
    removed, kept = [], []
    for name in roles.all():
        ours = "select shobj_description(oid, 'pg_authid') like %s from pg_roles where rolname = %s"
        try:
            if not single_value(connection, ours, CREATED, name):
                raise errors.InsufficientPrivilege
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
            removed.append(name)
        except (errors.DependentObjectsStillExist, errors.InsufficientPrivilege):
            kept.append(name)
    return Uninstalled(tuple(removed), tuple(kept))
