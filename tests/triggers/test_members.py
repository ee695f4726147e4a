"""Members of clubs: who adds and removes them, and what they may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from ..conftest import Connect
from ..patience import PATIENCE
from ..people import Psql, notified, refused


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("olga", "ada", "max", "sam"):
        psql.person(name)
    return psql


@pytest.fixture
def club(psql: Psql) -> int:
    """A club founded by olga, with ada as its admin and max as a member."""
    psql.act_as("olga")
    club = int(psql.one("insert into clubs (name) values ('Kettle') returning id"))
    add(psql, club, "ada", "ADMIN")
    add(psql, club, "max")
    psql.act_as(None)
    return club


def add(psql: Psql, club: int, username: str, role: str = "MEMBER") -> None:
    psql.run(
        "insert into members (club_id, user_id, role) select %s, id, %s from users where username = %s",
        club,
        role,
        username,
    )


def remove(psql: Psql, club: int, username: str) -> int:
    return psql.run(
        "delete from members m using users u where m.club_id = %s and u.id = m.user_id and u.username = %s",
        club,
        username,
    )


def give(psql: Psql, club: int, username: str, role: str) -> int:
    return psql.run(
        "update members m set role = %s from users u"
        " where m.club_id = %s and u.id = m.user_id and u.username = %s",
        role,
        club,
        username,
    )


def members(psql: Psql, club: int) -> dict[str, str]:
    return {
        str(name): str(role)
        for name, role in psql.all(
            "select username, role from members m join users u on u.id = m.user_id where club_id = %s",
            club,
        )
    }


def test_the_founder_of_a_club_owns_it(psql: Psql) -> None:
    club = psql.act_as("sam").one("insert into clubs (name) values ('Moth') returning id")
    assert members(psql, club) == {"sam": "OWNER"}


def test_owners_and_admins_add_members_and_members_do_not(psql: Psql, club: int) -> None:
    psql.act_as("max")
    with refused("members_are_added_by_owners_and_admins"):
        add(psql, club, "sam")
    psql.act_as("ada")
    add(psql, club, "sam")
    assert members(psql, club)["sam"] == "MEMBER"


def test_users_cannot_add_themselves_to_a_club(psql: Psql, club: int) -> None:
    psql.act_as("sam")
    with refused("members_are_added_by_owners_and_admins"):
        add(psql, club, "sam")


def test_roles_are_given_by_owners_alone(psql: Psql, club: int) -> None:
    psql.act_as("ada")
    with refused("members_role_is_allowed"):
        add(psql, club, "sam", "ADMIN")
    assert give(psql, club, "max", "ADMIN") == 0
    assert give(psql.act_as("olga"), club, "max", "ADMIN") == 1
    assert members(psql, club) == {"olga": "OWNER", "ada": "ADMIN", "max": "ADMIN"}


def test_an_admin_removes_only_members(psql: Psql, club: int) -> None:
    psql.act_as("ada")
    assert [remove(psql, club, name) for name in ("olga", "max")] == [0, 1]


def test_anyone_may_leave_except_the_last_owner(psql: Psql, club: int) -> None:
    assert remove(psql.act_as("max"), club, "max") == 1
    psql.act_as("olga")
    with refused("members_last_owner_stays"):
        remove(psql, club, "olga")
    with refused("members_last_owner_stays"):
        give(psql, club, "olga", "MEMBER")
    give(psql, club, "ada", "OWNER")
    assert remove(psql, club, "olga") == 1
    assert members(psql, club) == {"ada": "OWNER"}


def test_of_two_owners_who_leave_at_once_one_stays(psql: Psql, connect: Connect, club: int) -> None:
    give(psql, club, "ada", "OWNER")
    start = Barrier(2)

    def leave(username: str, own: Psql) -> bool:
        own.act_as(username)
        start.wait(PATIENCE)
        try:
            return remove(own, club, username) == 1
        except psycopg.errors.CheckViolation:
            return False

    with ThreadPoolExecutor(2) as pool:
        gone = list(pool.map(leave, ("olga", "ada"), (Psql(connect()), Psql(connect()))))
    assert sorted(gone) == [False, True]
    assert list(members(psql, club).values()).count("OWNER") == 1


def test_members_are_deleted_with_their_club(psql: Psql, club: int) -> None:
    assert psql.run("delete from clubs where id = %s", club) == 1
    assert psql.count("members") == 0


def test_an_owner_hands_the_club_over_and_becomes_an_admin(psql: Psql, club: int) -> None:
    psql.act_as("ada")
    with refused("clubs_only_owners_change_them"):
        psql.one("select hand_over_club(%s, 'ada')", club)
    psql.act_as("olga")
    with refused("members_user_is_a_member"):
        psql.one("select hand_over_club(%s, 'sam')", club)
    psql.one("select hand_over_club(%s, 'max')", club)
    found = members(psql, club)
    assert (found["max"], found["olga"]) == ("OWNER", "ADMIN")
    assert psql.one("select owner from club_directory where id = %s", club) == "max"


def test_an_owner_deletes_a_club_whose_rooms_have_ended_and_the_rooms_stay(
    psql: Psql, club: int
) -> None:
    insert = "insert into rooms (name, club_id, access) values ('Tea', %s, 'club') returning id"
    room = psql.act_as("max").one(insert, club)
    with refused("clubs_only_owners_change_them"):
        psql.one("select delete_club(%s)", club)
    assert psql.run("delete from clubs where id = %s", club) == 0
    psql.act_as("olga")
    with refused("clubs_are_deleted_without_open_rooms"):
        psql.one("select delete_club(%s)", club)
    with refused("clubs_are_deleted_without_open_rooms"):
        psql.run("delete from clubs where id = %s", club)
    psql.act_as("max").one("select end_room(%s)", room)
    assert psql.act_as("olga").one("select delete_club(%s)", club) is True
    psql.act_as(None)
    assert [psql.count(table) for table in ("clubs", "members", "followers")] == [0, 0, 0]
    kept = "select name, club_id, access, ended_at is not null from rooms where id = %s"
    assert psql.all(kept, room) == [("Tea", None, "invited", True)]


def test_a_room_in_a_club_is_started_by_its_members_alone(psql: Psql, club: int) -> None:
    psql.act_as("max").run("insert into rooms (name, club_id) values ('Tea', %s)", club)
    psql.act_as("sam")
    with refused("rooms_host_is_a_club_member"):
        psql.run("insert into rooms (name, club_id) values ('Tea', %s)", club)
    room = psql.one("insert into rooms (name) values ('Tea') returning id")
    with refused("rooms_host_is_a_club_member"):
        psql.run("update rooms set club_id = %s where id = %s", club, room)


def test_the_operator_cannot_put_a_room_into_a_club_of_others(psql: Psql, club: int) -> None:
    room = psql.room("sam")
    with refused("rooms_host_is_a_club_member"):
        psql.run("update rooms set club_id = %s where id = %s", club, room)


def test_a_host_who_left_the_club_can_still_end_the_room(psql: Psql, club: int) -> None:
    psql.act_as("max")
    room = psql.one("insert into rooms (name, club_id) values ('Tea', %s) returning id", club)
    remove(psql, club, "max")
    assert psql.one("select ended_at is not null from end_room(%s)", room) is True


def test_the_demos_hosts_belong_to_their_clubs(connect: Connect, demo_database_url: str) -> None:
    psql = Psql(connect(demo_database_url))
    assert psql.one("select count(*) from rooms where club_id is not null") == 10
    assert psql.all("select role, count(*) from members group by role order by role") == [
        ("ADMIN", 4), ("MEMBER", 6), ("OWNER", 6),
    ]  # fmt: skip


def test_relays_are_notified_of_every_change_that_the_page_of_a_club_shows_to_all(
    psql: Psql, club: int, connect: Connect
) -> None:
    listening = connect()
    listening.execute("listen roomtone")
    person = psql.person_id("sam")
    for change in (
        "update clubs set description = 'Tea' where id = %s",
        "insert into followers (club_id, user_id) values (%s, {sam})",
        "delete from followers where club_id = %s and user_id = {sam}",
        "insert into members (club_id, user_id) values (%s, {sam})",
        "update members set role = 'ADMIN' where club_id = %s and user_id = {sam}",
        "delete from members where club_id = %s and user_id = {sam}",
        "insert into rooms (name, club_id, host_id) select 'Cups', c.id, c.owner_id from clubs c where id = %s",
        "update rooms set access = 'invited' where club_id = %s",
        "update rooms set access = 'club' where club_id = %s",
        "update rooms set ended_at = now() where club_id = %s",
        "delete from rooms where club_id = %s",
        "delete from clubs where id = %s",
    ):
        psql.run(change.replace("{sam}", str(person)), club)
        assert f'{{"club" : {club}}}' in notified(listening), change
    psql.room("olga", "Without a club")
    assert not [payload for payload in notified(listening) if "club" in payload]


def test_no_notification_of_a_club_tells_of_a_room_for_the_invited_or_of_an_invitation(
    psql: Psql, club: int, connect: Connect
) -> None:
    listening = connect()
    listening.execute("listen roomtone")
    for change in (
        "insert into rooms (name, club_id, host_id, access, starts_at)"
        " select 'Cups', c.id, c.owner_id, 'invited', now() + interval '1 hour' from clubs c where id = %s",
        "update rooms set opened_at = now() where club_id = %s",
        "update rooms set ended_at = now() where club_id = %s",
        "delete from rooms where club_id = %s",
        "insert into invitations (club_id, invited_by) select c.id, c.owner_id from clubs c where id = %s",
        "update invitations set uses = 1 where club_id = %s",
        "delete from invitations where club_id = %s",
    ):
        psql.run(change, club)
        assert not [payload for payload in notified(listening) if "club" in payload], change
