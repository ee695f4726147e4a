"""Whether a schema can be installed here: each refusal says what was found, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Self

import psycopg
from psycopg import errors

from .roles import ROLE_NAMES
from .single_value import single_value

OLDEST_SERVER: Final = 140000
SHOWN: Final = 5  # names in a message
IS_OURS: Final = "exists (select from pg_class where relnamespace = to_regnamespace('roomtone') and relname = 'schema_installs')"
"""Whether Roomtone's schema is there. Logins without any right on it may ask, too."""

PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
OURS: Final = re.compile(r"\broomtone_(anon|person|relay)\b")


class InstallError(Exception):
    """The schema could not be installed, or is missing; the text tells the user why."""


@dataclass(frozen=True)
class Roles:
    """The names of the three roles in PostgreSQL. The SQL files have the usual names, which are replaced."""

    anon: str = ROLE_NAMES[0]
    person: str = ROLE_NAMES[1]
    relay: str = ROLE_NAMES[2]

    @classmethod
    def named(cls, names: str) -> Self:
        """From `anon,person,relay`. Raises InstallError."""
        found = [name.strip() for name in names.split(",")]
        if len(set(found)) != 3 or not all(map(PLAIN.fullmatch, found)):
            raise InstallError(
                "--roles takes three names with commas: of anonymous users, of signed-in users, and of relays."
                " A name has small letters, digits and underscores."
            )
        return cls(*found)

    def all(self) -> tuple[str, str, str]:
        return self.anon, self.person, self.relay

    def put_into(self, text: str) -> str:
        """The SQL text with these names instead of the usual ones."""
        if self == type(self)():
            return text
        return OURS.sub(lambda found: str(getattr(self, found[1])), text)


def check_server(connection: psycopg.Connection) -> None:
    """Raises InstallError for a server or a database on which Roomtone cannot run."""
    if connection.info.server_version < OLDEST_SERVER:
        raise InstallError(
            f"Roomtone needs PostgreSQL {OLDEST_SERVER // 10000} or newer; the server at"
            f" {connection.info.host or 'the local socket'} is {connection.info.server_version // 10000}."
        )
    encoding = single_value(connection, "select current_setting('server_encoding')")
    if encoding != "UTF8":
        raise InstallError(
            f"The database {connection.info.dbname} has the encoding {encoding}. Roomtone needs UTF8, because names and"
            " messages may be in any language. A database keeps its encoding; create one for Roomtone:"
            " create database roomtone encoding 'UTF8' locale 'C.UTF-8' template template0;"
        )


def check_installable(connection: psycopg.Connection, roles: Roles) -> None:
    """Raises InstallError if this login may not install here, or if a schema `roomtone` is another's."""
    database = connection.info.dbname
    strangers = [
        str(name)
        for (name,) in connection.execute(
            "select i.type || ' ' || i.identity from pg_depend d cross join pg_identify_object(d.classid, d.objid, 0) i"
            " where d.refclassid = 'pg_namespace'::regclass and d.refobjid = to_regnamespace('roomtone')"
            f" and d.classid <> 'pg_default_acl'::regclass and not {IS_OURS} order by d.classid, d.objid"
        )
    ]
    if strangers:
        raise InstallError(
            f"The database {database} has a schema roomtone already, which is not Roomtone's: it has"
            f" {listed(strangers)}. Rename it, or use another database."
        )
    if single_value(connection, "select to_regnamespace('roomtone') is null and not has_database_privilege(current_database(), 'create')"):  # fmt: skip
        raise InstallError(
            f"The login {_me(connection)} may not create a schema in the database {database}."
            f" Its owner can allow it: grant create on database {_this_database(connection)} to {_me(connection)};"
        )
    owner = single_value(
        connection,
        "select quote_ident(rolname) from pg_namespace n join pg_roles r on r.oid = n.nspowner"
        " where nspname = 'roomtone' and not pg_has_role(nspowner, 'usage')",
    )
    if owner is not None:
        raise InstallError(
            f"Roomtone's schema in the database {database} belongs to {owner}, and the login {_me(connection)} may not update it."
            f" Use that login, or ask for: grant {owner} to {_me(connection)};"
        )
    _check_roles(connection, roles)


