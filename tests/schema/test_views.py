"""The views and functions for psql follow the same rules as everything else."""

from __future__ import annotations

import psycopg
import pytest

from ..people import Psql


def test_the_hallway_shows_open_rooms_with_those_on_stage_first_come_first(psql: Psql) -> None:
    room = psql.room("rick", "Tea")
    ended = psql.room("rick", "Yesterday's")
    psql.act_as("rick").one("select end_room(%s)", ended)
    psql.act_as(None)
    for name in ("e", "d", "c", "b", "a"):
        psql.seat(room, name)
    psql.seat(room, "shy", "AUDIENCE")
    [(name, here, on_stage, people)] = psql.all("select name, here, on_stage, people from hallway")
    assert (name, here, on_stage) == ("Tea", 6, 5)
    assert [person["username"] for person in people] == ["e", "d", "c", "b"]


def test_rooms_of_followed_clubs_come_first(psql: Psql) -> None:
    psql.person("rick")
    psql.person("anna")
    club = psql.one(
        "insert into clubs (name, owner_id) select 'Jazz', id from users limit 1 returning id"
    )
    psql.room("rick", "Elsewhere")
    jazz = psql.room("rick", "Jazz tonight")
    psql.run("update rooms set club_id = %s where id = %s", club, jazz)
    psql.seat(psql.one("select min(id) from rooms"), "rick")
    psql.act_as("anna")
    assert [name for (name,) in psql.all("select name from hallway")] == [
        "Elsewhere",
        "Jazz tonight",
    ]
    psql.run("insert into followers (club_id) values (%s)", club)
    assert psql.all("select name, followed from hallway") == [
        ("Jazz tonight", True),
        ("Elsewhere", False),
    ]


def test_the_roster_hides_a_host_who_is_away(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    psql.act_as("rick").one("select leave_room(%s)", room)
    assert psql.roster(room) == ["anna"]
    assert psql.one("select here from hallway") == 1


def test_acting_as_a_user_gives_only_their_rights(psql: Psql) -> None:
    psql.person("rick")
    assert psql.one("select act_as('RICK')") == "rick"
    assert psql.one("select current_user") == "roomtone_person"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql.run("delete from users where username = 'rick'")
    assert psql.one("select act_as(null)") == "yourself, the operator"
    assert psql.one("select current_user") != "roomtone_person"


def test_acting_as_an_unknown_user_is_refused(psql: Psql) -> None:
    with pytest.raises(psycopg.errors.NoDataFound, match="there is no user called 'ghost'"):
        psql.one("select act_as('ghost')")


def test_act_as_can_change_to_another_user(psql: Psql) -> None:
    for name in ("rick", "anna"):
        psql.person(name)
        psql.one("select act_as(%s)", name)
        assert psql.one("select username from users where id = acting_user()") == name
        psql.one("select act_as(null)")
    psql.one("select act_as('rick')")
    assert psql.one("select act_as('anna')") == "anna"


def test_act_as_is_refused_through_a_relay(psql: Psql) -> None:
    rick = psql.person("rick")
    psql.person("anna")
    with psql.connection.transaction():
        psql.run("select become(jsonb_build_object('sub', %s::text), 'relay-1')", str(rick))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for people in psql"):
            psql.one("select act_as('anna')")
        raise psycopg.Rollback


def test_joining_without_a_user_says_how_to_act_as_one(psql: Psql) -> None:
    room = psql.room("rick")
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refusal:
        psql.one("select join_room(%s)", room)
    assert refusal.value.diag.message_hint == "In psql: select act_as('rick');"


def test_a_revoked_token_is_refused(psql: Psql) -> None:
    rick = psql.person("rick")
    claims = (
        f'{{"sub": "{rick}", "jti": "6f0cb1d2-5a43-4b5e-9d0c-7c2a2d1f3a10", "exp": 4000000000}}'
    )
    with psql.connection.transaction():
        psql.run("select become(%s, 'relay-1')", claims)
        psql.run("select sign_out()")
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification, match="signed out"):
        psql.run("select become(%s, 'relay-1')", claims)


def test_the_relays_own_login_can_do_nothing_to_the_tables(psql: Psql) -> None:
    psql.run("set role roomtone_relay")
    tables = psql.all(
        "select relname from pg_class where relnamespace = 'roomtone'::regnamespace and relkind in ('r', 'v')"
    )
    assert len(tables) > 12
    assert (
        psql.all(
            """select relname, privilege from pg_class,
                  unnest(array['select', 'insert', 'update', 'delete', 'truncate']) privilege
           where relnamespace = 'roomtone'::regnamespace and relkind in ('r', 'v')
             and has_table_privilege('roomtone_relay', oid, privilege)"""
        )
        == []
    )


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("insert into rooms (name, host_id) values ('  ', 1)", "rooms_name_is_text"),
        ("insert into rooms (name, host_id) values (repeat('x', 121), 1)", "rooms_name_is_text"),
        ("insert into users (username) values ('')", "users_username_is_text"),
        ("insert into users (username) values (' rick')", "users_username_is_allowed"),
        ("insert into users (username) values (E'ri\\nck')", "users_username_is_text"),
        ("insert into users (username) values (repeat('x', 41))", "users_username_is_text"),
        ("insert into users (username) values ('RICK')", "users_username_is_unique"),
    ],
)
def test_names_are_text_of_a_reasonable_length(psql: Psql, statement: str, rule: str) -> None:
    psql.person("rick")
    with pytest.raises(psycopg.Error) as refusal:
        psql.connection.execute(statement.encode())
    assert refusal.value.diag.constraint_name == rule


def test_names_may_be_in_any_script_and_hold_any_metacharacter(psql: Psql) -> None:
    for name in (
        "Robert'); drop table users;--",
        "سلام",
        "👩‍🚀 ünïcode",
        "<b>x</b>",
        "%_\\",
        "select",
    ):
        assert psql.one("select username from sign_in(%s)", name) == name
        assert psql.person(name) == psql.person(name.upper())
