"""The database gives listeners beyond the first fifty an edge."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..conftest import Connect
from ..people import Psql, notified
from .crowds import check_known, counters, events, head, small
from .edges import at_once, dies, edge_of, listeners, node, serving, sizes, stage

PROMOTED: LiteralString = "update participants set role = 'SPEAKER' where user_id = %s"


@pytest.mark.parametrize("topology", ["sfu", "mcu"])
def test_the_51st_listener_gets_an_edge_and_a_full_edge_is_followed_by_another(
    psql: Psql, connect: Connect, topology: str
) -> None:
    room = stage(psql, topology)
    node(psql, "a", "edge", 7)
    node(psql, "b", "edge", 9)
    told = connect()
    told.execute("listen roomtone")
    listeners(psql, room, 60)
    assert serving(psql, room) == {"stage": 50, "a": 7, "b": 3}
    assert edge_of(psql, room, "person 049") is None
    assert [edge_of(psql, room, f"person {n:03}") for n in (50, 56, 57)] == ["a", "a", "b"]
    assert {'{"node" : "a"}', '{"node" : "b"}'} <= set(notified(told))
    assert counters(psql, room)[:2] == (61, 1), "edges are not people"
    assert [name for name in psql.roster(room) if name.startswith("edge")] == ["edge", "edge 2"]
    joined = psql.one(
        "select record from events where type = 'INSERT' and record ->> 'username' = 'person 050'"
    )
    seat = "select edge::text from roster where room_id = %s and username = 'person 050'"
    assert joined["edge"] == psql.one(seat, room), "in the event with which they join"
    check_known(psql, room, psql.person_id("host"))
    check_known(psql, room, psql.person_id("person 050"))


def test_a_crowd_that_comes_at_once_fills_the_edges_and_the_rest_goes_to_the_stage(
    psql: Psql,
) -> None:
    room = stage(psql)
    node(psql, "a", "edge", 4)
    node(psql, "b", "edge", 4)
    at_once(psql, room, 60)
    assert serving(psql, room) == {"stage": 52, "a": 4, "b": 4}
    psql.run("delete from participants where user_id = %s", psql.person_id("person 059"))
    assert serving(psql, room) == {"stage": 51, "a": 4, "b": 4}
    # Another edge comes: who is beyond the fiftieth moves there.
    node(psql, "c", "edge", 4)
    psql.beat("c")
    assert serving(psql, room) == {"stage": 50, "a": 4, "b": 4, "c": 1}


def test_without_an_edge_and_in_a_mesh_everything_is_as_before(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 2)
    mesh = psql.room("host", "Mesh", "moderated")
    listeners(psql, room, 4)
    assert serving(psql, room) == {"stage": 4}
    node(psql, "a", "edge", 9)
    listeners(psql, mesh, 4)
    assert serving(psql, mesh) == {"stage": 4}


def test_when_an_edge_dies_its_listeners_get_another_or_the_stage(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 5)
    node(psql, "a", "edge", 10)
    node(psql, "b", "edge", 4)
    listeners(psql, room, 15)
    assert serving(psql, room) == {"stage": 5, "a": 10}
    was = psql.one("select edge from participants where user_id = %s", psql.person_id("person 014"))
    dies(psql, "a")
    before = head(psql, room)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 11, "b": 4}
    moved = [e for e in events(psql, room, before) if e[1] == "UPDATE"]
    assert sorted(name for _, _, name, _ in moved) == [f"person {n:03}" for n in range(5, 15)]
    last = psql.all(
        "select record ->> 'edge', old_record ->> 'edge' from events where room_id = %s and seq > %s"
        " and record ->> 'username' = 'person 014'",
        room,
        before,
    )
    assert [(edge is not None, old) for edge, old in last] == [(True, str(was))]
    check_known(psql, room, psql.person_id("host"))
    # It comes back: those beyond the fifth move to it.
    psql.beat("a")
    assert serving(psql, room) == {"stage": 5, "b": 4, "a": 6}
    # It stops in good order.
    psql.run("select node_end_lease('a')")
    assert serving(psql, room) == {"stage": 11, "b": 4}
    psql.run("select node_end_lease('b')")
    assert serving(psql, room) == {"stage": 15}


def test_who_may_soon_speak_is_served_by_the_stage_at_once_and_a_listener_by_an_edge_again(
    psql: Psql,
) -> None:
    room = stage(psql)
    sizes(psql, 1)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 4)
    ways = (
        ("person 001", "select raise_hand(%s)", "select lower_hand(%s)"),
        ("person 002", "select raise_hand(%s)", "select lower_hand(%s)"),
    )
    for name, speak, listen in ways:
        assert edge_of(psql, room, name) == "a"
        before = head(psql, room)
        psql.act_as(name).run(speak, room)
        psql.act_as(None)
        assert edge_of(psql, room, name) is None
        assert [e[:3] for e in events(psql, room, before)] == [("participants", "UPDATE", name)]
        psql.act_as(name).run(listen, room)
        psql.act_as(None)
        assert edge_of(psql, room, name) == "a"
        assert serving(psql, room) == {"stage": 1, "a": 3}
    psql.act_as("host").run("select invite_to_speak(%s, 'person 003')", room)
    psql.act_as(None)
    assert edge_of(psql, room, "person 003") is None, "before the yes"
    psql.act_as("person 003").run("select accept_to_speak(%s)", room)
    psql.act_as(None)
    assert (edge_of(psql, room, "person 003"), serving(psql, room)) == (None, {"stage": 1, "a": 2})
    psql.act_as("person 003").run("select step_down(%s)", room)
    psql.act_as("host").run("select invite_to_speak(%s, 'person 002')", room)
    psql.act_as("person 002").run("select decline_to_speak(%s)", room)
    psql.act_as(None)
    assert serving(psql, room) == {"stage": 1, "a": 3}
    check_known(psql, room, psql.person_id("host"))


def test_several_changes_in_one_transaction_leave_seats_and_counters_right(
    psql: Psql, connect: Connect
) -> None:
    room = stage(psql)
    sizes(psql, 0)
    node(psql, "a", "edge", 99)
    listeners(psql, room, 4)
    both = Psql(connect(autocommit=False))
    first, second, third, fourth = (psql.person_id(f"person {n:03}") for n in range(4))
    both.run("update participants set hand_raised_at = now() where user_id = %s", first)
    both.run("update participants set hand_raised_at = null where user_id = %s", first)
    both.run("update participants set peer_id = gen_random_uuid() where user_id = %s", second)
    both.run("update participants set invited_to_speak_at = now() where user_id = %s", second)
    both.run(PROMOTED, third)
    both.run("update participants set role = 'AUDIENCE' where user_id = %s", third)
    both.run(PROMOTED, third)
    both.run("delete from participants where user_id = %s", fourth)
    both.seat(room, "new")
    both.seat(room, "gone")
    both.run("delete from participants where user_id = %s", both.person_id("gone"))
    both.connection.commit()
    assert serving(psql, room) == {"stage": 1, "a": 2}
    assert edge_of(psql, room, "person 000") == edge_of(psql, room, "new") == "a"
    check_known(psql, room, psql.person_id("host"))


def test_in_a_counted_room_a_listener_learns_of_their_edge_and_the_edge_of_all(psql: Psql) -> None:
    small(psql)
    room = stage(psql)
    sizes(psql, 3)
    node(psql, "a", "edge", 9)
    node(psql, "b", "edge", 9)
    at_once(psql, room, 8)
    assert psql.one("select roster from rooms where id = %s", room) == "counted"
    assert serving(psql, room) == {"stage": 3, "a": 5}
    before = head(psql, room)
    dies(psql, "a")
    psql.beat("b")
    assert serving(psql, room) == {"stage": 3, "b": 5}
    directed = [e for e in events(psql, room, before) if e[1] == "UPDATE"]
    assert len(directed) == 5
    assert all(name == recipient for _, _, name, recipient in directed)
    check_known(psql, room, psql.person_id("person 007"))
    # The edge reads all seats, as the node of the stage does: in its snapshot, and in the log.
    edge = psql.one(
        "select username from participants p join users u on u.id = p.user_id where p.kind = 'edge'"
    )
    psql.act_as(edge)
    named = [
        s["username"] for s in psql.one("select room_snapshot(%s)", room)["seats"] if s["edge"]
    ]
    assert named == [f"person {n:03}" for n in range(3, 8)]
    psql.act_as(None)
    psql.seat(room, "late")
    epoch, seq = psql.all("select epoch, head_seq from logs where room_id = %s", room)[0]
    psql.act_as(edge)
    read = psql.one("select room_log(%s, null, %s, %s)", room, epoch, seq - 1)["events"]
    assert [e["record"]["username"] for e in read] == ["late"]
    psql.act_as("late")
    snapshot = psql.one("select room_snapshot(%s)", room)
    assert [s["edge"] is not None for s in snapshot["seats"]] == [True]
    assert "edge" in {s["kind"] for s in snapshot["participants"]}


@pytest.mark.parametrize(
    "end",
    [
        "update rooms set topology = 'mesh' where id = %s",
        "update rooms set ended_at = now() where id = %s",
    ],
)
def test_a_mesh_and_an_ended_room_have_no_edges(
    psql: Psql, connect: Connect, end: LiteralString
) -> None:
    room = stage(psql)
    sizes(psql, 1)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 4)
    told = connect()
    told.execute("listen roomtone")
    psql.act_as("host").run(end, room)
    psql.act_as(None)
    assert psql.one("select count(*) from assignments") == 0
    assert (
        psql.one("select count(*) from participants where edge is not null or kind = 'edge'") == 0
    )
    assert '{"node" : "a"}' in notified(told)
    check_known(psql, room, psql.person_id("host"))


def test_an_edge_that_serves_nobody_is_taken_away_and_so_is_one_without_a_seat(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 1)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 3)
    psql.run("delete from participants where kind = 'edge'")  # the operator alone may
    psql.beat("stage")
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 1, "a": 2}
    psql.run("delete from participants where room_id = %s and edge is not null", room)
    psql.beat("a")
    assert serving(psql, room) == {"stage": 1}
    assert psql.one("select count(*) from assignments where serves = 'audience'") == 1
    psql.run("update assignments set assigned_at = assigned_at - interval '11 s' where true")
    psql.beat("a")
    assert psql.one("select count(*) from assignments where serves = 'audience'") == 0


def test_after_a_crash_listeners_get_an_edge_again(psql: Psql) -> None:
    room = stage(psql)
    sizes(psql, 2)
    node(psql, "a", "edge", 9)
    listeners(psql, room, 5)
    psql.run("truncate nodes, assignments, logs, events, signals")
    node(psql, "stage", "sfu", 9)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 5}
    node(psql, "a", "edge", 9)
    psql.beat("a")
    assert serving(psql, room) == {"stage": 2, "a": 3}
