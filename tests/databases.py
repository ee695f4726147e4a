"""Databases for tests: made from a template, emptied after use and used again, unless a test changed more than rows.

Making a database copies some three hundred files and fills every new connection's caches again; emptying its tables
is faster. When a test changed more than rows (added a table, replaced a function, a setting), the database is dropped.
A database has one session that empties it after every test: a new one would read the catalogs again each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import count

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url

from .kept_sessions import KeptSessions
from .patience import eventually

Connection = psycopg.Connection[TupleRow]

_FINGERPRINT = """
with spaces as (select oid from pg_namespace where nspname in ('roomtone', 'public')),
classes as (select oid, xmin from pg_class where relnamespace in (select oid from spaces)),
written (catalog, xmin) as (
  select 'classes', xmin from classes
  union all select 'columns', xmin from pg_attribute where attrelid in (select oid from classes)
  union all select 'defaults', xmin from pg_attrdef where adrelid in (select oid from classes)
  union all select 'constraints', xmin from pg_constraint where connamespace in (select oid from spaces)
  union all select 'triggers', xmin from pg_trigger where tgrelid in (select oid from classes)
  union all select 'policies', xmin from pg_policy
  union all select 'functions', xmin from pg_proc where pronamespace in (select oid from spaces)
  union all select 'types', xmin from pg_type where typnamespace in (select oid from spaces)
  union all select 'schemas', xmin from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
  union all select 'extensions', xmin from pg_extension
  union all select 'installs', xmin from roomtone.schema_installs
)
select string_agg(trace, ' ' order by trace) from (
  select catalog || ' ' || count(*) || ' ' || sum(hashxid(xmin)) from written group by catalog
  union all select 'setting ' || setrole || ' ' || setconfig::text from pg_db_role_setting
    where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all select 'allowed ' || datconnlimit || ' ' || datallowconn from pg_database where datname = current_database()
  union all select 'role ' || rolname || ' ' || rolcanlogin || rolsuper || rolinherit from pg_roles where rolname !~ '^pg_'
) traces (trace)
"""
"""A fingerprint of a database's catalogs: of each, how many rows it has, and which transactions wrote them last.

A row that is written anew has a newer transaction, and one that is gone is not counted.
"""

_PREPARE = """
do $$
begin
  execute (
    select 'create function pg_temp.empty_tables() returns void language plpgsql as $f$ begin '
        || string_agg(format('delete from %s;', oid::regclass), ' ')
        || ' perform setval(seqrelid, seqstart, false) from pg_sequence; end $f$'
    from pg_class where relnamespace = 'roomtone'::regnamespace and relkind = 'r' and relname <> 'schema_installs'
  );
  execute (
    select 'create function pg_temp.delete_rows() returns void language plpgsql as $f$ begin'
        || ' set constraints all immediate;' -- otherwise the log would have the end of each room
        || ' delete from roomtone.nodes where kind <> ''relay'';'
        || string_agg(format('delete from %s;', oid::regclass), ' ' order by relname <> 'rooms', relname <> 'clubs', relname <> 'users', relname)
        || ' end $f$'
    from pg_class where relnamespace = 'roomtone'::regnamespace and relkind = 'r'
      and relname not in ('database_marks', 'nodes', 'schema_installs', 'secrets')
  );
