"""A write shows a user no more about a hidden row than a read: neither by an error in a filter, nor by a foreign key or a conflict,
nor by what a function answers. For a room that one may not know of, every answer is that for a number that no room has.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ..conftest import Connection
from ..people import Psql
from . import attempt, existing_rows
from .world import ACTORS, World

UNKNOWN, HIDDEN, ENDED = 4_000_000, 4_000_001, 4_000_002  # rooms; found in no other text
STRANGERS = tuple(actor for actor in ACTORS if actor != "relay")

VALUES = {
    "text": "'guest'",
    "bigint": "1",
    "integer": "1",
    "boolean": "true",
    "uuid": "'00000000-0000-4000-8000-000000000001'",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'",
    "interval": "'1 minute'",
}
"""By type, what stands for an argument or column that is not the room."""

KNOWN = {
    "emoji": "'👏'",
    "kind": "'bye'",
    "access": "'open'",
    "role": "'AUDIENCE'",
    "stage": "'open'",
    "topology": "'mesh'",
    "pinned_link": "'https://tea.example/'",
    "code": "'0123456789abcdef'",
    "reason": "'Rude'",
}
"""By name, a value that its column takes."""


@pytest.fixture(scope="module")
def filled(connection: Connection, world: World) -> Iterator[World]:
    """The hidden room has a row in every table; nothing of that stays."""
    psql, far, foe, guest = Psql(connection), *(world.people[n] for n in ("far", "foe", "guest"))
    room = "insert into rooms (id, name, host_id, access, ended_at) overriding system value values"
    with connection.transaction(force_rollback=True):
        for statement in (
            f"{room} ({HIDDEN}, 'Hush', {{far}}, 'invited', null), ({ENDED}, 'Over', {{far}}, 'invited', now())",
            "insert into bans (room_id, user_id) values ({room}, {foe})",
            "insert into guests (room_id, user_id) values ({room}, {guest})",
            "insert into participants (room_id, user_id) values ({room}, {guest})",
            "insert into messages (room_id, user_id, body) values ({room}, {far}, 'Hello')",
            "insert into reactions (room_id, user_id, emoji) values ({room}, {far}, '👏')",
            "insert into invitations (room_id, code) values ({room}, '0123456789abcdef')",
            "insert into participants (room_id, user_id) values ({room}, {far})",
            "update rooms set captions = true where id = {room}",
            "update participants set captioned_by = 'operator' where room_id = {room} and user_id = {far}",
            "insert into captions (room_id, user_id, text) values ({room}, {far}, 'Hello')",
        ):
            named = statement.format(room=HIDDEN, far=far, foe=foe, guest=guest)
            connection.execute(named.encode())
        psql.run("set constraints all immediate")
        psql.run("set constraints all deferred")
        yield world


def answer(connection: Connection, world: World, actor: str, statement: str, room: int) -> str:
    """All that this actor learns from a statement about the room of this number, whose number is replaced."""
    try:
        with connection.transaction(force_rollback=True):
            attempt.become(connection, world, actor)
            done = connection.execute(statement.replace("{room}", str(room)).encode())
            rows = done.fetchall() if done.description else done.rowcount
            connection.execute("set constraints all immediate")
            learned = repr(rows)
    except psycopg.Error as error:
        diagnosis = error.diag
        learned = f"{error.sqlstate} {diagnosis.constraint_name} {diagnosis.message_primary} {diagnosis.message_detail} {diagnosis.message_hint}"
    return learned.replace(str(room), "{room}")


def columns(connection: Connection, table: str, privilege: str) -> dict[str, str]:
    found = connection.execute(
        "select attname::text, format_type(atttypid, null) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"
        "   and has_column_privilege('roomtone_person', attrelid, attnum, %s)",
        (table, privilege),
    )
    return dict(found.fetchall())


def value(name: str, kind: str) -> str:
    return KNOWN.get(name) or VALUES.get(kind, "null")


def tables(connection: Connection) -> list[tuple[str, str]]:
    """What a user may read or write and that belongs to a room, and its column with the room's number."""
    return connection.execute(
        "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v')"
        "   and (a.attname = 'room_id' or (c.relname in ('rooms', 'hallway') and a.attname = 'id'))"
        "   and (has_any_column_privilege('roomtone_person', c.oid, 'insert, update')"
        "        or has_table_privilege('roomtone_person', c.oid, 'delete')) order by 1"
    ).fetchall()


