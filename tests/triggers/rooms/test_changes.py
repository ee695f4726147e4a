"""What a room may be, and who changes it and ends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from ...conftest import Connect
from ...patience import PATIENCE
from ...people import Psql, refused
from .joining import join

IMPOSSIBLE = [
    ("name = ''", "rooms_name_is_text"),
    ("name = repeat('x', 10000)", "rooms_name_is_text"),
    ("name = E'a\\nb'", "rooms_name_is_text"),
    ("description = E' \\n '", "rooms_description_is_text"),
    ("description = repeat('x', 501)", "rooms_description_is_text"),
    ("description = E'a\\x07b'", "rooms_description_is_text"),
    ("access = 'secret'", "rooms_access_is_known"),
    ("access = 'club'", "rooms_club_access_needs_a_club"),
    ("host_gone = 'panic'", "rooms_host_gone_is_known"),
    ("slow_mode = -1", "rooms_slow_mode_is_short"),
    ("slow_mode = 3601", "rooms_slow_mode_is_short"),
    ("pinned_link = 'javascript:alert(1)'", "rooms_pinned_link_is_a_web_address"),
    ("pinned_link = 'https://a b'", "rooms_pinned_link_is_a_web_address"),
    ("pinned_link = 'https://' || repeat('x', 500)", "rooms_pinned_link_is_a_web_address"),
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
        "insert into rooms (name, description) values ('A', repeat('x', 501))",
        "insert into rooms (name, access) values ('A', 'club')",
        "insert into rooms (name, starts_at) values ('A', now() + '2 years')",
        f"select end_room({room}, repeat('x', 201))",
        "select create_club(' ')",
        "select create_club('Moth', repeat('x', 2001))",
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
    for change in (
        "name = 'Mine'",
        "description = 'Mine'",
        "stage = 'open'",
        "access = 'invited'",
        "ended_at = now()",
    ):
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
        start.wait(PATIENCE)
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