def no_roomtone(connection: psycopg.Connection, place: str) -> InstallError:
    """Why Roomtone's tables cannot be used here: there are none, or this login may not."""
    if not single_value(connection, f"select {IS_OURS}"):
        return InstallError(f"There is no Roomtone in the database {place}.")
    return InstallError(not_the_owner(connection))


def not_the_owner(connection: psycopg.Connection) -> str:
    """What login this needs instead."""
    owner = single_value(
        connection,
        "select quote_ident(rolname) from pg_namespace n join pg_roles r on r.oid = n.nspowner where nspname = 'roomtone'",
    )
    return (
        f"The login {_me(connection)} has no rights on Roomtone's tables. This needs the login that owns the schema, {owner},"
        " and not that of relays."
    )


def _check_roles(connection: psycopg.Connection, roles: Roles) -> None:
    """Roles belong to the whole cluster. A login that may not create or grant them needs another that may."""
    old = connection.info.server_version < 160000
    superuser, creates = connection.execute(
        "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone() or (False, False)
    if superuser:
        return

    def is_there(name: str) -> bool:
        # to_regrole takes a name as SQL writes it, and so refuses "Shop Owner" and anna@example.com
        return bool(
            single_value(
                connection, "select exists (select from pg_roles where rolname = %s)", name
            )
        )

    def can_give(name: str) -> bool:
        if not is_there(name):
            return bool(creates)
        admin = "select pg_has_role(%s, 'member with admin option')"
        return (old and bool(creates)) or bool(single_value(connection, admin, name))

    def is_in(member: str, name: str, how: str) -> bool:
        has = "select pg_has_role(%s::name, %s::name, %s)"
        return (
            is_there(member)
            and is_there(name)
            and bool(single_value(connection, has, member, name, how))
        )

    me = str(single_value(connection, "select current_user"))
    typed = [
        f"create role {name} {'login noinherit' if name == roles.relay else 'nologin'};"
        for name in roles.all()
        if not is_there(name) and not creates
    ]
    typed += [
        f"grant {name} to {roles.relay};"
        for name in (roles.anon, roles.person)
        if not is_in(roles.relay, name, "member") and not can_give(name)
    ]
    typed += [
        f"grant {name} to {_me(connection)};"
        for name in roles.all()
        if not is_in(me, name, "member" if old else "set") and not can_give(name)
    ]
    if typed:
        raise InstallError(
            f"Roomtone needs three roles, and the login {_me(connection)} may not create or grant them."
            f" Ask an operator who may to run: {' '.join(typed)}"
            " (Other names: roomtone install --roles ANON,PERSON,RELAY)"
        )


def tables_of_others(connection: psycopg.Connection) -> list[str]:
    """The tables and views outside our schema, if ours is not there yet: a database that something else uses."""
    return [
        str(name)
        for (name,) in connection.execute(
            "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'roomtone')"
            f" and not {IS_OURS}"
            " and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1"
        )
    ]


def listed(names: list[str]) -> str:
    """The first names, and how many more."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def roles_here(connection: psycopg.Connection, wanted: Roles | None) -> Roles:
    """The roles that an installation uses: those of the schema that is here, or else those wanted. Raises InstallError."""
    try:
        row = connection.execute(
            "select roomtone.role_name('anon'), roomtone.role_name('person'), roomtone.role_name('relay')"
        ).fetchone()
    except (errors.UndefinedFunction, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        row = None
    found = None if row is None else replace(Roles(), anon=row[0], person=row[1], relay=row[2])
    if found is None and single_value(connection, f"select {IS_OURS}"):
        found = Roles()  # of a release that had no other names
    if found is not None and wanted is not None and wanted != found:
        raise InstallError(
            f"The schema here was installed with the roles {', '.join(found.all())}, which cannot be replaced by others."
        )
    return found or wanted or Roles()


def _this_database(connection: psycopg.Connection) -> object:
    return single_value(connection, "select quote_ident(current_database())")


def _me(connection: psycopg.Connection) -> object:
    return single_value(connection, "select quote_ident(current_user)")
