"""A ban removes a user at once, and refuses them until it is lifted."""

from __future__ import annotations

import pytest

from ..conftest import Connect
from ..people import Psql, refused, waits_for


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo", "eve"):
        psql.person(name)
    return psql


@pytest.fixture
def room(psql: Psql) -> int:
    """A room with rick its host, anna a moderator, bo and eve."""
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.seat(room, "bo")
    psql.seat(room, "eve")
    return room


def ban(psql: Psql, room: int, username: str) -> int:
    return psql.run(
        "insert into bans (room_id, user_id) select %s, id from users where username = %s",
        room,
        username,
    )


def test_a_ban_removes_the_seat_at_once_and_says_so(psql: Psql, room: int) -> None:
    ban(psql.act_as("anna"), room, "eve")
    assert psql.roster(room) == ["rick", "anna", "bo"]
    assert psql.one("select username from bans join users on id = banned_by") == "anna"
    psql.act_as(None)
    assert psql.all("select type, reason from events order by seq desc limit 1") == [
        ("DELETE", "removed")
    ]
    assert psql.one("select describe_event(e) from events e order by seq desc limit 1") == (
        "anna removes eve"
    )


def test_rejoining_is_refused_by_name_until_the_ban_is_lifted(psql: Psql, room: int) -> None:
    ban(psql.act_as("rick"), room, "eve")
    psql.act_as("eve")
    with refused("participants_is_not_banned"):
        psql.one("select join_room(%s)", room)
    psql.act_as("anna").run("delete from bans where room_id = %s", room)
    psql.act_as("eve").one("select join_room(%s)", room)
    assert psql.roster(room) == ["rick", "anna", "bo", "eve"]


def test_the_operator_seats_nobody_who_is_banned(psql: Psql, room: int) -> None:
    ban(psql, room, "eve")
    with refused("participants_is_not_banned"):
        psql.seat(room, "eve")


def test_participants_cannot_ban(psql: Psql, room: int) -> None:
    psql.act_as("bo")
    with refused("bans_are_for_moderators"):
        ban(psql, room, "eve")


def test_a_banned_user_cannot_lift_the_ban(psql: Psql, room: int) -> None:
    ban(psql, room, "eve")
    assert psql.act_as("eve").run("delete from bans where room_id = %s", room) == 0


def test_the_host_is_never_banned_nor_removed_from_their_own_room(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    with refused("bans_host_is_never_banned"):
        ban(psql, room, "rick")
    assert psql.run("delete from participants where role = 'HOST' and room_id = %s", room) == 0


def test_a_host_who_has_not_joined_moderates(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "eve")
    ban(psql.act_as("rick"), room, "eve")
    assert psql.roster(room) == []


def test_a_moderator_who_left_moderates_no_more(psql: Psql, room: int) -> None:
    psql.act_as("anna").one("select leave_room(%s)", room)
    with refused("bans_are_for_moderators"):
        ban(psql, room, "eve")


def test_a_ban_is_seen_by_moderators_and_the_banned_user(psql: Psql, room: int) -> None:
    ban(psql, room, "eve")
    seen = {name: psql.act_as(name).count("bans") for name in ("rick", "anna", "bo", "eve")}
    assert seen == {"rick": 1, "anna": 1, "bo": 0, "eve": 1}


def test_a_join_that_commits_after_a_ban_is_refused(psql: Psql, connect: Connect) -> None:
    room = psql.room("rick")
    late = Psql(connect(autocommit=False))
    late.seat(room, "eve")
    ban(psql, room, "eve")
    with refused("participants_is_not_banned"):
        late.connection.commit()
    assert psql.roster(room) == []


def test_a_participant_who_joins_while_a_ban_commits_is_removed(
    psql: Psql, connect: Connect
) -> None:
    room = psql.room("rick")
    slow = Psql(connect(autocommit=False))
    ban(slow, room, "eve")
    psql.seat(room, "eve")
    slow.connection.commit()
    assert psql.roster(room) == []


def test_a_ban_and_a_microphone_at_once_do_not_deadlock(
    psql: Psql, room: int, connect: Connect
) -> None:
    slow = Psql(connect(autocommit=False)).act_as("eve")
    slow.one("select unmute(%s)", room)
    psql.act_as("anna")
    with waits_for(slow, psql, "select ban_from_room(%s, 'eve')", room) as answer:
        slow.connection.commit()
        assert answer.result() is True
    assert psql.roster(room) == ["rick", "anna", "bo"]
