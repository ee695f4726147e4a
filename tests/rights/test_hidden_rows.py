"""A row that a user may not see has no visible effect in any other way: not by an error that a filter raises, by an
order, a count, or a select inside another.

Each way is tried on every kind of row for every actor; it has to find what a plain select finds, no more and no less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from ..conftest import Connection
from ..people import Psql
from ..running import run_relay
from . import attempt, document, existing_rows
from .world import ACTORS, World

EXPECTED = document.sections()["select"]

ERRORS = {
    "a division by zero": "1 / (length({column}::text) - length({column}::text)) = 0",
    "a pattern that ends with its escape": "{column}::text like '%\\'",
    "a cast": "({column}::text || ' is no number')::int = 0",
}
"""Conditions that raise an error for every row they are tried on."""

WAYS: dict[str, Callable[[str, str, str], str]] = {
    "ordered by it": lambda table, row, column: (
        f"select 1 from (select ({row}) as found from {table} order by found desc nulls last limit 1) first where found"
    ),
    "an error in the order": lambda table, row, column: (
        f"select 1 from (select 1 from {table} order by 1 / (({row}) is not true)::int) ordered having count(*) < 0"
    ),
    "counted": lambda table, row, column: (
        f"select 1 from {table} having count(*) filter (where {row}) > 0"
    ),
    "selected inside": lambda table, row, column: (
        f"select 1 where (select bool_or({row}) from {table})"
    ),
    "joined": lambda table, row, column: (
        f"select 1 from (values (1)) one (n) join lateral (select 1 from {table} where {row}) other on true"
    ),
} | {
    f"{error}, {joined}": (
        lambda table, row, column, raising=raising, condition=condition: (
            "select 1 from (select 1 from (values (1)) one (n) join lateral ("
            f"select {column} from {table} where {condition.format(row=row, error=raising.format(column=column))}"
            ") embedded on true) every having count(*) < 0"
        )
    )
    for error, raising in ERRORS.items()
    for joined, condition in (
        ("and", "({row}) and {error}"),
        ("or", "(({row}) is not true or {error})"),
    )
}
"""By name: what is asked of a table about its rows, given a condition on them and a column that anybody may read."""


@pytest.fixture(scope="module")
def columns(connection: Connection) -> dict[str, str]:
    """The first column of every table and view that a person may read."""
    found = connection.execute(
        "select distinct on (c.oid) c.relname, a.attname"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
        "   and has_column_privilege('roomtone_person', c.oid, a.attnum, 'select') order by c.oid, a.attnum"
    )
    return dict(found.fetchall())


def asked(table: str, actor: str, world: World, column: str, way: str) -> Iterator[attempt.Probe]:
    for label, condition in existing_rows.rows(table, actor, world):
        # A constant would be evaluated before anybody's right to the table is asked for.
        row = f"{column} is not null" if condition == "true" else condition
        yield label, WAYS[way](table, row, column)


@pytest.mark.parametrize("way", WAYS)
def test_a_row_is_found_by_no_other_way_than_it_is_read(
    connection: Connection, world: World, columns: dict[str, str], way: str
) -> None:
    for table, column in columns.items():
        found = {
            actor: attempt.cell(
                connection,
                world,
                actor,
                asked(table, actor, world, column, way),
                tried=attempt.notices,
            )
            for actor in ACTORS
        }
        assert document.line(table, found) == document.line(table, EXPECTED[table])


@pytest.mark.parametrize("table", ["hallway", "roster"])
def test_a_view_that_is_no_barrier_would_be_noticed(
    connection: Connection, world: World, columns: dict[str, str], table: str
) -> None:
    way = "a division by zero, and"
    tried = list(asked(table, "anonymous", world, columns[table], way))
    with connection.transaction(force_rollback=True):
        connection.execute(f"alter view {table} reset (security_barrier)".encode())
        found = attempt.cell(connection, world, "anonymous", tried, tried=attempt.notices)
    assert "hidden" in found or found == "all"


def test_the_name_of_a_hidden_room_is_not_spelled_out_by_a_filter(
    psql: Psql, database_url: str
) -> None:
    room = psql.room("rick", "Zebra crossing")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    psql.seat(room, "rick")
    psql.room("rick", "Tea")
    with run_relay(database_url) as relay, relay.client() as anonymous:
        for table, name, key in (
            ("hallway", "name", "id"),
            ("rooms", "name", "id"),
            ("roster", "room", "room_id"),
        ):
            for wanted in ('"Zebra%\\\\"', '"Nothing%\\\\"'):
                filters = {"or": f"({key}.neq.{room},{name}.like.{wanted})"}
                answer = anonymous.get(f"/rows/{table}", params=filters)
                assert answer.status_code == 200, (table, wanted, answer.text)
                assert "Zebra" not in answer.text


def test_an_index_still_finds_one_room_and_the_rooms_of_a_club(psql: Psql) -> None:
    """What compares keys may run before the view's own conditions, because it raises nothing and tells nothing."""
    host = psql.person("rick")
    club = psql.one("insert into clubs (name, owner_id) values ('Jazz', %s) returning id", host)
    psql.run(
        "insert into rooms (name, host_id, club_id) select 'Room ' || n, %s, case when n %% 50 = 0 then %s::bigint end"
        " from generate_series(1, 500) n",
        host,
        club,
    )
    psql.run("insert into participants (room_id, user_id) select id, host_id from rooms")
    for table in (b"rooms", b"participants"):
        psql.connection.execute(b"analyze " + table)
    psql.act_as("rick")
    for view, condition in (
        ("hallway", "id = 1"),
        ("hallway", "club_id = 1"),
        ("roster", "room_id = 1"),
        ("hand_queue", "room_id = 1"),
    ):
        found = psql.connection.execute(f"explain select * from {view} where {condition}".encode())
        plan = "\n".join(line for (line,) in found)
        assert f"Index Cond: ({condition})" in plan, plan


def test_errors_in_filters_come_only_from_visible_rows(psql: Psql) -> None:
    psql.room("rick", "Tea")
    psql.person("anna")
    psql.act_as("anna")
    with pytest.raises(psycopg.errors.DivisionByZero):
        psql.all("select from hallway where 1 / (length(name) - 3) = 0")
