"""How a seat ends: its user leaves or is removed, or the room ends."""

from __future__ import annotations

from ...people import Psql, notified, refused


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
    with refused("participants_only_the_host_may_be_away"):
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


def test_seats_are_deleted_with_their_room(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    assert psql.run("delete from rooms where id = %s", room) == 1
    assert psql.count("participants") == 0
