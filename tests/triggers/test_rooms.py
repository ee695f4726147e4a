"""A room from schedule to end: who changes it, and who may join."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from ..conftest import Connect
from ..people import Psql, refused


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo", "eve", "stranger"):
        psql.person(name)
    return psql


@pytest.fixture
def room(psql: Psql) -> int:
    """A moderated room with rick its host, anna a moderator, and bo."""
    room = psql.room("rick", stage="moderated")
    psql.seat(room, "rick")
    psql.seat(room, "anna", "MODERATOR")
    psql.seat(room, "bo")
    return room


def plan(psql: Psql, host: str, when: str = "1 day") -> int:
    """A room that opens in so long; its id."""
    psql.act_as(host)
    room = psql.one(
        "insert into rooms (name, starts_at) values ('Later', now() + %s::interval) returning id",
        when,
    )
    psql.act_as(None)
    return int(room)


def club_room(psql: Psql, host: str, access: str = "club") -> int:
    """A room in this host's new club; its id."""
    psql.act_as(host)
    club = psql.one("select id from found_club('Kettle')")
    room = psql.one(
        "insert into rooms (name, club_id, access) values ('Tea', %s, %s) returning id",
        club,
        access,
    )
    psql.act_as(None)
    return int(room)


def join(psql: Psql, room: int, username: str) -> str:
    return str(psql.act_as(username).one("select peer_id from join_room(%s)", room))


IMPOSSIBLE = [
    ("name = ''", "rooms_name_is_text"),
    ("name = repeat('x', 10000)", "rooms_name_is_text"),
    ("name = E'a\\nb'", "rooms_name_is_text"),
    ("access = 'secret'", "rooms_access_is_known"),
    ("access = 'club'", "rooms_club_access_needs_a_club"),
    ("host_gone = 'panic'", "rooms_host_gone_is_known"),
    ("slow_mode = -1", "rooms_slow_mode_is_short"),
    ("slow_mode = 3601", "rooms_slow_mode_is_short"),
    ("pinned_link = 'javascript:alert(1)'", "rooms_pinned_link_is_web"),
    ("pinned_link = 'https://a b'", "rooms_pinned_link_is_web"),
    ("pinned_link = 'https://' || repeat('x', 500)", "rooms_pinned_link_is_web"),
    ("ended_reason = 'no reason'", "rooms_only_ended_ones_have_a_reason"),
    ("ended_at = now(), ended_reason = E'two\\nlines'", "rooms_ended_reason_is_a_line"),
    ("ended_at = now(), ended_reason = repeat('x', 201)", "rooms_ended_reason_is_a_line"),
    ("starts_at = now() + interval '1 hour'", "rooms_stay_open"),
    ("opened_at = null", "rooms_stay_open"),
    ("host_id = (select id from users where username = 'eve')", "participants_person_is_here"),
]


def test_wrong_values_of_a_room_are_refused_with_an_explanation(psql: Psql, room: int) -> None:
    psql.act_as("rick")
    for change, rule in IMPOSSIBLE:
        with refused(rule):
            psql.connection.execute(f"update rooms set {change} where id = {room}".encode())
    assert psql.all("select name, access, locked from rooms") == [("Tea", "open", False)]