def changeable(connection: Connection) -> list[str]:
    """Every table of which a user may read a column, and update or delete rows."""
    found = connection.execute(
        "select c.relname::text from pg_class c"
        " where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p')"
        "   and has_any_column_privilege('roomtone_person', c.oid, 'select')"
        "   and (has_any_column_privilege('roomtone_person', c.oid, 'update')"
        "        or has_table_privilege('roomtone_person', c.oid, 'delete')) order by 1"
    )
    return [table for (table,) in found.fetchall()]


def writes(connection: Connection) -> Iterator[str]:
    for table, key in tables(connection):
        raising = f"{key} = {{room}} and 1 / ({key} - {key}) = 0"
        either = f"{key} = {{room}} and ({key}::text || ' is no number')::int = 0"
        for condition in (f"{key} = {{room}}", raising, either):
            yield f"delete from {table} where {condition}"
            yield f"delete from {table} where {condition} returning {key}"
            for column, kind in columns(connection, table, "update").items():
                yield f"update {table} set {column} = {value(column, kind)} where {condition}"
        insertable = columns(connection, table, "insert")
        if key not in insertable or table == "rooms":
            continue
        for given in ([], [c for c in insertable if c != key]):
            names = ", ".join([key, *given])
            values = ", ".join(["{room}", *(value(each, insertable[each]) for each in given)])
            insert = f"insert into {table} ({names}) values ({values})"
            yield insert
            yield f"{insert} returning {key}"
            yield f"{insert} on conflict do nothing"
            yield f"{insert} on conflict do nothing returning {key}"
        if "user_id" in insertable:
            everybody = f"insert into {table} ({key}, user_id) select {{room}}, id from users"
            yield f"{everybody} on conflict do nothing"


def calls(connection: Connection) -> Iterator[str]:
    """Every function that a user may call and that takes the number of a room."""
    found = connection.execute(
        "select p.proname::text, p.proargnames[1:p.pronargs], array(select format_type(t, null) from unnest(p.proargtypes) t)"
        " from pg_proc p where p.pronamespace = 'roomtone'::regnamespace"
        "   and 'room_id' = any (p.proargnames[1:p.pronargs]) and p.prorettype <> 'trigger'::regtype"
        "   and has_function_privilege('roomtone_person', p.oid, 'execute') order by 1"
    )
    for function, names, kinds in found.fetchall():
        arguments = [
            "{room}" if name == "room_id" else value(name, kind)
            for name, kind in zip(names, kinds, strict=True)
        ]
        yield f"select * from {function}({', '.join(arguments)})"


@pytest.mark.parametrize("actor", STRANGERS)
def test_a_write_about_a_hidden_room_is_answered_as_about_none(
    connection: Connection, filled: World, actor: str
) -> None:
    disclosed = [
        (statement, expected, found)
        for statement in (*writes(connection), *calls(connection))
        for expected in [answer(connection, filled, actor, statement, UNKNOWN)]
        for room in (HIDDEN, ENDED)
        for found in [answer(connection, filled, actor, statement, room)]
        if found != expected
    ]
    assert disclosed == []


@pytest.mark.parametrize("error", ["1 / ({column} is null)::int = 0", "({column}::text || 'x')::int = 0"])  # fmt: skip
@pytest.mark.parametrize("actor", STRANGERS)
def test_a_row_that_is_not_read_raises_nothing_in_the_filter_of_a_write(
    connection: Connection, world: World, actor: str, error: str
) -> None:
    """Whatever an actor may not read of any table, updates and deletes with a filter that raises an error do not tell."""
    for table in changeable(connection):
        [column, *_] = columns(connection, table, "select")
        writable = columns(connection, table, "update")
        for label, condition in existing_rows.rows(table, actor, world):
            seen = f"select 1 from {table} where {condition}"
            if attempt.succeeds(connection, world, actor, seen):
                continue
            raising = f"{condition} and {error.format(column=column)}"
            for statement in (
                f"delete from {table} where {raising}",
                *(f"update {table} set {each} = {each} where {raising}" for each in writable),
            ):
                assert not attempt.notices(connection, world, actor, statement), (label, statement)


def test_a_user_who_may_see_the_hidden_room_gets_another_answer(
    connection: Connection, filled: World
) -> None:
    """So the comparison above does compare something."""
    statement = "select * from join_room({room}, 'AUDIENCE')"
    assert "there is no room" in answer(connection, filled, "outsider", statement, UNKNOWN)
    assert "there is no room" not in answer(connection, filled, "far", statement, HIDDEN)
