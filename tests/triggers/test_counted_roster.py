"""Rooms with many seats: their roster is counted, and the counters equal a count."""

from __future__ import annotations

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, refused
from .crowds import MANY, check_known, counters, events, head, people, roster, small


@pytest.fixture
def room(psql: Psql) -> int:
    """With a moderated stage, its host and six others, so that the roster is counted."""
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    psql.run(MANY, room)
    return room


def test_a_room_turns_to_counted_above_100_seats_and_to_full_below_60(psql: Psql) -> None:
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 100)
    psql.run(MANY + " limit 99", room)
    assert roster(psql, room) == "full"
    before = head(psql, room)
    psql.run(MANY + " offset 99", room)
    assert roster(psql, room) == "counted"
    assert counters(psql, room) == (101, 1, 0, True)
    assert events(psql, room, before) == [
        ("participants", "INSERT", "person 099", None),
        ("rooms", "UPDATE", None, None),
    ]
    assert psql.all("select here, on_stage from hallway where id = %s", room) == [(101, 1)]
    leaving = "delete from participants p where p.room_id = %s and p.user_id in (select u.id from users u where u.username like 'person %%' order by u.id offset %s)"
    psql.run(leaving, room, 59)
    assert (roster(psql, room), counters(psql, room)) == ("counted", (60, 1, 0, True))
    before = head(psql, room)
    psql.run(leaving, room, 58)
    assert (roster(psql, room), counters(psql, room)) == ("full", (59, 1, 0, False))
    assert events(psql, room, before) == [
        ("participants", "DELETE", "person 058", "person 058"),
        ("rooms", "UPDATE", None, None),
        *(("participants", "UPDATE", f"person {n:03}", None) for n in range(58)),
    ]
    check_known(psql, room, psql.person("host"))


def test_in_a_counted_room_only_the_user_learns_of_a_quiet_seat(psql: Psql, room: int) -> None:
    before = head(psql, room)
    psql.seat(room, "late")
    late = psql.person("late")
    psql.run("update participants set peer_id = gen_random_uuid() where user_id = %s", late)
    psql.run("update participants set hand_raised_at = now() where user_id = %s", late)
    psql.run("update participants set hand_raised_at = null where user_id = %s", late)
    psql.run("update participants set invited_to_speak_at = now() where user_id = %s", late)
    psql.run("update participants set role = 'SPEAKER' where user_id = %s", late)
    psql.run("update participants set role = 'AUDIENCE' where user_id = %s", late)
    psql.run("delete from participants where user_id = %s", late)
    found = events(psql, room, before)
    assert [event[:3] for event in found] == [
        ("participants", "INSERT", "late"),
        *[("participants", "UPDATE", "late")] * 6,
        ("participants", "DELETE", "late"),
    ]
    assert [event[3] for event in found] == ["late", "late", *[None] * 5, "late"]
    check_known(psql, room, psql.person("host"))
    check_known(psql, room, psql.person("person 000"))


def test_the_last_of_a_crowd_end_with_the_room(psql: Psql, room: int) -> None:
    psql.run("update rooms set ended_at = now() where id = %s", room)
    assert roster(psql, room) == "counted"
    assert counters(psql, room) == (0, 0, 0, True)
    assert psql.one("select count(distinct recipient) from events where reason = 'room ended'") == 6


def test_the_log_that_begins_after_a_crash_counts_the_seats_also_those_of_its_own_transaction(
    psql: Psql, connect: Connect
) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    first, *_, last = people(psql, 6)
    psql.run(MANY, room)
    psql.run("truncate logs, events, signals")
    assert psql.all("select here, on_stage from hallway where id = %s", room) == [(7, 1)]
    slow = Psql(connect(autocommit=False))
    slow.run("delete from participants where user_id in (%s, %s)", first, last)
    slow.seat(room, "new")
    slow.run("update participants set hand_raised_at = now() where user_id = %s", first + 1)
    slow.connection.commit()
    assert counters(psql, room) == (6, 1, 1, True)
    psql.seat(room, "newer")
    assert counters(psql, room) == (7, 1, 1, True)
    psql.run("truncate logs, events, signals")
    psql.run("select relay_logs(%s)", [room])
    assert counters(psql, room) == (7, 1, 1, True)


