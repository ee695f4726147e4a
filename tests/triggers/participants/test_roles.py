"""What may change in a seat: microphone, stage and role."""

from __future__ import annotations

from ...people import Psql, refused


def test_a_guest_cannot_unmute_someone_else(psql: Psql) -> None:
    room, rick = psql.room("rick"), psql.person("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.act_as("anna")
    with refused("participants_unmute_only_themselves"):
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
    with refused("participants_role_is_allowed"):
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
    with refused("participants_role_is_allowed"):
        psql.run("update participants set role = 'HOST' where user_id = %s", anna)


def test_a_seat_does_not_move_to_another_room(psql: Psql) -> None:
    one, other = psql.room("rick"), psql.room("rick")
    psql.seat(one, "bo")
    with refused("participants_seat_is_not_moved"):
        psql.run("update participants set room_id = %s where room_id = %s", other, one)


def test_a_host_who_is_away_still_gives_roles(psql: Psql) -> None:
    room, anna = psql.room("rick", stage="moderated"), psql.person("anna")
    psql.seat(room, "anna")
    psql.act_as("anna").one("select raise_hand(%s)", room)
    psql.act_as("rick").run("update participants set role = 'SPEAKER' where user_id = %s", anna)
    assert psql.one("select role from roster where username = 'anna'") == "SPEAKER"
