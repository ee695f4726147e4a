"""A room with more people than its node has capacity for gives listeners to a node of another stage, which they see as an edge."""

from __future__ import annotations

from roomtone.postgres.schema_files import REVISION

from ..people import Psql, refused
from .crowds import check_known, events, head
from .edges import at_once, dies, edge_of, listeners, node, serving, sizes


def small_stage(psql: Psql, capacity: int) -> int:
    """A moderated room with its host, on an SFU node of this capacity."""
    psql.run(f"set roomtone.revision = '{REVISION}'")  # as nodes of this release say
    node(psql, "stage", "sfu", capacity)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    return room


def more(psql: Psql, room: int, number: int) -> None:
    """Further listeners."""
    for n in range(number):
        psql.seat(room, f"late {n}")


def test_listeners_beyond_the_capacity_of_the_stage_go_to_another_node_and_speakers_stay(
    psql: Psql,
) -> None:
    room = small_stage(psql, 6)
    listeners(psql, room, 7)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 7}, "there is no other node"
    node(psql, "second", "sfu", 4)
    psql.beat("second")
    assert serving(psql, room) == {"stage": 5, "second": 2}
    assert edge_of(psql, room, "person 006") == "second", "the newest"
    seats = psql.all("select node_serves(n.id, %s) from nodes n order by n.id", room)
    assert seats == [("audience",), ("stage",)]
    kinds = "select string_agg(p.kind, ' ' order by p.kind) from participants p where p.kind not in ('person', 'bot')"
    assert psql.one(kinds) == "edge sfu"
    # From now on with the join, until that node is full, too.
    before = head(psql, room)
    more(psql, room, 3)
    assert serving(psql, room) == {"stage": 6, "second": 4}
    assert [e[:3] for e in events(psql, room, before)] == [
        ("participants", "INSERT", f"late {n}") for n in range(3)
    ]
    # One who leaves the stage's node makes place there: the next one is served by it, and nobody is moved back.
    for name in ("person 000", "person 001"):
        psql.run("delete from participants where user_id = %s", psql.person_id(name))
    psql.beat("stage")
    psql.beat("second")
    assert serving(psql, room) == {"stage": 4, "second": 4}
    psql.seat(room, "next")
    assert serving(psql, room) == {"stage": 5, "second": 4}
    check_known(psql, room, psql.person_id("host"))


def test_a_new_speaker_makes_each_listener_dearer_and_who_may_soon_speak_comes_to_the_stage(
    psql: Psql,
) -> None:
    room = small_stage(psql, 12)
    node(psql, "second", "mcu", 100)
    listeners(psql, room, 8)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 8}
    psql.act_as("host").run("select invite_to_speak(%s, 'person 000')", room)
    psql.act_as("person 000").run("select accept_to_speak(%s)", room)
    psql.act_as(None)
    psql.beat("stage")
    # Two voices for each of six people.
    assert serving(psql, room) == {"stage": 4, "second": 3}
    psql.act_as("person 007").run("select raise_hand(%s)", room)
    psql.act_as(None)
    assert edge_of(psql, room, "person 007") is None
    psql.act_as("host").run("select promote(%s, 'person 007', 'SPEAKER')", room)
    psql.act_as(None)
    psql.beat("stage")
    # Three voices for each of four people.
    assert serving(psql, room) == {"stage": 1, "second": 5}
    before = head(psql, room)
    psql.act_as("host").run("select promote(%s, 'person 007', 'AUDIENCE')", room)
    psql.act_as(None)
    for name in ("stage", "second", "stage"):
        psql.beat(name)
    assert len(events(psql, room, before)) == 1, "and nobody is moved to and fro"


def test_edges_come_first_and_without_need_no_other_node_serves_listeners(psql: Psql) -> None:
    room = small_stage(psql, 6)
    sizes(psql, 3)
    node(psql, "second", "sfu", 100)
    node(psql, "a", "edge", 3)
    at_once(psql, room, 4)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 3, "a": 1}
    more(psql, room, 8)
    psql.beat("stage")
    # The edge is full, and the stage takes more than it should, but no more than it can.
    assert serving(psql, room) == {"stage": 5, "a": 3, "second": 4}
    dies(psql, "a")
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 5, "second": 7}
    dies(psql, "second")
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 12}


def test_what_a_node_sends_to_listeners_of_others_counts_for_its_own_rooms(psql: Psql) -> None:
    room = small_stage(psql, 4)
    node(psql, "second", "mcu", 5)
    listeners(psql, room, 6)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 3, "second": 3}
    assert psql.all("select node_load('second'), node_load('stage')") == [(3, 4)]
    other = psql.room("hostess", "Other", "moderated")
    for name in ("hostess", "one", "two"):
        psql.seat(other, name)
    with refused("rooms_topology_has_a_node"):
        psql.run("update rooms set topology = 'mcu' where id = %s", other)
    psql.run("delete from participants where user_id = %s", psql.person_id("person 001"))
    psql.run("delete from participants where room_id = %s and edge is not null", room)
    psql.run("update rooms set topology = 'mcu' where id = %s", other)
    assert psql.one("select node_load('second')") == 3


def test_a_node_that_serves_listeners_takes_the_stage_if_it_is_the_only_one_left(
    psql: Psql,
) -> None:
    room = small_stage(psql, 4)
    node(psql, "second", "sfu", 9)
    listeners(psql, room, 6)
    psql.beat("stage")
    assert serving(psql, room) == {"stage": 3, "second": 3}
    dies(psql, "stage")
    psql.beat("second")
    assert serving(psql, room) == {"stage": 6}
    assert psql.all("select node_id, serves from assignments") == [("second", "stage")]
    assert psql.one("select count(*) from participants where kind = 'sfu'") == 1
    check_known(psql, room, psql.person_id("host"))
    # The host moves the room to the kind of the node that serves its listeners.
    node(psql, "third", "mcu", 100)
    more(psql, room, 5)
    psql.beat("third")
    assert serving(psql, room) == {"stage": 8, "third": 3}
    psql.act_as("host").run("update rooms set topology = 'mcu' where id = %s", room)
    psql.act_as(None)
    psql.beat("third")
    assert serving(psql, room) == {"stage": 11}
    assert psql.all("select node_id, serves from assignments") == [("third", "stage")]
    check_known(psql, room, psql.person_id("host"))