def test_a_locked_room_is_not_waited_for_and_turns_when_its_lock_ends(
    psql: Psql, connect: Connect
) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 6)
    slow = Psql(connect(autocommit=False))
    slow.run("update rooms set name = 'Renamed' where id = %s", room)
    psql.run("set lock_timeout = '2s'")
    psql.run(MANY, room)
    assert roster(psql, room) == "full"
    slow.connection.commit()
    assert roster(psql, room) == "counted"
    check_known(psql, room, psql.person("host"))


def test_only_the_database_sets_the_roster(psql: Psql) -> None:
    room = psql.room("host")
    with refused("rooms_roster_follows_the_seats"):
        psql.run("update rooms set roster = 'counted' where id = %s", room)
    psql.act_as("host")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("update rooms set roster = 'counted' where id = %s", room)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("insert into rooms (name, roster) values ('Crowd', 'counted')")


def test_in_a_counted_mesh_the_audience_offers_and_the_stage_learns_its_seat(
    psql: Psql, room: int
) -> None:
    speaker = psql.seat(room, "speaker", "SPEAKER")
    psql.act_as("person 001").signal(room, speaker, "offer")  # was there before the speaker
    psql.act_as(None)
    offer = psql.one("select record from events where table_name = 'signals'")
    assert offer["seat"]["username"] == "person 001"
    assert psql.one("select record ? 'seat' from events where table_name = 'signals'")
    psql.act_as("speaker")
    mine = psql.one(
        "select peer_id::text from participants where user_id = %s", psql.person_id("person 001")
    )
    psql.signal(room, mine, "answer")
    snapshot = psql.one("select room_snapshot(%s)", room)
    assert [seat["username"] for seat in snapshot["seats"]] == ["person 001", "speaker"]
    assert {seat["username"] for seat in snapshot["participants"]} == {"host", "speaker"}
    psql.act_as(None)
    before = head(psql, room)
    psql.run("delete from participants where user_id = %s", psql.person("person 001"))
    assert events(psql, room, before) == [
        ("participants", "DELETE", "person 001", "person 001"),
        ("participants", "DELETE", "person 001", "speaker"),
    ]


def test_a_media_node_is_sent_every_seat_of_a_counted_room(psql: Psql) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    psql.node("n", "sfu", 9)
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    people(psql, 6)
    psql.run(MANY, room)
    assert counters(psql, room) == (7, 1, 0, True)  # without the node
    before = head(psql, room)
    psql.seat(room, "late")
    epoch = psql.one("select epoch from logs where room_id = %s", room)
    log = "select room_log(%s, null, %s, %s) -> 'events'"
    psql.act_as("sfu")
    snapshot = psql.one("select room_snapshot(%s)", room)
    assert len(snapshot["seats"]) == 7
    assert {seat["kind"] for seat in snapshot["participants"]} == {"person", "sfu"}
    names = [event["record"]["username"] for event in psql.one(log, room, epoch, before)]
    assert names == ["late"]
    assert psql.act_as("person 002").one(log, room, epoch, before) == []
    own = psql.act_as("late").one(log, room, epoch, before)
    assert [event["record"]["username"] for event in own] == ["late"]


def test_a_log_keeps_the_time_since_when_nobody_is_in_the_room(psql: Psql) -> None:
    room = psql.room("host")
    deserted = "select deserted_at is not null from logs where room_id = %s"
    assert psql.one(deserted, room) is False
    psql.seat(room, "anna")
    psql.seat(room, "bo")
    psql.run("delete from participants where user_id = %s", psql.person("bo"))
    assert psql.one(deserted, room) is False
    psql.run("delete from participants where user_id = %s", psql.person("anna"))
    assert psql.one(deserted, room) is True
    psql.seat(room, "anna")
    assert psql.one(deserted, room) is False


def test_a_roster_stays_full_while_relays_of_the_first_release_may_be_running(psql: Psql) -> None:
    small(psql)
    room = psql.room("host", stage="moderated")
    psql.seat(room, "host")
    people(psql, 7)
    installed = (
        "insert into schema_installs (fingerprint, version, installed_at, revision, oldest_relay)"
        " values ('f', 'v', clock_timestamp(), 3, %s)"
    )
    psql.run(installed, 1)
    psql.run(MANY + " limit 6", room)
    assert roster(psql, room) == "full"
    check_known(psql, room, psql.person("host"))
    psql.run(installed, 3)
    psql.run(MANY + " offset 6", room)
    assert roster(psql, room) == "counted"
