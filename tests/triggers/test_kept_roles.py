"""Roles that are kept for participants who lost the connection, and what becomes of rooms that everybody left."""

from __future__ import annotations

import pytest

from ..conftest import Connect
from ..people import Psql, refused

AWAY = "update participants set expires_at = now() - interval '1 second' where user_id = (select id from users where username = %s)"


def loses_the_seat(psql: Psql, username: str, kept: str = "10 minutes") -> None:
    """The grace period of this user's seat is over."""
    psql.act_as(None).run(AWAY, username)
    psql.one("select relay_reap_seats(%s::interval)", kept)
    assert psql.one("select relay_reap_seats(%s::interval)", kept) is None


def comes_back(psql: Psql, room: int, username: str) -> str:
    return str(psql.act_as(username).one("select role from join_room(%s)", room))


@pytest.fixture
def room(psql: Psql) -> int:
    """A moderated room with rick its host, anna who moderates, sam who speaks, and bo and dee in the audience."""
    room = psql.room("rick", stage="moderated")
    for name, role in (
        ("rick", None), ("anna", "MODERATOR"), ("sam", "SPEAKER"), ("bo", None), ("dee", None),
    ):  # fmt: skip
        psql.seat(room, name, role)
    return room


@pytest.mark.parametrize(
    ("name", "role"), [("anna", "MODERATOR"), ("sam", "SPEAKER"), ("bo", "AUDIENCE")]
)
def test_who_lost_the_seat_comes_back_in_the_same_role(
    psql: Psql, room: int, name: str, role: str
) -> None:
    loses_the_seat(psql, name)
    assert comes_back(psql, room, name) == role
    assert psql.act_as(None).count("kept_roles") == 0, "it is used once"
    psql.act_as(name).one("select leave_room(%s)", room)
    assert comes_back(psql, room, name) == "AUDIENCE", "after leaving one is a newcomer"


def test_a_listener_of_an_open_stage_comes_back_as_a_listener(psql: Psql) -> None:
    room = psql.room("rick")
    psql.person("bo")
    psql.act_as("bo").one("select join_room(%s, 'AUDIENCE')", room)
    loses_the_seat(psql, "bo")
    assert comes_back(psql, room, "bo") == "AUDIENCE"


def test_the_place_in_the_queue_of_hands_is_kept(psql: Psql, room: int) -> None:
    for name in ("bo", "dee"):
        psql.act_as(name).one("select raise_hand(%s)", room)
    loses_the_seat(psql, "bo")
    comes_back(psql, room, "bo")
    assert psql.act_as(None).all("select username from hand_queue") == [("bo",), ("dee",)]


def test_a_kept_role_is_over_after_its_time(psql: Psql, room: int) -> None:
    loses_the_seat(psql, "sam", "0")
    assert psql.count("kept_roles") == 0
    loses_the_seat(psql, "anna")
    psql.run("update kept_roles set expires_at = now() - interval '1 second'")
    assert comes_back(psql, room, "anna") == "AUDIENCE"
    psql.act_as(None).run("select relay_delete_old_rows('1 hour', 1000)")
    assert psql.count("kept_roles") == 0


def test_moderators_take_a_kept_role_away_and_others_cannot(psql: Psql, room: int) -> None:
    loses_the_seat(psql, "sam")
    for name in ("bo", "sam"):
        assert psql.act_as(name).run("delete from kept_roles where room_id = %s", room) == 0
    assert psql.act_as("sam").all("select role from kept_roles") == [("SPEAKER",)]
    assert psql.act_as("bo").all("select role from kept_roles") == []
    assert psql.act_as("anna").run("delete from kept_roles where room_id = %s", room) == 1
    assert comes_back(psql, room, "sam") == "AUDIENCE"


