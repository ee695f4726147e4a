"""The database assigns rooms to media nodes."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..conftest import Connect
from ..people import Psql, refused

MOVE: LiteralString = "update rooms set topology = %s where id = %s"


def node(psql: Psql, name: str, kind: str = "sfu", capacity: int = 2) -> str:
    """A node that lives; the name of its seat."""
    return psql.node(name, kind, capacity)


def room_of(psql: Psql, host: str) -> int:
    """A room with its host in it."""
    room = psql.room(host)
    psql.seat(room, host)
    return room


def dies(psql: Psql, name: str) -> None:
    """It writes no heartbeats, and a relay does."""
    psql.run("select relay_heartbeat('a relay', 'here')")
    psql.run("update nodes set heartbeat_at = now() - interval '4 seconds' where id = %s", name)


def node_of(psql: Psql, room: int) -> str | None:
    """The node that hosts the room; it has a seat there, and no other node has."""
    seats = psql.all(
        "select p.peer_id, p.kind, p.role, p.muted from participants p where p.room_id = %s and p.kind in ('sfu', 'mcu')",
        room,
    )
    found = psql.all("select node_id, peer_id from assignments where room_id = %s", room)
    assert [peer for peer, *_ in seats] == [peer for _, peer in found]
    assert all(each[2:] == ("SPEAKER", False) for each in seats)
    return str(found[0][0]) if found else None


def test_a_room_is_assigned_to_the_node_with_the_most_capacity_left(
    psql: Psql,
) -> None:
    rooms = [room_of(psql, "rick") for _ in range(4)]
    with refused("rooms_topology_has_a_node"):
        psql.run(MOVE, "sfu", rooms[0])
    assert node(psql, "a", capacity=2) == "sfu"
    assert node(psql, "b", capacity=1) == "sfu 2"
    node(psql, "m", "mcu", capacity=9)
    for room in rooms[:3]:
        psql.run(MOVE, "sfu", room)
    assert sorted(str(node_of(psql, room)) for room in rooms[:3]) == ["a", "a", "b"]
    psql.act_as("rick")
    with refused("rooms_topology_has_a_node"):
        psql.run(MOVE, "sfu", rooms[3])
    psql.act_as(None)
    assert node_of(psql, rooms[3]) is None
    # A place that becomes free is there for the next; and a room on a node of another kind takes none.
    psql.run(MOVE, "mcu", rooms[0])
    psql.run(MOVE, "sfu", rooms[3])
    assert (node_of(psql, rooms[0]), node_of(psql, rooms[3])) == ("m", "a")
    psql.run("update rooms set ended_at = now() where id = %s", rooms[3])
    psql.run(MOVE, "mesh", rooms[0])
    assert psql.one("select count(*) from assignments") == 2
    assert psql.one("select count(*) from participants where kind in ('sfu', 'mcu')") == 2


def test_after_a_crash_a_node_has_one_seat_in_its_room_and_none_elsewhere(psql: Psql) -> None:
    hosted, left = room_of(psql, "rick"), room_of(psql, "rick")
    node(psql, "a")
    node(psql, "b")
    for room in (hosted, left):
        psql.run(MOVE, "sfu", room)
    psql.run("truncate nodes, assignments, logs, events, signals")
    psql.run("delete from participants where room_id = %s and kind = 'person'", left)
    assert [node(psql, "b"), node(psql, "a")] == ["sfu", "sfu 2"], "the other way round than before"
    for name in ("a", "b"):
        psql.beat(name)
    assert node_of(psql, hosted) in ("a", "b")
    assert node_of(psql, left) is None


def test_rooms_of_a_stopped_node_are_assigned_to_another_or_wait(
    psql: Psql,
) -> None:
    room = room_of(psql, "rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    psql.beat("a")
    dies(psql, "a")
    node(psql, "m", "mcu")
    assert psql.beat("m") == []
    assert node_of(psql, room) is None
    node(psql, "b")
    before = psql.one("select count(*) from events where table_name = 'participants'")
    assert len(psql.beat("b")) == 1
    assert node_of(psql, room) == "b"
    assert psql.one("select count(*) from events where table_name = 'participants'") > before
    # The dead one comes back to life: the room stays where it is.
    assert psql.beat("a") == []
    psql.run("select node_end_lease('b')")
    assert node_of(psql, room) == "a"


def test_a_node_seat_that_an_operator_deletes_is_restored(psql: Psql) -> None:
    room = room_of(psql, "rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    was = psql.one("select peer_id from assignments")
    psql.run("delete from participants where kind = 'sfu'")
    psql.beat("a")
    assert node_of(psql, room) == "a"
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
    psql.beat("a")
    assert (node_of(psql, now), node_of(psql, tomorrow)) == (None, None)
    psql.act_as("rick").run("select join_room(%s), join_room(%s)", now, tomorrow)
    psql.act_as(None).beat("a")
    assert (node_of(psql, now), node_of(psql, tomorrow)) == ("a", None)
    psql.act_as("rick").run("select open_room(%s)", tomorrow)
    psql.act_as(None)
    assert node_of(psql, tomorrow) == "a"


def test_empty_rooms_take_no_places_and_a_room_has_a_node_from_the_first_participant_to_the_last(
    psql: Psql, connect: Connect
) -> None:
    node(psql, "a", capacity=2)
    rooms = [psql.room("rick") for _ in range(10)]
    for room in rooms:
        psql.run(MOVE, "sfu", room)
    psql.beat("a")
    assert psql.one("select count(*) from assignments") == 0
    listener = Psql(connect())
    listener.run("listen roomtone")
    psql.seat(rooms[0], "anna")
    assert node_of(psql, rooms[0]) == "a", "in the transaction of the join"
    assert '{"node" : "a"}' in notified(listener)
    psql.seat(rooms[1], "rick")
    psql.seat(rooms[2], "bo")
    assert (node_of(psql, rooms[1]), node_of(psql, rooms[2])) == ("a", None), "no capacity left"

    # The host's seat stays when the host leaves, and keeps no node.
    psql.run("delete from participants where user_id = %s", psql.person_id("rick"))
    notified(listener)
    psql.beat("a")
    assert [node_of(psql, room) for room in rooms[:3]] == ["a", None, "a"]
    assert '{"node" : "a"}' in notified(listener)
    psql.run("delete from participants where user_id = %s", psql.person_id("bo"))
    psql.beat("a")
    psql.act_as("rick").run("select join_room(%s)", rooms[1])
    psql.act_as(None)
    assert node_of(psql, rooms[1]) == "a", "a host who comes back is a participant"


def test_a_bot_alone_keeps_its_node(psql: Psql) -> None:
    node(psql, "a")
    room = psql.room("rick")
    psql.run(MOVE, "sfu", room)
    psql.run(
        "insert into participants (room_id, user_id) select %s, id from sign_in('band', 'bot')",
        room,
    )
    psql.beat("a")
    assert node_of(psql, room) == "a"


def test_who_joins_while_nodes_are_assigned_waits_for_nobody_and_a_node_is_notified(
    psql: Psql, connect: Connect
) -> None:
    node(psql, "a")
    room = psql.room("rick")
    psql.run(MOVE, "sfu", room)
    slow, listener = Psql(connect()), Psql(connect())
    listener.run("listen roomtone")
    slow.run("begin")
    slow.run("select pg_advisory_xact_lock(hashtext('roomtone nodes'))")
    psql.run("set lock_timeout = '2s'")
    psql.seat(room, "rick")
    assert '{"node" : "a"}' in notified(listener)
    assert psql.beat("a") == [], "a heartbeat waits for nobody, either"
    slow.run("commit")
    psql.beat("a")
    assert node_of(psql, room) == "a"


def test_a_locked_room_holds_up_neither_heartbeats_nor_other_rooms(
    psql: Psql, connect: Connect
) -> None:
    node(psql, "a")
    rooms = [room_of(psql, name) for name in ("rick", "beth")]
    for room in rooms:
        psql.run(MOVE, "sfu", room)
    slow = Psql(connect())
    slow.run("begin")
    slow.run("select from participants where room_id = %s and kind = 'sfu' for update", rooms[0])
    psql.run("delete from participants where kind = 'person'")
    psql.run("set lock_timeout = '5s'")
    psql.beat("a")
    assert [node_of(psql, room) for room in rooms] == ["a", None]
    slow.run("commit")
    psql.beat("a")
    assert node_of(psql, rooms[0]) is None


def test_a_recording_ends_before_its_empty_room_gives_up_the_node(psql: Psql) -> None:
    node(psql, "a")
    room = room_of(psql, "rick")
    psql.run(MOVE, "sfu", room)
    psql.act_as("rick").run("select start_recording(%s)", room)
    psql.act_as(None).run("update recordings set begins_at = announced_at")
    psql.run("select node_recording_begins('a', id) from recordings")
    psql.run("delete from participants where kind = 'person'")
    psql.beat("a")
    assert node_of(psql, room) is None
    assert psql.all("select node_id, ended_reason from recordings") == [
        ("a", "all people had left")
    ]


def notified(listener: Psql) -> list[str]:
    """The payloads that have come so far: they do with the answer to the next statement."""
    listener.run("select")
    return [each.payload for each in listener.connection.notifies(timeout=0)]


@pytest.mark.parametrize(
    "statement",
    [
        "update participants set muted = true where kind = 'sfu'",
        "update participants set role = 'AUDIENCE' where kind = 'sfu'",
        "delete from participants where kind = 'sfu'",
    ],
)
def test_users_cannot_change_the_seat_of_a_node(psql: Psql, statement: LiteralString) -> None:
    room = room_of(psql, "rick")
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    psql.act_as("rick")
    with refused("participants_node_keeps_its_seat"):
        psql.run(statement)


def test_muting_everybody_leaves_the_node_alone(psql: Psql, connect: Connect) -> None:
    room = psql.room("rick")
    for name in ("rick", "beth"):
        psql.seat(room, name)
        psql.act_as(name).run("select unmute(%s)", room)
        psql.act_as(None)
    node(psql, "a")
    psql.run(MOVE, "sfu", room)
    psql.run("begin")
    assert psql.act_as("rick").one("select mute_all(%s)", room) == 1
    other = Psql(connect())
    seat = "select count(*) from (select from participants where kind = 'sfu' for update skip locked) x"
    assert other.one(seat) == 1, "nor does it lock the node's seat"
    psql.act_as(None)
    psql.run("commit")
    assert node_of(psql, room) == "a"
