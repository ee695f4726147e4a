"""Whatever numbers, times and texts a user gives to a function: what refuses them is one of our rules, in our words.

Functions come from the catalogue. Each is called as the tests of rights call it, with one argument after the other replaced by
extreme ones of its type.
"""

from __future__ import annotations

from typing import Final

import psycopg
import pytest

from ..conftest import Connection
from . import attempt, calls, document
from .test_matrix import functions
from .world import World

EXECUTE: Final = document.sections()["execute"]

EXTREMES: Final = {
    "bigint": ("null", "0", "-1", "9223372036854775807", "-9223372036854775808"),
    "integer": ("null", "0", "-1", "2147483647", "-2147483648"),
    "numeric": ("null", "'NaN'", "'Infinity'", "-1", "1e400"),
    "double precision": ("null", "'NaN'", "'Infinity'", "'-Infinity'", "1e308"),
    "boolean": ("null",),
    "text": ("null", "''", "repeat('x', 100000)", "chr(1)", "'\\'", "'%'"),
    "uuid": ("null", "'00000000-0000-0000-0000-000000000000'"),
    "jsonb": ("null", "'null'", "'[]'", "'{}'"),
    "interval": ("null", "'0'", "'-1 s'", "'178000000 years'", "'-178000000 years'"),
    "timestamp with time zone": (
        "null",
        "'infinity'",
        "'-infinity'",
        "'294276-12-31'",
        "'4713-01-01 BC'",
    ),
}
"""By type."""


def called_by_users() -> list[str]:
    return [
        signature for signature, row in EXECUTE.items() if {row["host"], row["anonymous"]} & {"yes"}
    ]


@pytest.mark.parametrize("signature", called_by_users())
def test_extreme_arguments_are_refused_in_our_words(
    connection: Connection, world: World, signature: str
) -> None:
    name, types = functions(connection)[signature]
    usual = calls.separately(name, types, world)
    given = [*usual, *(f"null::{kind}" for kind in types[len(usual) :])]
    actors = [actor for actor in ("host", "anonymous") if EXECUTE[signature][actor] == "yes"]
    raw = []
    for place, kind in enumerate(types):
        for extreme in EXTREMES.get(kind, ("null",)):
            tried = [*given[:place], f"({extreme})::{kind}", *given[place + 1 :]]
            statement = f"select * from {name}({', '.join(tried)})"
            for actor in actors:
                error = refusal(connection, world, actor, statement)
                if error is not None and not in_our_words(error):
                    raw.append(f"{statement[:200]}: {error.sqlstate} {error.diag.message_primary}")
    assert raw == []


def refusal(
    connection: Connection, world: World, actor: str, statement: str
) -> psycopg.Error | None:
    try:
        with connection.transaction(force_rollback=True):
            attempt.become(connection, world, actor)
            connection.execute(statement.encode())
            connection.execute("set constraints all immediate")
    except psycopg.Error as error:
        return error
    return None


def in_our_words(error: psycopg.Error) -> bool:
    """A rule refused, or a statement of ours raised; or the right was missing."""
    return (
        isinstance(error, psycopg.errors.InsufficientPrivilege)
        or error.diag.constraint_name is not None
        or error.diag.column_name
        is not None  # a value that must not be null: PostgreSQL names the column
        or error.diag.source_function == "exec_stmt_raise"
    )


def written_columns(connection: Connection) -> list[tuple[str, str, str]]:
    found = connection.execute(
        "select c.relname, a.attname, format_type(a.atttypid, null) from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind = 'r'"
        "   and (has_column_privilege('roomtone_person', c.oid, a.attnum, 'insert') or has_column_privilege('roomtone_person', c.oid, a.attnum, 'update'))"
        " order by 1, 2"
    )
    return [(table, column, kind) for table, column, kind in found]


def test_extreme_values_are_refused_in_our_words(connection: Connection, world: World) -> None:
    raw = []
    for table, column, kind in written_columns(connection):
        for extreme in EXTREMES.get(kind, ("null",)):
            value = f"({extreme})::{kind}"
            for statement in (
                f"insert into {table} ({column}) values ({value})",
                f"update {table} set {column} = {value}",
            ):
                error = refusal(connection, world, "host", statement)
                if error is not None and not in_our_words(error):
                    raw.append(f"{statement[:200]}: {error.sqlstate} {error.diag.message_primary}")
    assert raw == []