def test_wrong_texts_are_refused_with_an_explanation(psql: Psql, room: int) -> None:
    psql.act_as("rick")
    for statement in (
        "insert into rooms (name) values (repeat('x', 10000))",
        "insert into rooms (name, access) values ('A', 'club')",
        "insert into rooms (name, starts_at) values ('A', now() + '2 years')",
        f"select end_room({room}, repeat('x', 201))",
        "select found_club(' ')",
        "select found_club('Moth', repeat('x', 2001))",
        f"select invite_to_room({room}, expires_in => '91 days')",
        f"select invite_to_room({room}, max_uses => 0)",
        f"select invite_to_room({room}, 'rick')",
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as refusal:
            psql.connection.execute(statement.encode())
        said = str(refusal.value.diag.message_primary)
        assert "relation" not in said, said


def test_names_may_be_in_any_script_and_hold_any_markup(psql: Psql) -> None:
    psql.act_as("rick")
    for name in (
        "غرفة الشاي",
        "Tea & \u0427\u0430\u0439",
        "👩‍👩‍👧 🫖",
        "<img src=x onerror=alert(1)>",
        "x" * 120,
    ):
        assert psql.one("insert into rooms (name) values (%s) returning name", name) == name


def test_the_host_changes_all_columns_and_moderators_some(psql: Psql, room: int) -> None:
    psql.act_as("anna")
    psql.run(
        "update rooms set slow_mode = 5, pinned_link = 'https://example.org/x' where id = %s", room
    )
    assert psql.one("select lock_room(%s)", room) is True
    assert psql.one("select lock_room(%s)", room) is False
    for change in ("name = 'Mine'", "stage = 'open'", "access = 'invited'", "ended_at = now()"):
        with refused("rooms_only_the_host_changes_them"):
            psql.connection.execute(f"update rooms set {change} where id = {room}".encode())
    for call in ("end_room(%s)", "hand_over(%s, 'bo')"):
        with refused("rooms_only_the_host_changes_them"):
            psql.connection.execute(f"select {call}".encode(), (room,))
    psql.act_as("bo")
    assert psql.run("update rooms set locked = false where id = %s", room) == 0
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select lock_room(%s, false)", room)
    psql.act_as("rick").run(
        "update rooms set name = 'Coffee', access = 'invited', host_gone = 'end' where id = %s",
        room,
    )
    assert psql.all("select name, access, locked, slow_mode from rooms") == [
        ("Coffee", "invited", True, 5)
    ]


def test_hands_are_lowered_when_the_stage_opens(psql: Psql, room: int) -> None:
    psql.act_as("bo").one("select raise_hand(%s)", room)
    psql.act_as("rick").run("update rooms set stage = 'open' where id = %s", room)
    assert psql.all("select role, hand_raised_at from roster where username = 'bo'") == [
        ("AUDIENCE", None)
    ]
    join(psql, room, "eve")
    psql.act_as("rick").run("update rooms set stage = 'moderated' where id = %s", room)
    assert psql.one("select role from roster where username = 'eve'") == "SPEAKER"


def test_a_room_ends_for_a_reason_and_once(psql: Psql, connect: Connect, room: int) -> None:
    start = Barrier(2)

    def end(own: Psql) -> str:
        own.act_as("rick")
        start.wait(20)
        try:
            return str(own.one("select ended_reason from end_room(%s, ' That was it. ')", room))
        except psycopg.errors.CheckViolation as refusal:
            return str(refusal.diag.constraint_name)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(end, (Psql(connect()), Psql(connect()))))
    assert said == ["That was it.", "participants_room_is_open"]
    assert psql.roster(room) == []
    assert psql.one("select count(*) from hallway") == 0
    psql.act_as(None)
    assert (
        psql.one("select count(*) from events where table_name = 'rooms' and type = 'UPDATE'") == 1
    )
    with refused("rooms_stay_ended"):
        psql.run("update rooms set name = 'Again' where id = %s", room)


def test_a_scheduled_room_waits_for_its_time_and_lets_only_its_host_in(psql: Psql) -> None:
    room = plan(psql, "rick")
    assert psql.all("select scheduled, opened_at from hallway") == [(True, None)]
    with refused("participants_room_has_opened"):
        join(psql, room, "anna")
    join(psql, room, "rick")
    assert psql.one("select opened_at from rooms") is None, "the host looking in opens nothing"
    psql.act_as("anna").run("insert into reminders (room_id) values (%s)", room)
    with refused("rooms_only_the_host_changes_them"):
        psql.one("select open_room(%s)", room)
    assert psql.act_as("rick").one("select opened_at = now() from open_room(%s)", room) is True
    opened = psql.one("select opened_at from rooms")
    assert psql.one("select opened_at from open_room(%s)", room) == opened, "and stays open"
    join(psql, room, "anna")
    assert psql.act_as("anna").count("reminders") == 1
    assert psql.act_as("bo").count("reminders") == 0
    with refused("reminders_are_for_scheduled_rooms"):
        psql.run("insert into reminders (room_id) values (%s)", room)


def test_relays_open_what_is_due_and_nothing_else(psql: Psql, connect: Connect) -> None:
    due, later, gone = (plan(psql, "rick", when) for when in ("1 hour", "2 hours", "1 hour"))
    psql.act_as("rick").one("select end_room(%s)", gone)
    psql.act_as(None)
    assert psql.one("select relay_open_rooms()") == 0
    psql.run("alter table rooms disable trigger _100_guard")  # an hour goes by
    psql.run("update rooms set starts_at = now() where id in (%s, %s)", due, gone)
    psql.run("alter table rooms enable trigger _100_guard")
    assert psql.one("select relay_open_rooms()") == 1
    assert psql.all("select id from rooms where opened_at is not null") == [(due,)]
    assert psql.one("select relay_open_rooms()") == 0
    psql.act_as("rick").run("update rooms set starts_at = null where id = %s", later)
    assert psql.one("select opened_at is not null from rooms where id = %s", later) is True


