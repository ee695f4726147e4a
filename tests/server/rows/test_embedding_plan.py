"""What PostgreSQL does for an embedded table, by its plan of the statement."""

from __future__ import annotations

from typing import Any

from roomtone.rows import statement
from roomtone.rows.answers import Page, Returning
from roomtone.rows.catalogue import Relation
from roomtone.rows.embedding import Joined
from roomtone.rows.query import parse
from roomtone.rows.relationships import Relationship

from ...people import Psql

HOST = Relationship(
    "rooms_host_id_fkey", "rooms", "users", (("host_id", "id"),), "many-to-one", False
)
SEATS = Relationship(
    "participants_room_id_fkey", "rooms", "participants", (("id", "room_id"),), "one-to-many", False
)


def test_every_embedded_table_is_read_once_for_a_row(psql: Psql) -> None:
    query = parse(b"select=name,users(username),participants(role)")
    host, seats = (
        Joined(embedded, query.embedded[embedded.name], by, "rooms", number, {}, (), 100)
        for number, (embedded, by) in enumerate(zip(query.embeds, (HOST, SEATS), strict=True), 1)
    )
    related = {"users": host, "participants": seats}
    rooms = Relation("rooms", False, (), {"id": "bigint", "name": "text"}, (), ())
    returning = Returning(query.select, ("id", "name"), 1_000_000, joined=related)
    text, values = statement.read(rooms, query, returning, Page(0, 10), count=False)
    read: list[str] = []
    with psql.connection.transaction():
        (plan,) = (
            psql.connection.execute(
                b"explain (format json) " + text.as_bytes(None), values
            ).fetchone()
            or ()
        )
    _tables(plan[0]["Plan"], read)
    assert sorted(read) == ["participants", "rooms", "users"]


def _tables(node: dict[str, Any], read: list[str]) -> None:
    if "Relation Name" in node:
        read.append(node["Relation Name"])
    for inner in node.get("Plans", ()):
        _tables(inner, read)
