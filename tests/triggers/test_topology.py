"""Which media node carries which room: given out by the database, by one rule for whoever asks."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..people import Psql, refused

MOVE: LiteralString = "update rooms set topology = %s where id = %s"


def node(psql: Psql, name: str, kind: str = "sfu", capacity: int = 2) -> str:
    """A node that lives; the name of its seat."""
    return str(psql.one("select username from node_register(%s, %s, %s)", name, kind, capacity))


def dies(psql: Psql, name: str) -> None:
    psql.run("update nodes set heartbeat_at = now() - interval '4 seconds' where id = %s", name)


def carries(psql: Psql, room: int) -> str | None:
    """The node that carries the room; its seat is there, and no other of a node."""
    seats = psql.all(
        "select p.peer_id, p.kind, p.role, p.muted from participants p where p.room_id = %s and p.kind in ('sfu', 'mcu')",
        room,
    )
    found = psql.all("select node_id, peer_id from assignments where room_id = %s", room)
    assert [peer for peer, *_ in seats] == [peer for _, peer in found]
    assert all(each[2:] == ("SPEAKER", False) for each in seats)
    return str(found[0][0]) if found else None


def test_a_room_goes_to_the_node_with_the_most_room_and_nobody_to_one_that_is_full(
    psql: Psql,
) -> None:
    rooms = [psql.room("rick") for _ in range(4)]
    with refused("rooms_topology_has_a_node"):
        psql.run(MOVE, "sfu", rooms[0])
    assert node(psql, "a", capacity=2) == "sfu"
    assert node(psql, "b", capacity=1) == "sfu 2"
    node(psql, "m", "mcu", capacity=9)
    for room in rooms[:3]:
        psql.run(MOVE, "sfu", room)
    assert sorted(str(carries(psql, room)) for room in rooms[:3]) == ["a", "a", "b"]
    psql.act_as("rick")
    with refused("rooms_topology_has_a_node"):
        psql.run(MOVE, "sfu", rooms[3])
    psql.act_as(None)
    assert carries(psql, rooms[3]) is None
    # A place that becomes free is there for the next; and a room on a node of another kind takes none.
    psql.run(MOVE, "mcu", rooms[0])
    psql.run(MOVE, "sfu", rooms[3])
    assert (carries(psql, rooms[0]), carries(psql, rooms[3])) == ("m", "a")
    psql.run("update rooms set ended_at = now() where id = %s", rooms[3])
    psql.run(MOVE, "mesh", rooms[0])
    assert psql.one("select count(*) from assignments") == 2
    assert psql.one("select count(*) from participants where kind in ('sfu', 'mcu')") == 2


def test_rooms_of_a_node_that_died_or_left_go_to_another_and_wait_if_there_is_none(
    psql: Psql,
) -> None:
    room = psql.room("rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    psql.run("select node_heartbeat('a')")
    dies(psql, "a")
    node(psql, "m", "mcu")
    assert psql.all("select node_heartbeat('m')") == []
    assert carries(psql, room) is None
    node(psql, "b")
    before = psql.one("select count(*) from events where table_name = 'participants'")
    assert len(psql.all("select room_id, peer_id from node_heartbeat('b')")) == 1
    assert carries(psql, room) == "b"
    assert psql.one("select count(*) from events where table_name = 'participants'") > before
    # The dead one comes back to life: the room stays where it is.
    assert psql.all("select room_id from node_heartbeat('a')") == []
    psql.run("select node_goodbye('b')")
    assert carries(psql, room) == "a"


def test_a_seat_that_an_operator_takes_away_is_given_back(psql: Psql) -> None:
    room = psql.room("rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    was = psql.one("select peer_id from assignments")
    psql.run("delete from participants where kind = 'sfu'")
    psql.run("select node_heartbeat('a')")
    assert carries(psql, room) == "a"
    assert psql.one("select peer_id from assignments") != was


def test_a_room_may_begin_on_a_node_and_one_that_is_scheduled_takes_no_place_before_it_opens(
    psql: Psql,
) -> None:
    begin = "insert into rooms (name, topology, starts_at) values ('Tea', 'sfu', %s) returning id"
    psql.person("rick")
    psql.act_as("rick")
    with refused("rooms_topology_has_a_node"):
        psql.one(begin, None)
    psql.act_as(None)
    node(psql, "a")
    psql.act_as("rick")
    now = psql.one(begin, None)
    tomorrow = psql.one(begin, psql.one("select now() + interval '1 day'"))
    psql.act_as(None)
    psql.run("select node_heartbeat('a')")
    assert (carries(psql, now), carries(psql, tomorrow)) == ("a", None)
    psql.act_as("rick").run("select open_room(%s)", tomorrow)
    psql.act_as(None)
    assert carries(psql, tomorrow) == "a"


@pytest.mark.parametrize(
    "statement",
    [
        "update participants set muted = true where kind = 'sfu'",
        "update participants set role = 'AUDIENCE' where kind = 'sfu'",
        "delete from participants where kind = 'sfu'",
    ],
)
def test_nobody_takes_the_seat_of_a_node(psql: Psql, statement: LiteralString) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    psql.act_as("rick")
    with refused("participants_nodes_are_assigned"):
        psql.run(statement)


def test_muting_everybody_leaves_the_node_alone(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("rick", "beth"):
        psql.seat(room, name)
        psql.act_as(name).run("select unmute(%s)", room)
        psql.act_as(None)
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    assert psql.act_as("rick").one("select mute_all(%s)", room) == 1
    psql.act_as(None)
    assert carries(psql, room) == "a"