def test_who_was_removed_or_banned_has_no_kept_role(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select remove_from_room(%s, 'anna')", room)
    assert comes_back(psql, room, "anna") == "AUDIENCE"
    loses_the_seat(psql, "sam")
    psql.act_as("rick").one("select ban_from_room(%s, 'sam')", room)
    psql.act_as("rick").one("select unban(%s, 'sam')", room)
    assert comes_back(psql, room, "sam") == "AUDIENCE"


def test_a_locked_room_admits_whose_role_is_kept(psql: Psql, room: int) -> None:
    loses_the_seat(psql, "sam")
    loses_the_seat(psql, "bo", "0")
    psql.act_as("rick").one("select lock_room(%s, true)", room)
    assert comes_back(psql, room, "sam") == "SPEAKER"
    with refused("participants_room_is_not_locked"):
        comes_back(psql, room, "bo")


def test_a_host_whose_room_was_handed_over_meanwhile_comes_back_as_moderator(
    psql: Psql, room: int
) -> None:
    psql.act_as("rick").run("update rooms set host_gone = 'handover' where id = %s", room)
    loses_the_seat(psql, "rick")
    assert psql.one("select host from hallway") == "anna"
    assert comes_back(psql, room, "rick") == "MODERATOR"


def test_the_visits_of_an_ended_room_say_who_was_there(psql: Psql, room: int) -> None:
    psql.act_as("bo").one("select leave_room(%s)", room)
    psql.act_as("rick").one("select end_room(%s)", room)
    for name in ("dee", None):
        assert psql.act_as(name).all(
            "select username, role from visits join users on id = user_id order by id"
        ) == [
            ("rick", "HOST"), ("anna", "MODERATOR"), ("sam", "SPEAKER"), ("bo", "AUDIENCE"), ("dee", "AUDIENCE"),
        ]  # fmt: skip


def comes_as_guest(psql: Psql, room: int, name: str) -> None:
    psql.act_as(None).run(
        "insert into guests values (%s, %s) on conflict do nothing", room, psql.person(name)
    )
    psql.act_as(name).one("select role from join_room(%s)", room)


def visits_read_by(psql: Psql, name: str | None) -> list[str]:
    psql.act_as(name)
    if name is None:
        psql.run("set role roomtone_anon")
    found = "select username from visits join users on id = user_id order by username"
    return [username for (username,) in psql.all(found)]


def test_the_visits_of_a_room_for_the_invited_are_read_by_those_who_could_see_them(
    psql: Psql,
) -> None:
    room = psql.room("rick")
    psql.run("update rooms set access = 'invited' where id = %s", room)

    for name in ("rick", "anna", "bo"):
        comes_as_guest(psql, room, name)
    psql.act_as("anna").one("select leave_room(%s)", room)
    comes_as_guest(psql, room, "bo")  # again, as by a reload: it is the same visit
    comes_as_guest(psql, room, "cleo")
    psql.act_as("bo").one("select leave_room(%s)", room)
    psql.act_as(None).person("eve")
    assert visits_read_by(psql, "rick") == ["anna", "bo"]
    assert visits_read_by(psql, "bo") == ["anna", "bo"]
    assert visits_read_by(psql, "cleo") == ["bo"], "anna had left before cleo came"
    assert visits_read_by(psql, "eve") == visits_read_by(psql, None) == []
    psql.act_as("rick").run("update rooms set access = 'open' where id = %s", room)
    assert visits_read_by(psql, "eve") == visits_read_by(psql, None) == []
    psql.act_as("eve").one("select role from join_room(%s)", room)
    psql.act_as("rick").one("select end_room(%s)", room)
    assert visits_read_by(psql, None) == ["cleo", "eve", "rick"], (
        "who was there when everybody could see it"
    )
    assert visits_read_by(psql, "anna") == ["anna", "bo", "cleo", "eve", "rick"]


def test_a_visit_while_the_room_was_for_the_invited_stays_hidden_whatever_follows(
    psql: Psql,
) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")

    def becomes(access: str) -> None:
        psql.act_as("rick").run("update rooms set access = %s where id = %s", access, room)

    def leaves(name: str) -> None:
        psql.act_as(name).one("select leave_room(%s)", room)

    for name in ("bo", "eve"):
        psql.act_as(None).seat(room, name)
        leaves(name)
    becomes("invited")
    for name in ("anna", "cleo"):
        comes_as_guest(psql, room, name)
    leaves("anna")
    comes_as_guest(psql, room, "bo")
    leaves("bo")
    becomes("open")
    leaves("cleo")
    psql.act_as("anna").one("select role from join_room(%s)", room)
    leaves("anna")
    everybody = ["cleo", "eve"]
    assert visits_read_by(psql, None) == everybody
    assert visits_read_by(psql, "eve") == everybody, "she was there before, when it was open"
    assert visits_read_by(psql, "bo") == ["bo", *everybody], "then, but after anna had left"
    for name in ("anna", "cleo", "rick"):
        assert visits_read_by(psql, name) == ["anna", "bo", "cleo", "eve"], name


def end_deserted(connect: Connect, after: str) -> int:
    return int(Psql(connect()).one("select relay_end_deserted_rooms(%s::interval)", after))


def test_a_room_that_everybody_left_ends_after_a_while(psql: Psql, connect: Connect) -> None:
    room, untouched = psql.room("rick"), psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "bo")
    for name in ("rick", "bo"):
        assert end_deserted(connect, "0") == 0, f"{name} is there"
        psql.act_as(name).one("select leave_room(%s)", room)
    psql.act_as(None)
    assert end_deserted(connect, "1 hour") == 0
    psql.seat(room, "bo")
    assert end_deserted(connect, "0") == 0, "somebody came back"
    psql.act_as("bo").one("select leave_room(%s)", room)
    assert end_deserted(connect, "0") == 1
    psql.act_as(None)
    assert psql.all("select id, ended_reason from rooms where ended_at is not null") == [
        (room, "nobody was here any more")
    ]
    assert psql.all("select id from hallway") == [(untouched,)], "nobody has been there yet"


def test_a_scheduled_room_to_which_nobody_comes_ends_after_a_while(
    psql: Psql, connect: Connect
) -> None:
    psql.person("rick")
    psql.act_as("rick").run("insert into rooms (name, starts_at) values ('Later', now() + interval '1 hour')")  # fmt: skip
    assert end_deserted(connect, "0") == 0
    psql.act_as("rick").run("update rooms set opened_at = now()")
    assert end_deserted(connect, "0") == 1
