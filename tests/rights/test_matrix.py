"""Every cell of the rights matrix in `expected.md` is tried.

Tables, views and functions come from the catalogue, so one that the file does not know fails.
"""

from __future__ import annotations

import psycopg
import pytest

from ..conftest import Connection
from . import attempt, calls, document, probes
from .world import ACTORS, World

EXPECTED = document.sections()
OPERATIONS = tuple(probes.OPERATIONS)


def relations(connection: Connection) -> list[str]:
    found = connection.execute(
        "select relname from pg_class where relnamespace = 'roomtone'::regnamespace"
        " and relkind in ('r', 'p', 'v', 'm', 'f') order by relname"
    )
    return [name for (name,) in found]


def functions(connection: Connection) -> dict[str, tuple[str, list[str]]]:
    """Signature, as the file has it, to the name and the types of the arguments."""
    found = connection.execute(
        "select p.proname, coalesce(array_agg(format_type(a.type, null) order by a.n) filter (where a.n is not null), '{}')"
        " from pg_proc p left join lateral unnest(p.proargtypes::oid[]) with ordinality a (type, n) on true"
        " where p.pronamespace = 'roomtone'::regnamespace and p.prokind = 'f' group by p.oid order by p.proname"
    )
    return {f"{name}({', '.join(types)})": (name, types) for name, types in found}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_file_has_a_row_for_every_table_and_view(
    connection: Connection, operation: str
) -> None:
    assert sorted(EXPECTED[operation]) == relations(connection)


def test_the_file_has_a_row_for_every_function(connection: Connection) -> None:
    assert sorted(EXPECTED["execute"]) == sorted(functions(connection))


@pytest.mark.parametrize("operation", [*OPERATIONS, "execute"])
def test_the_file_has_a_column_for_every_actor(operation: str) -> None:
    assert {tuple(row) for row in EXPECTED[operation].values()} == {ACTORS}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_everybody_may_do_to_a_table_what_the_file_says(
    connection: Connection, world: World, operation: str
) -> None:
    tried = probes.OPERATIONS[operation]

    def found(table: str) -> dict[str, str]:
        return {
            actor: attempt.cell(connection, world, actor, tried(table, actor, world))
            for actor in ACTORS
        }

    expected = EXPECTED[operation]
    assert [document.line(table, found(table)) for table in expected] == [
        document.line(*row) for row in expected.items()
    ]


def test_everybody_may_call_what_the_file_says(connection: Connection, world: World) -> None:
    known = functions(connection)

    def found(signature: str) -> dict[str, str]:
        statement = calls.call(*known[signature], world)
        return {
            actor: "yes" if attempt.may_call(connection, world, actor, statement) else "-"
            for actor in ACTORS
        }

    expected = EXPECTED["execute"]
    assert [document.line(signature, found(signature)) for signature in expected] == [
        document.line(*row) for row in expected.items()
    ]


def test_columns_are_hidden_and_written_as_the_file_says(connection: Connection) -> None:
    found: dict[str, dict[str, str]] = {}
    columns = connection.execute(
        "select c.relname, a.attname,"
        " has_any_column_privilege('roomtone_person', c.oid, 'select'),"
        " has_column_privilege('roomtone_person', c.oid, a.attnum, 'select'),"
        " has_column_privilege('roomtone_person', c.oid, a.attnum, 'insert'),"
        " has_column_privilege('roomtone_person', c.oid, a.attnum, 'update')"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v')"
        "   and has_any_column_privilege('roomtone_person', c.oid, 'select, insert, update')"
        " order by c.relname, a.attnum"
    )
    for table, column, readable, seen, inserted, updated in columns:
        cells = found.setdefault(table, {"hidden": "", "insert": "", "update": ""})
        for kind, applies in (
            ("hidden", readable and not seen), ("insert", inserted), ("update", updated),
        ):  # fmt: skip
            if applies:
                cells[kind] = f"{cells[kind]} {column}".strip()
    granted = {
        table: {kind: text or "-" for kind, text in cells.items()}
        for table, cells in found.items()
        if any(cells.values())
    }
    expected = sorted(EXPECTED["columns"].items())
    assert [document.line(*row) for row in sorted(granted.items())] == [
        document.line(*row) for row in expected
    ]


@pytest.mark.parametrize(
    ("mistake", "operation", "table", "actor"),
    [
        ("grant select on secrets to roomtone_person", "select", "secrets", "outsider"),
        ("grant delete on topics to roomtone_relay", "delete", "topics", "relay"),
        ("alter table bans disable row level security", "delete", "bans", "speaker"),
        ("drop trigger _130_guard_join on participants", "insert", "participants", "banned"),
    ],
)
def test_a_mistake_in_the_rights_would_be_noticed(
    connection: Connection, world: World, mistake: str, operation: str, table: str, actor: str
) -> None:
    tried = list(probes.OPERATIONS[operation](table, actor, world))
    before = attempt.cell(connection, world, actor, tried)
    with connection.transaction(force_rollback=True):
        connection.execute(mistake.encode())
        if table in ("secrets", "topics"):
            connection.execute(f"alter table {table} disable row level security".encode())
        try:
            after = attempt.cell(connection, world, actor, tried)
        except (AssertionError, psycopg.Error):
            after = "not what a probe expects"
    assert after != before


def test_the_relay_takes_only_the_two_roles_of_users(connection: Connection) -> None:
    """Its login is a member of these alone, so no statement of a user can make it more."""
    roles = connection.execute(
        "select roleid::regrole::text from pg_auth_members where member = 'roomtone_relay'::regrole order by 1"
    ).fetchall()
    assert roles == [("roomtone_anon",), ("roomtone_person",)]
    flags = connection.execute(
        "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication"
        " from pg_roles where rolname in ('roomtone_relay', 'roomtone_anon', 'roomtone_person')"
    ).fetchall()
    assert flags == [(False,)] * 3
