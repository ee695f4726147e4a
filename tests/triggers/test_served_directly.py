"""Listeners whom no edge can serve: the node of the stage does, however many there are. Those who offer are served by an edge, or not, for good."""

from __future__ import annotations

from typing import LiteralString

from roomtone.postgres.schema_files import REVISION

from ..people import Psql, refused
from .edges import dies, edge_of, node, serving, sizes, stage

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


def test_a_program_that_leaves_its_edge_learns_of_it_and_is_not_counted_there(psql: Psql) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    joins(psql, room, "captions", directly=False)
    assert edge_of(psql, room, "captions") == "an edge"
    psql.run("update participants set edge = null, served_directly = true where edge is not null")
    last = "select old_record ->> 'edge' is null, record ->> 'edge' is null from events where table_name = 'participants' order by seq desc limit 1"
    assert psql.all(last) == [(False, True)]
    assert serving(psql, room) == {"stage": 1}


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


def plays(psql: Psql, room: int, username: str) -> str:
    """Comes by WHEP, as the relay writes it. Returns the session."""
    user = psql.person(username)
    with psql.connection.transaction():
        psql.run(
            "insert into participants (room_id, user_id, role) values (%s, %s, 'AUDIENCE')"
            " on conflict (room_id, user_id) do update set peer_id = gen_random_uuid()",
            room,
            user,
        )
        psql.run(
            "update participants set offers = true where room_id = %s and user_id = %s", room, user
        )
    return str(psql.one("select peer_id from participants where room_id = %s and user_id = %s", room, user))  # fmt: skip


def test_who_offers_gets_an_edge_that_answers_and_is_never_moved(psql: Psql) -> None:
    sizes(psql, 1)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    assert plays(psql, room, "first")
    session = plays(psql, room, "player")
    assert edge_of(psql, room, "first") is None
    assert edge_of(psql, room, "player") == "an edge"
    record = "select record ->> 'offers' from events where table_name = 'participants' and record ->> 'peer_id' = %s order by seq desc limit 1"
    assert psql.one(record, session) == "true", "the edge learns by the log that it answers"
    edge = psql.one("select edge::text from participants where peer_id = %s", session)
    psql.act_as("player").signal(room, edge, "offer")
    psql.act_as(None)
    # With fewer who may stay, the first one still does not move, and nobody looks for such a move.
    sizes(psql, 0)
    psql.one("select place_listeners(%s)", room)
    assert edge_of(psql, room, "first") is None
    assert psql.all("select rooms_with_misplaced_listeners()") == []
    # The session of a lost edge ends by itself: it is given to no other.
    node(psql, "another", "edge", 10)
    dies(psql, "an edge")
    assert psql.all("select rooms_with_misplaced_listeners()") == [(room,)]
    psql.one("select place_listeners(%s)", room)
    assert edge_of(psql, room, "player") is None
    assert psql.all("select rooms_with_misplaced_listeners()") == []
    plays(psql, room, "player")
    assert edge_of(psql, room, "player") == "another"
    joins(psql, room, "player", directly=False)
    assert psql.one("select offers from participants where user_id = %s", psql.person_id("player")) is False  # fmt: skip


def test_who_offers_is_served_by_the_stage_while_the_room_is_recorded(psql: Psql) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    joins(psql, room, "page", directly=False)
    # The node of the stage records, also when it came after the edge.
    node(psql, "new stage", "mcu", 1000)
    psql.run("update rooms set topology = 'mcu' where id = %s", room)
    psql.run("select start_recording(%s)", room)
    assert psql.one("select node_id from recordings") == "new stage"
    plays(psql, room, "player")
    joins(psql, room, "another page", directly=False)
    assert edge_of(psql, room, "player") is None
    assert edge_of(psql, room, "another page") == "an edge"
    psql.run("update recordings set ended_at = now()")
    plays(psql, room, "player")
    assert edge_of(psql, room, "player") == "an edge"


MISPLACED: LiteralString = "select rooms_with_misplaced_listeners()"
EDGES: LiteralString = (
    "select node_id from assignments where room_id = %s and serves = 'audience' order by 1"
)
LONG_AGO: LiteralString = "update assignments set assigned_at = now() - interval '1 minute'"


def test_who_offers_and_raises_a_hand_keeps_the_edge_in_the_room(psql: Psql) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    session = plays(psql, room, "player")
    psql.run("update participants set served_by = 'an edge', expires_at = null where peer_id = %s", session)  # fmt: skip
    psql.run("update participants set hand_raised_at = now() where peer_id = %s", session)
    psql.run(LONG_AGO)
    assert psql.all(MISPLACED) == []
    psql.one("select place_listeners(%s)", room)
    assert psql.all(EDGES, room) == [("an edge",)]
    psql.run("delete from participants where peer_id = %s", session)
    assert psql.all(MISPLACED) == [(room,)]
    psql.one("select place_listeners(%s)", room)
    assert psql.all(EDGES, room) == []


def test_no_edge_comes_for_those_who_stay_with_the_stage(psql: Psql) -> None:
    sizes(psql, 0)
    node(psql, "an edge", "edge", 10)
    room = stage(psql)
    joins(psql, room, "player", directly=True)
    joins(psql, room, "page", directly=False)
    psql.run("delete from participants where user_id = %s", psql.person_id("page"))
    node(psql, "another", "edge", 10)
    psql.run(LONG_AGO)
    psql.one("select place_listeners(%s)", room)
    assert psql.all(EDGES, room) == []


def test_a_program_on_stage_hides_no_listener_who_should_have_an_edge(psql: Psql) -> None:
    sizes(psql, 0)
    room = stage(psql)
    session = plays(psql, room, "player")
    joins(psql, room, "page", directly=False)
    for change in ("hand_raised_at = now()", "role = 'SPEAKER', hand_raised_at = null"):
        psql.connection.execute(
            f"update participants set {change} where peer_id = '{session}'".encode()
        )
        psql.run("delete from nodes where kind = 'edge'")
        assert psql.all(MISPLACED) == []
        node(psql, "an edge", "edge", 10)
        assert psql.all(MISPLACED) == [(room,)]


def test_nobody_says_for_another_how_they_are_connected(psql: Psql) -> None:
    room = stage(psql)
    joins(psql, room, "page", directly=False)
    psql.act_as("host")
    for column in ("offers", "served_directly"):
        with refused("participants_connect_themselves"):
            psql.connection.execute(f"update roomtone.participants set {column} = true where room_id = {room} and role = 'AUDIENCE'".encode())  # fmt: skip
    psql.act_as("page")
    assert psql.run("update participants set offers = true where room_id = %s and role = 'AUDIENCE'", room) == 1  # fmt: skip
