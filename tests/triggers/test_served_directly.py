"""Listeners whom no edge can serve: the node of the stage does, however many there are."""

from __future__ import annotations

from typing import LiteralString

from roomtone.postgres.schema_files import REVISION

from ..people import Psql, refused
from .edges import edge_of, node, sizes, stage

DIRECTLY: LiteralString = (
    "update participants set served_directly = true where room_id = %s and user_id = %s"
)


def joins(psql: Psql, room: int, username: str, *, directly: bool) -> None:
    """In one transaction, as WHEP does."""
    user = psql.person(username)
    with psql.connection.transaction():
        psql.run(
            "insert into participants (room_id, user_id) values (%s, %s)"
            " on conflict (room_id, user_id) do update set peer_id = gen_random_uuid()",
            room,
            user,
        )
        if directly:
            psql.run(DIRECTLY, room, user)


def test_they_get_no_edge_until_they_join_again_by_another_way(psql: Psql) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    joins(psql, room, "player", directly=True)
    joins(psql, room, "page", directly=False)
    assert edge_of(psql, room, "page") == "an edge"
    psql.one("select place_listeners(%s)", room)
    assert edge_of(psql, room, "player") is None
    assert psql.all("select rooms_with_misplaced_listeners()") == []
    joins(psql, room, "player", directly=True)
    assert edge_of(psql, room, "player") is None
    joins(psql, room, "player", directly=False)
    assert edge_of(psql, room, "player") == "an edge"
    with refused("participants_have_one_node"):
        psql.run(DIRECTLY, room, psql.person_id("player"))


def test_the_node_of_the_stage_serves_them_beyond_its_capacity_too(psql: Psql) -> None:
    psql.run(f"set roomtone.revision = '{REVISION}'")  # as nodes of this release say
    room = stage(psql)
    node(psql, "another", "mcu", 10)
    psql.run("update nodes set capacity = 1 where id = 'stage'")
    joins(psql, room, "player", directly=True)
    joins(psql, room, "page", directly=False)
    psql.one("select place_listeners(%s)", room)
    assert edge_of(psql, room, "page") == "another"
    assert edge_of(psql, room, "player") is None
    assert psql.all("select rooms_with_misplaced_listeners()") == []
