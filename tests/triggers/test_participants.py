"""Seats: who may take which, what may change, and how they are deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, notified, refused


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo"):
        psql.person(name)
    return psql


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
    with refused("participants_role_is_given"):
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


def test_leaving_deletes_the_seat(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna").one("select join_room(%s)", room)
    assert psql.one("select leave_room(%s)", room) is True
    assert psql.one("select leave_room(%s)", room) is False
    assert psql.count("participants") == 0


def test_an_older_session_cannot_delete_the_seat_of_a_newer_one(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna")
    old = psql.one("select peer_id from join_room(%s)", room)
    psql.one("select join_room(%s)", room)
    assert psql.one("select leave_room(%s, %s)", room, old) is False
    assert psql.roster(room) == ["anna"]


def test_the_host_leaving_keeps_the_row_without_a_peer(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.run("delete from participants where room_id = %s", room)
    assert psql.all("select role, peer_id from participants") == [("HOST", None)]
    assert psql.roster(room) == []
    psql.act_as("rick")
    assert psql.one("select role from join_room(%s)", room) == "HOST"


def test_only_the_host_keeps_a_seat_without_a_peer_id(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna").one("select join_room(%s)", room)
    with refused("participants_only_the_host_stays"):
        psql.run("update participants set peer_id = null where room_id = %s", room)


def test_a_guest_cannot_remove_someone_else(psql: Psql) -> None:
    room, bo = psql.room("rick"), psql.person("bo")
    psql.seat(room, "bo")
    psql.act_as("anna").one("select join_room(%s)", room)
    assert psql.run("delete from participants where user_id = %s", bo) == 0
    assert psql.roster(room) == ["bo", "anna"]


def test_the_host_can_remove_someone_and_the_log_says_so(psql: Psql) -> None:
    room, bo = psql.room("rick"), psql.person("bo")
    psql.seat(room, "bo")
    psql.act_as("rick").one("select join_room(%s)", room)
    assert psql.run("delete from participants where user_id = %s", bo) == 1
    psql.act_as(None)
    assert psql.one("select reason from events order by seq desc limit 1") == "removed"


def test_a_guest_cannot_unmute_someone_else(psql: Psql) -> None:
    room, rick = psql.room("rick"), psql.person("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.act_as("anna")
    with refused("participants_only_they_unmute"):
        psql.run("update participants set muted = false where user_id = %s", rick)


def test_a_moderator_can_mute_someone_who_can_unmute_again(psql: Psql) -> None:
    room, bo = psql.room("rick"), psql.person("bo")
    psql.seat(room, "bo")
    psql.seat(room, "anna", "MODERATOR")
    psql.act_as("bo").run("update participants set muted = false where user_id = %s", bo)
    psql.act_as("anna").run("update participants set muted = true where user_id = %s", bo)
    assert psql.one("select muted from roster where username = 'bo'") is True
    psql.act_as("bo").run("update participants set muted = false where user_id = %s", bo)
    assert psql.one("select muted from roster where username = 'bo'") is False


def test_the_audience_has_no_microphone(psql: Psql) -> None:
    room = psql.room("rick", stage="moderated")
    psql.act_as("anna").one("select join_room(%s)", room)
    with refused("participants_audience_is_muted"):
        psql.run("update participants set muted = false where room_id = %s", room)


def test_on_an_open_stage_participants_go_on_and_off_stage_themselves(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna").one("select join_room(%s)", room)
    psql.run("update participants set muted = false where room_id = %s", room)
    psql.run("update participants set role = 'AUDIENCE' where room_id = %s", room)
    assert psql.all("select role, muted from roster") == [("AUDIENCE", True)]
    psql.run("update participants set role = 'SPEAKER' where room_id = %s", room)
    assert psql.all("select role, muted from roster") == [("SPEAKER", True)]


def test_on_a_moderated_stage_participants_are_promoted_and_step_down(psql: Psql) -> None:
    room, anna = psql.room("rick", stage="moderated"), psql.person("anna")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("anna")
    with refused("participants_role_is_given"):
        psql.run("update participants set role = 'SPEAKER' where user_id = %s", anna)
    psql.run("update participants set hand_raised_at = now() where user_id = %s", anna)
    psql.act_as("rick").run("update participants set role = 'SPEAKER' where user_id = %s", anna)
    psql.act_as("anna").run("update participants set role = 'AUDIENCE' where user_id = %s", anna)
    assert psql.one("select role from roster where username = 'anna'") == "AUDIENCE"


def test_a_room_has_one_host(psql: Psql) -> None:
    room, anna = psql.room("rick"), psql.person("anna")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("rick")
    with refused("participants_role_is_given"):
        psql.run("update participants set role = 'HOST' where user_id = %s", anna)


def test_a_seat_does_not_move_to_another_room(psql: Psql) -> None:
    one, other = psql.room("rick"), psql.room("rick")
    psql.seat(one, "bo")
    with refused("participants_seats_stay"):
        psql.run("update participants set room_id = %s where room_id = %s", other, one)


def test_ending_a_room_deletes_all_seats_with_one_notification(psql: Psql) -> None:
    room = psql.room("rick")
    for name in ("rick", "anna", "bo"):
        psql.seat(room, name)
    psql.run("listen roomtone")
    psql.act_as("rick").one("select end_room(%s)", room)
    assert psql.count("participants") == 0
    psql.act_as(None)
    assert psql.all("select reason from events where type = 'DELETE'") == [("room ended",)] * 3
    assert len(notified(psql.connection)) == 1


def test_only_its_host_ends_a_room(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("anna")
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select end_room(%s)", room)


def test_an_ended_room_never_reopens(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("rick").one("select end_room(%s)", room)
    with refused("rooms_stay_ended"):
        psql.run("update rooms set ended_at = null where id = %s", room)


def test_the_database_sets_when_a_room_ended(psql: Psql) -> None:
    room = psql.room("rick")
    psql.act_as("rick").run("update rooms set ended_at = 'infinity' where id = %s", room)
    assert psql.one("select ended_at between created_at and clock_timestamp() from rooms") is True


def test_a_host_who_is_away_still_gives_roles(psql: Psql) -> None:
    room, anna = psql.room("rick", stage="moderated"), psql.person("anna")
    psql.seat(room, "anna")
    psql.act_as("anna").one("select raise_hand(%s)", room)
    psql.act_as("rick").run("update participants set role = 'SPEAKER' where user_id = %s", anna)
    assert psql.one("select role from roster where username = 'anna'") == "SPEAKER"


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


def test_seats_are_deleted_with_their_room(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    assert psql.run("delete from rooms where id = %s", room) == 1
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