def test_nothing_is_scheduled_for_later_than_in_a_year(psql: Psql) -> None:
    soon = plan(psql, "rick")
    psql.act_as("rick")
    for moment in ("now() + '2 years'", "'infinity'", "'-infinity'"):
        for statement in (
            f"insert into rooms (name, starts_at) values ('Later', {moment})",
            f"update rooms set starts_at = {moment} where id = {soon}",
        ):
            with refused("rooms_start_within_a_year"):
                psql.connection.execute(statement.encode())


def test_a_locked_room_keeps_its_participants_and_takes_no_new_ones(psql: Psql, room: int) -> None:
    psql.act_as("rick").one("select lock_room(%s)", room)
    with refused("participants_room_is_locked"):
        join(psql, room, "eve")
    before = psql.one("select peer_id from roster where username = 'bo'")
    assert join(psql, room, "bo") != before, "another tab of a participant"
    psql.one("select leave_room(%s)", room)
    with refused("participants_room_is_locked"):
        join(psql, room, "bo")
    psql.act_as("rick").one("select leave_room(%s)", room)
    join(psql, room, "rick")
    psql.one("select lock_room(%s, false)", room)
    join(psql, room, "eve")


def test_a_join_that_commits_after_the_room_was_locked_is_refused(
    psql: Psql, connect: Connect, room: int
) -> None:
    late, tab = Psql(connect(autocommit=False)), Psql(connect(autocommit=False))
    late.seat(room, "eve")
    tab.act_as("bo").one("select join_room(%s)", room)
    psql.act_as("rick").one("select lock_room(%s)", room)
    with refused("participants_room_is_locked"):
        late.connection.commit()
    tab.connection.commit()
    assert psql.roster(room) == ["rick", "anna", "bo"]


def test_a_clubs_own_room_is_for_its_members(psql: Psql) -> None:
    room = club_room(psql, "rick")
    with refused("participants_room_is_for_its_club"):
        join(psql, room, "anna")
    assert psql.act_as("anna").one("select access from hallway") == "club", "which anybody sees"
    psql.act_as("rick").run(
        "insert into members (club_id, user_id) select club_id, %s from rooms",
        psql.person_id("anna"),
    )
    join(psql, room, "anna")


def test_a_room_for_invited_users_is_hidden_from_others(psql: Psql, room: int) -> None:
    psql.act_as("rick").run("update rooms set access = 'invited' where id = %s", room)
    psql.one("select invite_to_room(%s, 'eve')", room)

    def seen(username: str | None) -> list[int]:
        psql.act_as(username)
        return [
            len(psql.all("select 1 from rooms")), len(psql.all("select 1 from hallway")),
            len(psql.all("select 1 from participants")), len(psql.all("select 1 from roster")),
        ]  # fmt: skip

    assert seen("stranger") == [0, 0, 0, 0]
    with refused("participants_room_is_open"):
        join(psql, room, "stranger")
    with refused(
        "participants_room_is_for_the_invited"
    ):  # who has an invitation still has to accept it
        join(psql, room, "eve")
    psql.act_as("stranger")
    with refused(
        "participants_room_is_open"
    ):  # to ask for what one may not know of is to ask for nothing
        psql.one("select require_open_room(%s)", room)
    for insider in ("rick", "bo", "eve", None):
        assert seen(insider) == [1, 1, 3, 3], insider
    psql.connection.execute("set role roomtone_anon")
    assert len(psql.all("select 1 from hallway")) == 0

    psql.act_as(None)
    [(row,)] = psql.all("select hallway_rows()")
    named = psql.all("select username from users where id = any (%s) order by 1", row["readers"])
    assert [name for (name,) in named] == ["anna", "bo", "eve", "rick"]
    head = psql.one("select hallway_seq from logs")
    psql.act_as("eve").one("select decline_invitation(my_invitations() -> 0 ->> 'code')")
    assert seen("eve") == [0, 0, 0, 0]
    psql.act_as(None)
    assert psql.one("select hallway_seq from logs") > head, "relays read the rows again"


def test_everybody_sees_who_is_in_an_open_room(psql: Psql, room: int) -> None:
    [(row,)] = psql.all("select hallway_rows()")
    assert "readers" not in row
    assert psql.act_as("eve").all("select username from roster") == [("rick",), ("anna",), ("bo",)]