end
$$
"""
"""For the session that empties a database: functions, which keep the plans of their statements as long as its replication role stays."""

_EMPTY = "set session_replication_role = replica; select pg_temp.empty_tables()"
"""Without triggers and keys, because all rows go."""

_DELETE = "set session_replication_role = origin; select pg_temp.delete_rows()"
"""All rows of a test, with the triggers, by which a relay learns of it. Its own rows, and the key of its tokens, stay."""


class Databases:
    """The databases of one embedded PostgreSQL; `admin` is its superuser's connection."""

    def __init__(self, postgres: EmbeddedPostgres, admin: Connection) -> None:
        self._postgres = postgres
        self._admin = admin
        self._numbers = count(1)
        self._clean: dict[str, list[tuple[str, str]]] = {}
        self._sessions: dict[str, Connection] = {}
        self.kept: dict[str, KeptSessions] = {}
        """Of each database that is lent or clean, by its URL: the operator's sessions."""

    def close(self) -> None:
        """End the sessions that empty databases, and those that are kept for tests."""
        for session in self._sessions.values():
            session.close()
        for kept in self.kept.values():
            kept.close()

    def url(self, name: str) -> str:
        """The superuser's URL of this database."""
        return socket_url(self._postgres.sockets, database=name)

    def make(self, template: str) -> str:
        """A fresh copy of this database; its name.

        Files are copied as they are: to write them to the log, which is PostgreSQL's default, takes twice the processor time.
        """
        name = f"test_{next(self._numbers)}"
        self._admin.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Also while clients are connected."""
        self._admin.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )

    def borrow(self, template: str) -> tuple[str, str]:
        """A database like a fresh copy of this template without rows: its name and its fingerprint."""
        clean = self._clean.get(template)
        if clean:
            return clean.pop()
        name = self.make(template)
        self.kept[self.url(name)] = KeptSessions(self.url(name))
        return name, self._fingerprint(name)

    def give_back(self, template: str, name: str, fingerprint: str) -> None:
        """Empty it for the next test, or drop it if more than its rows changed."""
        self.kept[self.url(name)].take_all_back()
        self._end_others(name)
        try:
            self._session(name).execute(_EMPTY)
            unchanged = self._fingerprint(name) == fingerprint
        except psycopg.Error:
            unchanged = False
        if unchanged:
            self._clean.setdefault(template, []).append((name, fingerprint))
        else:
            self._end_session(name)
            self.kept.pop(self.url(name)).close()
            self.drop(name)

    def empty(self, name: str, fingerprint: str) -> bool:
        """Delete all rows of a test while a relay goes on with this database; whether no more than rows had changed."""
        self.kept[self.url(name)].take_all_back()
        try:
            self._end_others(name, but=["roomtone relay%", "roomtone listener"])
            self._session(name).execute(_DELETE)
            return self._fingerprint(name) == fingerprint
        except psycopg.Error:
            return False

    def disconnect(self, name: str) -> None:
        """End all sessions in it."""
        self._end_session(name)
        if self.url(name) in self.kept:
            self.kept[self.url(name)].close()
        self._end_others(name)

    def _session(self, name: str) -> Connection:
        """The session that empties this database; a new one if a test ended it."""
        with suppress(KeyError, psycopg.OperationalError):
            self._sessions[name].execute("select")
            return self._sessions[name]
        self._end_session(name)
        self._sessions[name] = psycopg.connect(self.url(name), autocommit=True)
        self._sessions[name].execute(_PREPARE)
        return self._sessions[name]

    def _end_others(self, name: str, but: Sequence[str] = ()) -> None:
        """End all sessions in it but the one that empties it, those kept for tests, and those of programs with such names.

        `pg_terminate_backend` can wait itself, but looks only ten times a second.
        """
        own = self._sessions.get(name)
        kept = [] if own is None else [own.info.backend_pid]
        if self.url(name) in self.kept:
            kept += self.kept[self.url(name)].pids()
        eventually(
            lambda: not self._ended(name, kept, but), what=lambda: f"sessions stay in {name}"
        )

    def _ended(self, name: str, kept: list[int], but: Sequence[str]) -> list[TupleRow]:
        """The sessions that were there, and are to end."""
        return self._admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and pid <> all (%s) and not application_name like any (%s)",
            (name, kept, [*but]),
        ).fetchall()

    def _end_session(self, name: str) -> None:
        if (session := self._sessions.pop(name, None)) is not None:
            session.close()

    def _fingerprint(self, name: str) -> str:
        row = self._session(name).execute(_FINGERPRINT, prepare=True).fetchone()
        assert row is not None
        return str(row[0])
