"""Remove the schema from a database: all of Roomtone, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import errors, sql

from .install import INSTALL_LOCK
from .installed_schema import ALIVE
from .login import login, place
from .preflight import IS_OURS, InstallError, Roles, listed, roles_here

LOCKS_WITHIN = "10s"  # longer than any statement of a relay; none should be running
RUNNING = f"select count(*) from roomtone.nodes where {ALIVE}"
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
    """What was removed beside the schema. `kept` are roles that somebody else made or that another database uses."""

    roles: tuple[str, ...]
    kept: tuple[str, ...]


def contents(url: str) -> Contents:
    """What is installed there. Raises InstallError if nothing is, or if something runs on it."""
    with login(url) as connection:
        if not _one(connection, f"select {IS_OURS}"):
            raise InstallError(f"There is no Roomtone in the database {place(url)}.")
        try:
            alive = _one(connection, RUNNING)
            if alive:
                raise InstallError(
                    f"{alive} relays, media nodes or bots are running on {place(url)}. Stop them first;"
                    " one that was killed counts for ten seconds."
                )
            counts = [
                int(str(_one(connection, f"select count(*) from roomtone.{table}")))
                for table in ("users", "rooms", "messages")
            ]
        except errors.InsufficientPrivilege as error:
            raise InstallError(_not_the_owner(connection)) from error
        return Contents(place(url), *counts)


def uninstall(url: str) -> Uninstalled:
    """Drop the schema and the roles that the installation created.

    Raises InstallError, and removes nothing, if something outside the schema depends on it.
    """
    with login(url) as connection:
        roles = roles_here(connection, None)
        outside = files(__package__).joinpath("outside.sql").read_bytes()
        try:
            with connection.transaction():
                connection.execute("select set_config('lock_timeout', %s, true)", (LOCKS_WITHIN,))
                connection.execute("set local client_min_messages = warning")
                connection.execute("select pg_advisory_xact_lock(%s)", (INSTALL_LOCK,))
                before = {str(name) for (name,) in connection.execute(outside)}
                connection.execute("drop schema roomtone cascade")
                lost = before - {str(name) for (name,) in connection.execute(outside)}
                if lost:
                    raise InstallError(
                        f"These depend on Roomtone's schema and would be dropped with it: {listed(sorted(lost))}."
                        " Drop or change them first. Nothing was removed."
                    )
        except errors.InsufficientPrivilege as error:
            raise InstallError(_not_the_owner(connection)) from error
        except errors.LockNotAvailable as error:
            raise InstallError(
                "Another session uses Roomtone's tables: end its transaction first. Nothing was removed."
            ) from error
        return _without_roles(connection, roles)


def _without_roles(connection: psycopg.Connection, roles: Roles) -> Uninstalled:
    """Roles belong to the cluster: another database may use them, and one that somebody else made is theirs."""
    removed, kept = [], []
    for name in roles.all():
        ours = "select shobj_description(oid, 'pg_authid') like %s from pg_roles where rolname = %s"
        try:
            if not _one(connection, ours, CREATED, name):
                raise errors.InsufficientPrivilege
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
            removed.append(name)
        except (errors.DependentObjectsStillExist, errors.InsufficientPrivilege):
            kept.append(name)
    return Uninstalled(tuple(removed), tuple(kept))


def _not_the_owner(connection: psycopg.Connection) -> str:
    return (
        f"The login {connection.info.user} does not own Roomtone's schema, so it cannot remove it."
    )


def _one(connection: psycopg.Connection, statement: str, *values: str) -> object:
    row = connection.execute(statement.encode(), values).fetchone()
    return None if row is None else row[0]
