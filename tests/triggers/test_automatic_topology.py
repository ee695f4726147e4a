"""The database chooses the topology of a room: a mesh for few people, an SFU for more."""

from __future__ import annotations

from typing import LiteralString

import pytest

from ..conftest import Connect
from ..people import Psql, refused
from .crowds import check_known
from .edges import dies, listeners, node

NOW: LiteralString = (
    "select r.topology, r.topology_is_auto, r.topology_reason from rooms r where r.id = %s"
)


def automatic(psql: Psql, name: str = "Tea") -> int:
    """A room with an open stage and its host."""
    room = psql.room("host", name)
    psql.seat(room, "host")
    return room


def speakers(psql: Psql, room: int, *names: str) -> None:
    for name in names:
        psql.seat(room, name)


def chosen(psql: Psql, room: int) -> tuple[str, str]:
    """The topology that the database has chosen, and why."""
    topology, automatic, reason = psql.all(NOW, room)[0]
    assert automatic
    return topology, reason


def leave(psql: Psql, room: int, *names: str) -> None:
    for name in names:
        psql.run(
            "delete from participants where room_id = %s and user_id = %s",
            room,
            psql.person_id(name),
        )


@pytest.mark.parametrize(
    ("now", "here", "on_stage", "broadcast", "then"),
    [
        ("mesh", 1, 1, False, ("mesh", "few")),
        ("mesh", 8, 4, False, ("mesh", "few")),
        ("mesh", 5, 5, False, ("sfu", "many_speakers")),
        ("mesh", 9, 1, False, ("sfu", "many_people")),
        ("sfu", 4, 4, False, ("sfu", "many_people")),
        ("sfu", 7, 3, False, ("sfu", "many_people")),
        ("sfu", 9, 5, False, ("sfu", "many_speakers")),
        ("sfu", 6, 3, False, ("mesh", "few")),
        ("mcu", 6, 3, False, ("mesh", "few")),
        ("mcu", 7, 3, False, ("sfu", "many_people")),
        ("mesh", 1, 1, True, ("sfu", "mix_is_used")),
        ("sfu", 9, 5, True, ("sfu", "many_speakers")),
    ],
)
def test_the_rule(
    psql: Psql, now: str, here: int, on_stage: int, broadcast: bool, then: tuple[str, str]
) -> None:
    rule = "select * from topology_for(%s, %s, %s, %s)"
    assert psql.all(rule, now, here, on_stage, broadcast) == [then]


def test_a_new_room_is_a_mesh_becomes_an_sfu_with_the_fifth_speaker_and_a_mesh_later_again(
    psql: Psql,
) -> None:
    node(psql, "a", "sfu", 1000)
    room = automatic(psql)
    speakers(psql, room, "b", "c", "d")
    assert chosen(psql, room) == ("mesh", "few")
    psql.person("e")
    psql.act_as("e").run("select join_room(%s)", room)
    psql.act_as(None)
    assert chosen(psql, room) == ("sfu", "many_speakers")
    assert psql.one("select node_id from assignments where room_id = %s", room) == "a"
    leave(psql, room, "e")
    assert chosen(psql, room)[0] == "sfu"
    leave(psql, room, "d")
    assert chosen(psql, room) == ("mesh", "few")
    assert psql.one("select count(*) from assignments") == 0
    moves = "select old_record ->> 'topology', record ->> 'topology' from events where room_id = %s and table_name = 'rooms' and type = 'UPDATE' order by seq"
    assert psql.all(moves, room) == [("mesh", "sfu"), ("sfu", "mesh")]
    check_known(psql, room, psql.person_id("host"))


def test_a_ninth_person_is_too_many_for_a_mesh_and_the_operator_may_say_otherwise(
    psql: Psql,
) -> None:
    node(psql, "a", "sfu", 1000)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    listeners(psql, room, 7)
    assert chosen(psql, room) == ("mesh", "few")
    psql.seat(room, "late")
    assert chosen(psql, room) == ("sfu", "many_people")
    leave(psql, room, "late", "person 006")
    assert chosen(psql, room)[0] == "sfu"
    leave(psql, room, "person 005")
    assert chosen(psql, room) == ("mesh", "few")
    psql.run("insert into topology_sizes (mesh_speakers, mesh_people) values (2, 20)")
    speakers(psql, room, *(f"more {n}" for n in range(9)))
    assert chosen(psql, room) == ("mesh", "few")
    for n in (0, 1):
        psql.run(
            "update participants set role = 'SPEAKER' where user_id = %s",
            psql.person_id(f"more {n}"),
        )
    assert chosen(psql, room) == ("sfu", "many_speakers")


def test_the_host_chooses_and_gives_the_choice_back(psql: Psql) -> None:
    node(psql, "a", "sfu", 1000)
    node(psql, "m", "mcu", 1000)
    room = automatic(psql)
    psql.act_as("host").run("update rooms set topology = 'mesh' where id = %s", room)
    psql.act_as(None)
    speakers(psql, room, *"bcdefghijk")
    assert psql.all(NOW, room) == [("mesh", False, "host")]
    psql.act_as("host").run("update rooms set topology = 'mcu' where id = %s", room)
    assert psql.all(NOW, room) == [("mcu", False, "host")]
    psql.run("update rooms set topology = 'auto' where id = %s", room)
    assert psql.all(NOW, room) == [("sfu", True, "many_speakers")]
    psql.run("update rooms set topology = 'mesh' where id = %s", room)
    psql.run("update rooms set topology = 'auto' where id = %s", room)
    psql.act_as(None)
    assert chosen(psql, room) == ("sfu", "many_speakers")
    psql.act_as("b")
    assert psql.run("update rooms set topology = 'mesh' where id = %s", room) == 0
    psql.act_as(None).run(
        "update participants set role = 'MODERATOR' where user_id = %s", psql.person_id("b")
    )
    with refused("rooms_only_the_host_changes_them"):
        psql.act_as("b").run("update rooms set topology = 'mesh' where id = %s", room)
    explicit = psql.act_as("host").one(
        "insert into rooms (name, topology) values ('Mine', 'mesh') returning topology_is_auto"
    )
    assert explicit is False
    assert (
        psql.one(
            "insert into rooms (name, topology) values ('Auto', 'auto') returning topology_is_auto"
        )
        is True
    )


