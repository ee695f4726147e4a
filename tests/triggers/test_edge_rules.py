"""Edges: what they signal with whom, who changes their seats, and several transactions at once."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, refused, waits_for
from .edges import dies, listeners, node, serving, sizes, stage


def test_an_edge_offers_to_its_listeners_and_to_nobody_else(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 1)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 2)
    peers: dict[str, str] = dict(
        psql.all(
            "select u.username, p.peer_id::text from participants p join users u on u.id = p.user_id"
        )
    )
    psql.act_as("edge")
    with refused("signals_edge_serves_the_listener"):
        psql.signal(room, peers["person 000"], "offer")
    with refused("signals_edge_serves_the_listener"):
        psql.signal(room, peers["host"], "offer")
    psql.signal(room, peers["person 001"], "offer")
    psql.signal(room, peers["person 001"], "candidate", {"candidate": "candidate:1"})
    psql.act_as("person 001")
    with refused("signals_edge_offers"):
        psql.signal(room, peers["edge"], "offer")
    psql.signal(room, peers["edge"], "answer")
    psql.signal(room, peers["edge"], "candidate", {"candidate": "candidate:1"})
    psql.act_as("edge").signal(room, peers["person 001"], "connected")
    psql.act_as("person 001").signal(room, peers["edge"], "bye", {"reason": "lost"})
    psql.act_as("edge").signal(room, peers["person 001"], "offer")
    for name in ("person 000", "host"):
        with refused("signals_edge_serves_the_listener"):
            psql.act_as(name).signal(room, peers["edge"], "candidate", {"candidate": "candidate:1"})
    # Served by the stage now: what was between them is deleted, and only a bye passes.
    psql.act_as("person 001").run("select raise_hand(%s)", room)
    psql.act_as(None)
    assert psql.one("select count(*) from signals") == 0
    with refused("signals_edge_serves_the_listener"):
        psql.act_as("person 001").signal(room, peers["edge"], "answer")
    psql.signal(room, peers["edge"], "bye")
    psql.act_as("edge").signal(room, peers["person 001"], "bye")


def test_nobody_sets_an_edge_or_changes_the_seat_of_one(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 0)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 1)
    psql.act_as("host")
    for change in (
        "update participants set edge = null where user_id = 1",
        "insert into participants (room_id, edge) values (1, gen_random_uuid())",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            psql.connection.execute(change.encode())
    with refused("participants_node_keeps_its_seat"):
        psql.run("delete from participants where kind = 'edge'")
    assert psql.one("select mute_all(%s)", room) == 0


def test_two_who_join_at_once_beyond_the_limit_are_placed_one_after_the_other(
    psql: Psql, connect: Connect
) -> None:
    room = stage(psql)
    sizes(psql, 3)
    node(psql, "a", "edge", 2)
    listeners(psql, room, 2)
    for name in ("x", "y", "z", "w"):
        psql.person(name)
    # One has the lock on the log, and the others commit behind it: only one more fits at the stage, and two on the edge.
    slow = Psql(connect(autocommit=False))
    slow.run("select from logs where room_id = %s for update", room)
    join: LiteralString = "insert into participants (room_id, user_id) select %s, id from users where username = %s returning room_id"
    with (
        waits_for(slow, Psql(connect()), join, room, "x") as one,
        waits_for(slow, Psql(connect()), join, room, "y") as two,
        waits_for(slow, Psql(connect()), join, room, "z") as three,
    ):
        slow.connection.commit()
        assert [each.result() for each in (one, two, three)] == [room] * 3
    assert serving(psql, room) == {"stage": 3, "a": 2}
    psql.seat(room, "w")
    assert serving(psql, room) == {"stage": 4, "a": 2}, "the edge is full"


def test_who_joins_beside_the_death_of_an_edge_is_placed_at_a_living_one(
    psql: Psql, connect: Connect
) -> None:
    room = stage(psql)
    sizes(psql, 0)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 2)
    node(psql, "b", "edge", 9)
    psql.person("late")
    dies(psql, "a")
    slow = Psql(connect(autocommit=False))
    slow.beat("b")
    join: LiteralString = "insert into participants (room_id, user_id) select %s, id from users where username = 'late' returning room_id"
    with waits_for(slow, Psql(connect()), join, room) as joined:
        slow.connection.commit()
        assert joined.result() == room
    assert serving(psql, room) == {"b": 3}


def test_a_seat_that_is_just_being_changed_holds_nobody_up_and_is_placed_later(
    psql: Psql, connect: Connect
) -> None:
    room = stage(psql)
    sizes(psql, 0)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 3)
    node(psql, "b", "edge", 9)
    dies(psql, "a")
    slow = Psql(connect(autocommit=False))
    slow.run(
        "update participants set hand_raised_at = now() where user_id = %s",
        psql.person_id("person 001"),
    )
    other = Psql(connect(autocommit=False))
    other.run(
        "select from participants where user_id = %s for update", psql.person_id("person 002")
    )
    psql.beat("b")
    assert serving(psql, room) == {"b": 1, "nobody": 2}
    slow.connection.commit()
    other.connection.commit()
    psql.beat("b")
    assert serving(psql, room) == {"b": 2, "stage": 1}


def test_an_edge_has_its_capacity_for_all_rooms_together(psql: Psql) -> None:
    first = stage(psql)
    sizes(psql, 0)
    node(psql, "a", "edge", 5)
    listeners(psql, first, 3)
    second = psql.room("host", "Second", "moderated")
    psql.seat(second, "host")
    psql.run("update rooms set topology = 'sfu' where id = %s", second)
    listeners(psql, second, 3)
    assert serving(psql, first) == {"a": 3}
    assert serving(psql, second) == {"a": 2, "stage": 1}


def test_a_node_of_the_stage_has_its_capacity_for_streams(psql: Psql) -> None:
    """Four on stage, each to four: 16 streams of an SFU, and 4 of an MCU. Who has an edge takes none."""
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    for name in ("s1", "s2", "s3"):
        psql.seat(room, name, "SPEAKER")
    assert [psql.one("select room_streams(%s, %s)", room, kind) for kind in ("sfu", "mcu")] == [
        16,
        4,
    ]
    node(psql, "small", "sfu", 30)
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    another = psql.room("host", "Another")
    for name in ("host", "s1", "s2", "s3"):
        psql.seat(another, name)
    with refused("rooms_topology_has_a_node"):
        psql.run("update rooms set topology = 'sfu' where id = %s", another)
    node(psql, "mixer", "mcu", 4)
    psql.run("update rooms set topology = 'mcu' where id = %s", another)
    node(psql, "a", "edge", 99)
    sizes(psql, 0)
    listeners(psql, room, 5)
    assert psql.one("select room_streams(%s, 'sfu')", room) == 16
