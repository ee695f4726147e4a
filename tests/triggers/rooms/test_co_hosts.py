"""Co-hosts: whom the host names to open and run the room."""

from __future__ import annotations

import pytest

from ...people import Psql, refused
from .joining import join
from .test_schedule import plan


@pytest.fixture
def planned(psql: Psql) -> int:
    """A planned room of rick's, with the co-host anna; bo is somebody else."""
    for name in ("rick", "anna", "bo"):
        psql.person(name)
    room = plan(psql, "rick")
    psql.run("update rooms set stage = 'moderated', locked = true where id = %s", room)
    assert psql.act_as("rick").one("select add_co_host(%s, 'Anna')", room) is True
    assert psql.one("select add_co_host(%s, 'anna')", room) is False
    psql.act_as(None)
    return room


def test_a_co_host_enters_before_it_opens_opens_it_moderates_and_ends_it(
    psql: Psql, planned: int
) -> None:
    room = planned
    assert psql.all("select co_hosts from hallway") == [(["anna"],)]
    psql.act_as("anna")
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select end_room(%s)", room)
    for change in (
        "name = 'Mine'",
        "starts_at = now()",
        "host_id = acting_user()",
        "co_host_ids = '{}', locked = false, stage = 'open'",
    ):
        with refused("rooms_only_the_host_changes_them"):
            psql.connection.execute(f"update rooms set {change} where id = {room}".encode())
    join(psql, room, "anna")
    assert psql.one("select role from roster") == "MODERATOR"
    assert psql.act_as("anna").one("select lock_room(%s, false)", room) is True
    assert psql.one("select opened_at = now() from open_room(%s)", room) is True
    join(psql, room, "bo")
    psql.act_as("bo").one("select raise_hand(%s)", room)
    assert psql.act_as("anna").one("select promote(%s, 'bo')", room) == "SPEAKER"
    psql.one("select leave_room(%s)", room)
    assert psql.one("select mute(%s, 'bo')", room) is not None, "also while away"
    assert psql.one("select ended_at is not null from end_room(%s, 'Good night')", room) is True


def test_a_room_for_the_invited_is_seen_by_its_co_hosts(psql: Psql, planned: int) -> None:
    psql.run("update rooms set access = 'invited' where id = %s", planned)
    assert psql.act_as("anna").count("hallway") == 1
    assert psql.act_as("bo").count("hallway") == 0
    [(row,)] = psql.act_as(None).all("select hallway_rows()")
    assert sorted(row["readers"]) == sorted([psql.person("rick"), psql.person("anna")])
    psql.act_as("anna").run("insert into invitations (room_id) values (%s)", planned)
    assert psql.one("select remove_co_host(%s, 'anna')", planned) is True
    assert psql.count("hallway") == 0
    assert psql.act_as(None).count("invitations") == 0, "made with a right that is gone"


def test_only_the_host_names_co_hosts_and_everybody_stops_being_one(
    psql: Psql, planned: int
) -> None:
    psql.act_as("bo")
    for call in ("add_co_host(%s, 'bo')", "remove_co_host(%s, 'anna')"):
        with refused("rooms_only_the_host_changes_them"):
            psql.one(f"select {call}", planned)
    psql.act_as("anna")
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select add_co_host(%s, 'bo')", planned)
    assert psql.one("select remove_co_host(%s, 'anna')", planned) is True
    assert psql.one("select co_host_ids from rooms") == []
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select open_room(%s)", planned)
    with refused("participants_room_has_opened"):
        join(psql, planned, "anna")


def test_who_cannot_be_a_co_host_is_refused_by_one_rule(psql: Psql, planned: int) -> None:
    for name in ("foe", "off", "out"):
        psql.person(name)
    psql.run("insert into users (username, kind) values ('echo', 'bot')")
    psql.run("update users set disabled_at = now() where username = 'off'")
    psql.act_as("foe").one("select block('rick')")
    psql.act_as("rick").one("select ban_from_room(%s, 'out')", planned)
    for name in ("rick", "foe", "off", "out", "echo"):
        with refused("rooms_co_hosts_can_be_named"):
            psql.one("select add_co_host(%s, %s)", planned, name)
    with refused("bans_co_hosts_are_never_banned"):
        psql.one("select ban_from_room(%s, 'anna')", planned)
    psql.act_as(None)
    people = [psql.person(f"person {n}") for n in range(11)]
    psql.act_as("rick")
    with refused("rooms_co_hosts_are_few"):
        psql.run("update rooms set co_host_ids = %s where id = %s", people, planned)
    doubled = [people[1], people[0], people[1], None]
    psql.run("update rooms set co_host_ids = %s where id = %s", doubled, planned)
    assert psql.one("select co_host_ids from rooms") == [people[1], people[0]]


def test_a_speaker_who_becomes_a_co_host_moderates_at_once(psql: Psql, planned: int) -> None:
    psql.act_as("rick").one("select open_room(%s)", planned)
    psql.run("update rooms set locked = false, stage = 'open' where id = %s", planned)
    join(psql, planned, "bo")
    psql.act_as("rick").one("select add_co_host(%s, 'bo')", planned)
    assert psql.one("select role from roster") == "MODERATOR"
    logged = "select describe_event(e) from events e where e.table_name = 'rooms' and room_id = %s order by seq desc limit 1"
    assert psql.act_as(None).one(logged, planned) == "the co-hosts are anna, bo"


def test_a_new_co_host_is_told_until_they_have_seen_it(psql: Psql, planned: int) -> None:
    told = "select room_id, named_by from co_host_notices"
    rick = psql.person_id("rick")
    assert psql.act_as("bo").all(told) == []
    assert psql.act_as("anna").all(told) == [(planned, rick)]
    psql.run("delete from co_host_notices")
    psql.act_as("rick").one("select add_co_host(%s, 'bo')", planned)
    assert psql.act_as("anna").all(told) == [], "she has seen it"
    assert psql.act_as("bo").all(told) == [(planned, rick)]
    psql.act_as("rick").one("select remove_co_host(%s, 'bo')", planned)
    assert psql.act_as("bo").all(told) == []
    psql.act_as("rick").one("select add_co_host(%s, 'bo')", planned)
    psql.one("select end_room(%s)", planned)
    assert psql.act_as("bo").all(told) == []
