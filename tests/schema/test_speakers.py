"""Who speaks, as the node of a room's stage says it for those who listen through an edge."""

from __future__ import annotations

import pytest

from ..people import Psql
from ..triggers.edges import listeners, node, sizes, stage


@pytest.fixture
def room(psql: Psql) -> int:
    """A room with an edge."""
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    listeners(psql, room, 1)
    return room


def said(psql: Psql, room: int) -> list[object]:
    """The events that say who speaks."""
    found = psql.all(
        "select record -> 'users', recipient from events where table_name = 'speakers' and room_id = %s order by seq",
        room,
    )
    assert all(recipient is None for _, recipient in found), "for everybody"
    return [users for users, _ in found]


def test_each_change_is_one_event_and_the_snapshot_has_the_newest(psql: Psql, room: int) -> None:
    host = psql.person_id("host")
    for users in ([], [host], [host], []):
        psql.run("select node_speakers('stage', %s, %s)", room, users)
    assert said(psql, room) == [[], [host], []]
    psql.run("select node_speakers('stage', %s, %s)", room, [host])
    assert psql.one("select room_state(%s) -> 'speakers'", room) == [host]
    assert psql.one(
        "select array_agg(describe_event(e) order by seq) from events e where table_name = 'speakers'"
    ) == ["nobody speaks", "host speaks", "nobody speaks", "host speaks"]


def test_only_the_node_of_the_stage_says_it(psql: Psql, room: int) -> None:
    assert psql.one("select count(*) from assignments where serves = 'audience'") == 1
    for other in ("an edge", "nobody"):
        psql.run("select node_speakers(%s, %s, '{1}')", other, room)
    assert said(psql, room) == []
    assert psql.one("select room_state(%s) -> 'speakers'", room) == []


def test_a_room_that_leaves_its_node_keeps_nothing(psql: Psql, room: int) -> None:
    psql.run("select node_speakers('stage', %s, '{1}')", room)
    psql.run("update rooms set topology = 'mesh' where id = %s", room)
    psql.run("select relay_delete_old_rows('1 hour', 1000)")
    assert psql.one("select count(*) from speakers") == 0
