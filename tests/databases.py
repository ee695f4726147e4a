"""Databases for tests: made from a template, emptied after use and used again, unless a test changed more than rows.

Making a database copies some three hundred files and fills every new connection's caches again; emptying its tables
is faster. When a test changed more than rows (added a table, replaced a function, a setting), the database is dropped.
A database has one session that empties it after every test: a new one would read the catalogs again each time.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import count

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url

from .patience import eventually

Connection = psycopg.Connection[TupleRow]

_FINGERPRINT = """
with spaces as (select oid from pg_namespace where nspname in ('roomtone', 'public')),
classes as (select oid, xmin from pg_class where relnamespace in (select oid from spaces))
select md5(string_agg(trace, ' ' order by trace)) from (
  select 'class ' || oid || ' ' || xmin from classes
  union all select 'column ' || attrelid || '.' || attnum || ' ' || xmin from pg_attribute where attrelid in (select oid from classes)
  union all select 'default ' || oid || ' ' || xmin from pg_attrdef where adrelid in (select oid from classes)
  union all select 'constraint ' || oid || ' ' || xmin from pg_constraint where connamespace in (select oid from spaces)
  union all select 'trigger ' || oid || ' ' || xmin from pg_trigger where tgrelid in (select oid from classes)
  union all select 'policy ' || oid || ' ' || xmin from pg_policy
  union all select 'function ' || oid || ' ' || xmin from pg_proc where pronamespace in (select oid from spaces)
  union all select 'type ' || oid || ' ' || xmin from pg_type where typnamespace in (select oid from spaces)
  union all select 'schema ' || oid || ' ' || xmin from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
  union all select 'extension ' || oid || ' ' || xmin from pg_extension
  union all select 'setting ' || setrole || ' ' || setconfig::text from pg_db_role_setting
    where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all select 'allowed ' || datconnlimit || ' ' || datallowconn from pg_database where datname = current_database()
  union all select 'role ' || rolname || ' ' || rolcanlogin || rolsuper || rolinherit from pg_roles where rolname !~ '^pg_'
  union all select 'install ' || i::text from roomtone.schema_installs i
) traces (trace)
"""
"""A fingerprint of a database's catalogs: its rows, each with the transaction that wrote it last."""

_EMPTY = """
do $$
declare
  found regclass;
begin
  set local session_replication_role = replica; -- no triggers and no keys, because all rows go
  for found in
    select oid from pg_class
    where relnamespace = 'roomtone'::regnamespace and relkind = 'r' and relname <> 'schema_installs'
  loop
    execute format('delete from %s', found);
  end loop;
  perform setval(seqrelid, seqstart, false) from pg_sequence;
end
$$
"""


class Databases:
    """The databases of one embedded PostgreSQL; `admin` is its superuser's connection."""

    def __init__(self, postgres: EmbeddedPostgres, admin: Connection) -> None:
        self._postgres = postgres
        self._admin = admin
        self._numbers = count(1)
        self._clean: dict[str, list[tuple[str, str]]] = {}
        self._sessions: dict[str, Connection] = {}

    def close(self) -> None:
        """End the sessions that empty databases."""
        for session in self._sessions.values():
            session.close()

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
        return name, self._fingerprint(name)

    def give_back(self, template: str, name: str, fingerprint: str) -> None:
        """Empty it for the next test, or drop it if more than its rows changed."""
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
            self.drop(name)

    def disconnect(self, name: str) -> None:
        """End all sessions in it."""
        self._end_session(name)
        self._end_others(name)

    def _session(self, name: str) -> Connection:
        """The session that empties this database; a new one if a test ended it."""
        with suppress(KeyError, psycopg.OperationalError):
            self._sessions[name].execute("select")
            return self._sessions[name]
        self._end_session(name)
        self._sessions[name] = psycopg.connect(self.url(name), autocommit=True)
        return self._sessions[name]

    def _end_others(self, name: str) -> None:
        """End all sessions in it but the one that empties it.

        `pg_terminate_backend` can wait itself, but looks only ten times a second.
        """
        own = self._sessions.get(name)
        kept = 0 if own is None else own.info.backend_pid
        eventually(lambda: not self._ended(name, kept), what=lambda: f"sessions stay in {name}")

    def _ended(self, name: str, kept: int) -> list[TupleRow]:
        """The sessions that were there, and are to end."""
        return self._admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> %s",
            (name, kept),
        ).fetchall()

    def _end_session(self, name: str) -> None:
        if (session := self._sessions.pop(name, None)) is not None:
            session.close()

    def _fingerprint(self, name: str) -> str:
        row = self._session(name).execute(_FINGERPRINT).fetchone()
        assert row is not None
        return str(row[0])