def test_without_a_node_a_room_stays_a_mesh_and_says_so_and_moves_when_one_comes(
    psql: Psql,
) -> None:
    room = automatic(psql)
    speakers(psql, room, "b", "c", "d", "e")
    assert chosen(psql, room) == ("mesh", "no_node")
    node(psql, "full", "sfu", 24)
    other = psql.room("host", "Other")
    psql.seat(other, "host")
    psql.run("update rooms set topology = 'sfu' where id = %s", other)
    psql.beat("full")
    assert chosen(psql, room) == ("mesh", "no_node")
    node(psql, "a", "sfu", 1000)
    psql.beat("a")
    assert chosen(psql, room) == ("sfu", "many_speakers")


def test_a_room_whose_only_node_dies_becomes_a_mesh_and_says_so_and_moves_when_one_comes(
    psql: Psql,
) -> None:
    node(psql, "a", "sfu", 1000)
    node(psql, "e", "edge", 1000)
    room = automatic(psql)
    speakers(psql, room, "b", "c", "d", "e")
    psql.run("insert into topology_sizes (edge_after) values (0)")
    listeners(psql, room, 2)
    recorded = automatic(psql, "Recorded")
    speakers(psql, recorded, "b", "c", "d", "e")
    psql.act_as("host").run("select start_recording(%s)", recorded)
    psql.act_as(None)
    heard = automatic(psql, "Heard by anybody")
    psql.run("update rooms set broadcast = true where id = %s", heard)
    big = psql.room("host", "Big", stage="moderated")
    listeners(psql, big, 51)
    assert psql.one("select count(*) from assignments where serves = 'stage'") == 4
    dies(psql, "a")
    psql.beat("e")
    assert chosen(psql, room) == ("mesh", "no_node")
    assert (
        psql.one("select count(*) from participants where edge is not null and room_id = %s", room)
        == 0
    )
    assert chosen(psql, recorded)[0] == "sfu", "its recording continues on the next node"
    assert chosen(psql, heard)[0] == "sfu", "and so does its stream"
    assert chosen(psql, big)[0] == "sfu", "most would hear nobody in so large a mesh"
    node(psql, "c", "sfu", 1000)
    psql.beat("c")
    assert chosen(psql, room) == ("sfu", "many_speakers")
    assert psql.one("select count(*) from assignments where node_id = 'c'") == 4
    dies(psql, "c", "e")
    psql.run("select relay_expire_orphaned_seats('4 seconds', '10 seconds')")
    assert chosen(psql, room) == ("mesh", "no_node"), "relays see to it when no node lives"


def test_a_room_goes_back_to_a_mesh_when_its_mix_is_used_no_more(psql: Psql) -> None:
    node(psql, "a", "sfu", 1000)
    room = automatic(psql)
    speakers(psql, room, "b", "c", "d", "e")
    psql.act_as("host").run("select start_recording(%s)", room)
    psql.act_as(None)
    leave(psql, room, "c", "d", "e")
    psql.beat("a")
    assert chosen(psql, room) == ("sfu", "mix_is_used")
    psql.act_as("host").run("select stop_recording(%s)", room)
    psql.run("update rooms set broadcast = true where id = %s", room)
    psql.act_as(None).beat("a")
    assert chosen(psql, room) == ("sfu", "mix_is_used")
    psql.run("update rooms set broadcast = false where id = %s", room)
    assert chosen(psql, room) == ("mesh", "few")
    psql.run("update rooms set broadcast = true where id = %s", room)
    assert chosen(psql, room) == ("sfu", "mix_is_used"), "a mesh has no mix to listen to"


def test_who_joins_waits_neither_for_a_locked_room_nor_for_the_assignment_of_nodes(
    psql: Psql, connect: Connect
) -> None:
    node(psql, "a", "sfu", 1000)
    room = automatic(psql)
    speakers(psql, room, "b", "c", "d")
    slow = Psql(connect(autocommit=False))
    slow.run("update rooms set name = 'Coffee' where id = %s", room)
    psql.run("set lock_timeout = '5s'")
    psql.seat(room, "e")
    assert chosen(psql, room)[0] == "mesh"
    slow.connection.commit()
    assert chosen(psql, room)[0] == "sfu", "by the transaction that had it locked"
    leave(psql, room, "d", "e")
    assert chosen(psql, room)[0] == "mesh"
    slow.run("select pg_advisory_xact_lock(hashtext('roomtone nodes'))")
    speakers(psql, room, "d", "e")
    assert chosen(psql, room)[0] == "mesh"
    slow.connection.commit()
    psql.beat("a")
    assert chosen(psql, room)[0] == "sfu"
