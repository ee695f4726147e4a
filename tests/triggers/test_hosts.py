"""The host of a room: handing over, leaving, losing the connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ..conftest import Connect
from ..patience import PATIENCE
from ..people import Psql, refused


@pytest.fixture
def room(psql: Psql) -> int:
    """A moderated room with rick its host, sam who speaks, then anna and ben who moderate, and bo in the audience."""
    room = psql.room("rick", stage="moderated")
    for name, role in (
        ("rick", None), ("sam", "SPEAKER"), ("anna", "MODERATOR"), ("ben", "MODERATOR"), ("bo", None),
    ):  # fmt: skip
        psql.seat(room, name, role)
    return room


def roles(psql: Psql, room: int) -> dict[str, str]:
    seats = psql.all("select username, role from roster where room_id = %s order by seq", room)
    return {str(name): str(role) for name, role in seats}


def host(psql: Psql, room: int) -> str:
    return str(
        psql.one(
            "select username from users join rooms on host_id = users.id where rooms.id = %s", room
        )
    )


def policy(psql: Psql, room: int, host_gone: str) -> None:
    psql.act_as("rick").run("update rooms set host_gone = %s where id = %s", host_gone, room)


def leave(psql: Psql, room: int, username: str = "rick") -> None:
    psql.act_as(username).one("select leave_room(%s)", room)


@pytest.mark.parametrize("heir", ["anna", "sam"])
def test_a_room_is_handed_over_and_the_former_host_becomes_moderator(
    psql: Psql, room: int, heir: str
) -> None:
    psql.act_as("rick").one("select hand_over(%s, %s)", room, heir)
    assert host(psql, room) == heir
    found = roles(psql, room)
    assert (found[heir], found["rick"]) == ("HOST", "MODERATOR")
    assert list(found.values()).count("HOST") == 1
    assert psql.one("select muted from roster where username = %s", heir) is True
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select end_room(%s)", room)
    leave(psql, room)
    psql.act_as(None)
    assert psql.one("select count(*) from participants") == 4, "no seat waits for who was host"
    psql.act_as(heir).one("select end_room(%s)", room)


def test_a_room_is_handed_over_only_to_participants(psql: Psql, room: int) -> None:
    psql.run("insert into users (username, kind) values ('band', 'bot')")
    psql.run(
        "insert into participants (room_id, user_id) select %s, id from users where username = 'band'",
        room,
    )
    psql.person("eve")
    psql.act_as("rick")
    with refused("rooms_host_is_a_person"):
        psql.one("select hand_over(%s, 'band')", room)
    for name in ("eve", "nobody"):
        with refused("participants_person_is_here"):
            psql.one("select hand_over(%s, %s)", room, name)
    assert host(psql, room) == "rick"
    assert psql.act_as("anna").one("select host from hallway") == "rick"


def test_a_room_is_not_handed_over_to_the_audience(psql: Psql, room: int) -> None:
    psql.act_as("rick")
    with refused("rooms_host_is_on_stage"):
        psql.one("select hand_over(%s, 'bo')", room)
    with refused("rooms_host_is_on_stage"):
        psql.run("update rooms set host_id = %s", psql.person_id("bo"))
    psql.one("select invite_to_speak(%s, 'bo')", room)
    psql.act_as("bo").one("select accept_to_speak(%s)", room)
    psql.act_as("rick").one("select hand_over(%s, 'bo')", room)
    assert host(psql, room) == "bo"


def test_nobody_takes_a_seat_for_the_host(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    for change in (
        "role = 'HOST' where user_id = acting_user()",
        "role = 'SPEAKER' where role = 'HOST'",
    ):
        with refused("participants_role_is_allowed"):
            psql.connection.execute(
                f"update participants set {change} and room_id = {room}".encode()
            )


def test_a_host_who_left_can_hand_over_and_their_seat_is_deleted(psql: Psql, room: int) -> None:
    leave(psql, room)
    psql.act_as("rick").one("select hand_over(%s, 'sam')", room)
    psql.act_as(None)
    assert psql.one("select count(*) from participants where peer_id is null") == 0
    assert roles(psql, room) == {
        "sam": "HOST", "anna": "MODERATOR", "ben": "MODERATOR", "bo": "AUDIENCE",
    }  # fmt: skip


def test_a_room_waits_for_its_host_by_default(psql: Psql, room: int) -> None:
    leave(psql, room)
    assert host(psql, room) == "rick"
    assert psql.one("select role from join_room(%s)", room) == "HOST"


def test_a_room_may_end_with_its_host(psql: Psql, room: int) -> None:
    policy(psql, room, "end")
    psql.one("select join_room(%s)", room)
    assert psql.one("select ended_at from rooms") is None, "a newer tab is no leaving"
    leave(psql, room)
    assert psql.all("select ended_at is not null, ended_reason from rooms") == [
        (True, "the host left")
    ]
    psql.act_as(None)
    assert psql.count("participants") == 0


def test_a_scheduled_room_does_not_end_when_its_host_leaves(psql: Psql) -> None:
    psql.person("rick")
    psql.act_as("rick")
    room = psql.one(
        "insert into rooms (name, starts_at, host_gone) values ('A', now() + '1 day', 'end') returning id"
    )
    psql.one("select join_room(%s)", room)
    leave(psql, room)
    assert psql.one("select ended_at from rooms") is None


def test_it_may_go_to_the_longest_serving_moderator_then_speaker_then_wait(
    psql: Psql, room: int
) -> None:
    policy(psql, room, "handover")
    for leaving, heir in (("rick", "anna"), ("anna", "ben"), ("ben", "sam"), ("sam", "sam")):
        leave(psql, room, leaving)
        assert host(psql, room) == heir
    assert roles(psql, room) == {"bo": "AUDIENCE"}, "the audience inherits nothing"
    assert psql.act_as(None).one(
        "select what from replay_room(%s) order by seq desc limit 1", room
    ) == ("sam leaves, and keeps the seat")
    psql.act_as("sam").one("select join_room(%s)", room)
    assert roles(psql, room) == {"bo": "AUDIENCE", "sam": "HOST"}
    assert psql.act_as("rick").one("select role from join_room(%s)", room) == "AUDIENCE"


def test_a_former_host_may_join_a_room_for_invited_users_again(psql: Psql, room: int) -> None:
    policy(psql, room, "handover")
    psql.run("update rooms set access = 'invited' where id = %s", room)
    leave(psql, room)
    assert psql.one("select host from hallway") == "anna"
    psql.one("select join_room(%s)", room)
    psql.act_as(None)
    said = {what for (what,) in psql.all("select what from replay_room(%s)", room)}
    assert "anna is the host now" in said


@pytest.mark.parametrize("host_gone", ["handover", "end"])
def test_host_gone_applies_to_a_lost_connection(psql: Psql, room: int, host_gone: str) -> None:
    policy(psql, room, host_gone)
    psql.act_as(None)
    psql.run("update participants set expires_at = now() - interval '1 second' where role = 'HOST'")
    assert psql.one("select relay_reap_seats('10 minutes')") == room
    ended, reason, now_host = psql.all(
        "select ended_at is not null, ended_reason, username from rooms join users on host_id = users.id"
    )[0]
    assert (ended, reason, now_host) == (
        (True, "the host left", "rick") if host_gone == "end" else (False, None, "anna")
    )


def test_handing_over_and_leaving_at_once_do_not_deadlock(
    psql: Psql, connect: Connect, room: int
) -> None:
    """Two tabs of the host, in either order: nothing is half done, and nobody waits for ever."""
    policy(psql, room, "handover")
    first, second = Psql(connect(autocommit=False)), Psql(connect())
    with ThreadPoolExecutor(1) as pool:
        first.act_as("rick").one("select hand_over(%s, 'ben')", room)
        leaving = pool.submit(leave, second, room)
        first.connection.commit()
        leaving.result(PATIENCE)
        assert host(psql, room) == "ben"
        assert list(roles(psql, room)) == ["sam", "anna", "ben", "bo"]

        leave(first, room, "ben")
        second.act_as("ben")
        giving = pool.submit(second.one, "select hand_over(%s, 'sam')", room)
        first.connection.commit()  # the policy hands it to anna
        with refused("rooms_only_the_host_changes_them"):
            giving.result(PATIENCE)
    assert host(psql, room) == "anna"
    assert roles(psql, room) == {"sam": "SPEAKER", "anna": "HOST", "bo": "AUDIENCE"}


def test_leaving_while_another_tab_ends_the_room_does_not_deadlock(
    psql: Psql, connect: Connect, room: int
) -> None:
    first, second = Psql(connect(autocommit=False)), Psql(connect())
    leave(first, room)
    second.act_as("rick")
    waiting = "select count(*) from pg_locks where not granted and pid = %s"
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(second.one, "select ended_reason from end_room(%s, 'Late.')", room)
        while not psql.one(waiting, second.connection.info.backend_pid):
            assert not ending.done()
        first.connection.commit()
        assert ending.result(PATIENCE) == "Late."
    assert roles(psql, room) == {}


def test_a_participant_who_is_leaving_does_not_become_host(
    psql: Psql, connect: Connect, room: int
) -> None:
    policy(psql, room, "handover")
    going = Psql(connect(autocommit=False))
    leave(going, room, "anna")
    leave(psql, room)
    assert host(psql, room) == "ben"
    going.connection.commit()
    assert roles(psql, room) == {"sam": "SPEAKER", "ben": "HOST", "bo": "AUDIENCE"}


@pytest.mark.parametrize("host_gone", ["wait", "handover", "end"])
def test_a_host_who_leaves_a_room_running_stays_its_host_and_comes_back(
    psql: Psql, room: int, host_gone: str
) -> None:
    policy(psql, room, host_gone)
    psql.act_as("rick")
    assert psql.one("select leave_room_running(%s)", room) is True
    assert psql.one("select leave_room_running(%s)", room) is False
    assert host(psql, room) == "rick"
    assert psql.one("select ended_at from rooms where id = %s", room) is None
    assert psql.roster(room) == ["sam", "anna", "ben", "bo"]
    psql.one("select join_room(%s)", room)
    assert roles(psql, room)["rick"] == "HOST"


def test_leaving_a_room_running_does_not_change_what_the_next_leaving_does(
    psql: Psql, room: int
) -> None:
    policy(psql, room, "handover")
    psql.act_as("rick").one("select leave_room_running(%s)", room)
    psql.one("select join_room(%s)", room)
    leave(psql, room)
    assert host(psql, room) == "anna"


def test_a_host_hands_over_and_leaves_in_one_step(psql: Psql, room: int) -> None:
    policy(psql, room, "end")
    psql.act_as("anna")
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select leave_and_hand_over(%s, 'ben')", room)
    psql.act_as("rick")
    with refused("rooms_host_is_on_stage"):
        psql.one("select leave_and_hand_over(%s, 'bo')", room)
    old = "select leave_and_hand_over(%s, 'sam', gen_random_uuid())"
    assert psql.one(old, room) is False, "an old tab hands nothing over"
    assert (host(psql, room), "rick" in psql.roster(room)) == ("rick", True)
    assert psql.one("select leave_and_hand_over(%s, 'sam')", room) is True
    assert (host(psql, room), "rick" in psql.roster(room)) == ("sam", False)
    assert roles(psql, room)["sam"] == "HOST"
    psql.one("select join_room(%s)", room)
    assert roles(psql, room)["rick"] == "AUDIENCE"
