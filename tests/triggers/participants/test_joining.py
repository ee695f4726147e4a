"""Seats: who may take which, and what joining again changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ...conftest import Connect
from ...people import Psql, refused


def test_participants_join_an_open_stage_as_muted_speakers(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna")
    assert psql.all("select role, muted from join_room(%s)", room) == [("SPEAKER", True)]


def test_participants_join_a_moderated_stage_as_audience(psql: Psql) -> None:
    room = psql.room("rick", stage="moderated")
    psql.act_as("anna")
    assert psql.one("select role from join_room(%s)", room) == "AUDIENCE"


def test_the_host_joins_as_host(psql: Psql) -> None:
    room = psql.room("rick", stage="moderated")
    psql.act_as("rick")
    assert psql.one("select role from join_room(%s)", room) == "HOST"


def test_a_user_may_join_as_audience(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna")
    assert psql.one("select role from join_room(%s, 'AUDIENCE')", room) == "AUDIENCE"


@pytest.mark.parametrize("role", ["HOST", "MODERATOR", "SPEAKER"])
def test_a_user_cannot_join_a_moderated_stage_as_speaker(psql: Psql, role: str) -> None:
    room = psql.room("rick", stage="moderated")
    psql.act_as("anna")
    with refused("participants_role_is_allowed"):
        psql.one("select join_room(%s, %s)", room, role)


def test_a_user_cannot_join_as_another_user(psql: Psql) -> None:
    room, bo = psql.room("rick"), psql.person("bo")
    psql.act_as("anna")
    with refused("participants_only_for_yourself"):
        psql.run("insert into participants (room_id, user_id) values (%s, %s)", room, bo)


def test_joining_a_room_that_is_not_there_says_so(psql: Psql) -> None:
    psql.act_as("anna")
    with pytest.raises(psycopg.errors.NoDataFound, match="there is no room 4711"):
        psql.one("select join_room(4711)")


def test_joining_an_ended_room_is_refused(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("rick").one("select end_room(%s)", room)
    psql.act_as("anna")
    with refused("participants_room_is_open"):
        psql.one("select join_room(%s)", room)


def test_joining_again_is_a_new_session_in_the_same_role(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna")
    first = psql.one("select peer_id from join_room(%s, 'AUDIENCE')", room)
    before = psql.one("select seq from roster")
    assert psql.one("select peer_id from join_room(%s)", room) != first
    assert psql.all("select role, muted, seq > %s from roster", before) == [
        ("AUDIENCE", True, True)
    ]


def test_the_position_of_the_join_event_orders_newcomers(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("bo", "rick", "anna"):
        psql.seat(room, name)
    assert psql.roster(room) == ["bo", "rick", "anna"]
    assert psql.all("select seq from participants order by seq") == psql.all(
        "select seq from events where table_name = 'participants' order by seq"
    )


def test_a_seat_taken_while_the_room_ends_is_refused_at_commit(connect: Connect) -> None:
    psql, late = Psql(connect()), Psql(connect(autocommit=False))
    room = psql.room("rick")
    psql.person("anna")
    late.connection.rollback()
    late.seat(room, "anna")
    psql.act_as("rick").one("select end_room(%s)", room)
    with refused("participants_room_is_open"):
        late.connection.commit()
    assert psql.count("participants") == 0


def test_rows_inserted_by_hand_have_no_lease(psql: Psql) -> None:
    psql.seat(psql.room("rick"), "anna")
    assert psql.all("select served_by, expires_at from participants") == [(None, None)]


def test_a_seat_taken_through_a_relay_expires_unless_followed(psql: Psql) -> None:
    room = psql.room("rick")
    psql.run("select set_config('roomtone.node', 'relay-1', false)")
    psql.run("select set_config('roomtone.grace', '3s', false)")
    peer = psql.seat(room, "anna")
    expires_at = psql.one("select expires_at from participants")
    assert abs(expires_at - datetime.now(UTC) - timedelta(seconds=3)) < timedelta(seconds=2)
    assert str(psql.one("select relay_serve_seats('relay-1', %s::uuid[])", [peer])) == peer
    assert psql.one("select expires_at from participants") is None


def test_a_relay_cannot_serve_the_seat_of_an_old_session(psql: Psql) -> None:
    room = psql.room("rick")
    stale = psql.seat(room, "anna")
    psql.act_as("anna").one("select join_room(%s)", room)
    psql.act_as(None)
    assert psql.all("select relay_serve_seats('relay-1', %s::uuid[])", [stale]) == []


def test_commits_of_seats_do_not_wait_for_the_disk_and_others_do(connect: Connect) -> None:
    psql = Psql(connect(autocommit=False))
    room = psql.room("rick")
    assert psql.one("show synchronous_commit") == "on"
    psql.connection.commit()
    psql.seat(room, "rick")
    assert psql.one("show synchronous_commit") == "off"
    psql.room("rick")
    assert psql.one("show synchronous_commit") == "on"
    psql.run("update participants set muted = false where room_id = %s", room)
    assert psql.one("show synchronous_commit") == "on"
