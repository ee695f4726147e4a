"""Users of an issuer: found and created by its subject, disabled, and moderating the site."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from psycopg.types.json import Jsonb

from ..conftest import Connect
from ..people import Psql, refused, waits_for

ISSUER = "https://issuer.example"
UUID = "6fd2a1a8-6ab5-4a3e-8d1c-0d0a4a4d2f10"

BEGIN: LiteralString = (
    "select relay_begin_openid_session(%s, %s, %s, %s, '0 s', now() + interval '1 day')"
)

NAMES: list[tuple[dict[str, Any], str]] = [
    ({"preferred_username": "rick", "name": "Rick Blaine"}, "rick"),
    ({"nickname": "Ricky", "name": "Rick Blaine"}, "Ricky"),
    ({"name": "  Rick \t Blaine\n"}, "Rick Blaine"),
    ({"email": "rick@cafe.example"}, "rick"),
    ({"preferred_username": "rick@cafe.example"}, "rick"),  # Entra's is an address
    ({"preferred_username": "@rick"}, "rick"),
    ({}, "guest"),
    ({"preferred_username": "", "nickname": "@", "email": "@cafe.example"}, "guest"),
    ({"preferred_username": 7, "nickname": ["a"], "name": None, "email": {"a": 1}}, "guest"),
    ({"preferred_username": "ri\u200bck", "name": "Rick"}, "Rick"),  # an invisible character
    ({"preferred_username": "r\u0456ck", "nickname": "Ricky"}, "Ricky"),  # Latin and Cyrillic
    ({"name": "Zoe\u0308"}, "Zo\u00eb"),
    ({"name": "\u65e5\u672c\u592a\u90ce"}, "\u65e5\u672c\u592a\u90ce"),
    ({"name": "x" * 300}, "x" * 32),
]


@pytest.mark.parametrize(("claims", "name"), NAMES)
def test_a_name_comes_from_the_first_claim_that_is_allowed(
    psql: Psql, claims: dict[str, Any], name: str
) -> None:
    assert psql.one("select name_of_claims(%s)", Jsonb(claims)) == name


def user(psql: Psql, subject: str, name: str = "rick", **more: Any) -> dict[str, Any]:
    """Sign in by this subject; the row of `users`."""
    given = {"creates": True, "moderator": None, "issuer": ISSUER} | more
    return dict(
        psql.one(
            "select to_jsonb(u) from sign_in_by_subject(%s, %s, %s, %s, %s) u",
            given["issuer"], subject, Jsonb({"name": name}), given["creates"], given["moderator"],
        )
    )  # fmt: skip


def test_a_subject_is_one_user_of_its_issuer_whatever_the_name(psql: Psql) -> None:
    first = user(psql, UUID)
    assert (first["username"], first["kind"], first["site_moderator"]) == ("rick", "person", False)
    assert user(psql, UUID, "another name") == first
    assert user(psql, UUID, issuer="https://other.example")["id"] != first["id"]
    psql.run("update users set username = 'Richard' where id = %s", first["id"])
    assert user(psql, UUID)["username"] == "Richard"
    assert psql.act_as("Richard").one("select acting_user()") == first["id"]


def test_a_name_alone_signs_in_no_user_of_an_issuer_or_with_a_passkey(psql: Psql) -> None:
    user(psql, UUID)
    psql.run("insert into users (username, kind, issuer, subject) values ('bee', 'bot', 'i', '1')")
    for name, kind in (("rick", "person"), ("Rick", "person"), ("rick", "bot"), ("bee", "bot")):
        with refused("users_with_accounts_need_more_than_a_name"):
            psql.one("select sign_in(%s, %s)", name, kind)
    ilsa = psql.one("select id from sign_in('ilsa')")
    psql.run(
        "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name)"
        " values (%s, 'c', 'k', 'h', 0, 'Phone')",
        ilsa,
    )
    with refused("users_with_accounts_need_more_than_a_name"):
        psql.one("select sign_in('ilsa')")


def test_names_that_are_taken_get_a_number(psql: Psql) -> None:
    psql.person("rick")
    names = [user(psql, str(n), "r1ck" if n else "Rick")["username"] for n in range(30)]
    assert names[:8] == ["Rick 2", *(f"r1ck {n}" for n in range(3, 10))]
    assert len(set(names)) == 30


def test_an_unknown_subject_is_refused_where_no_users_are_created(psql: Psql) -> None:
    with refused("users_subject_is_known"):
        user(psql, UUID, creates=False)
    psql.run("insert into users (username, issuer, subject) values ('ilsa', %s, %s)", ISSUER, UUID)
    assert user(psql, UUID, creates=False)["username"] == "ilsa"


def test_a_subject_that_arrives_twice_at_once_is_created_once(psql: Psql, connect: Connect) -> None:
    other = Psql(connect())
    with psql.connection.transaction():
        first = user(psql, UUID)
        with waits_for(
            psql,
            other,
            'select id from sign_in_by_subject(%s, %s, \'{"name": "rick"}\', true)',
            ISSUER,
            UUID,
        ) as second:
            pass_on = second
            assert not pass_on.done()
            psql.connection.execute("commit")
            assert pass_on.result() == first["id"]
            psql.connection.execute("begin")


def test_new_users_of_one_address_come_slowly(psql: Psql) -> None:
    sign_in = "select sign_in_by_subject(%s, %s, '{}', true, null, '192.0.2.7', 2)"
    for subject in ("1", "2"):
        psql.run(sign_in, ISSUER, subject)
    with refused("users_are_rate_limited"):
        psql.run(sign_in, ISSUER, "3")
    psql.run(sign_in, ISSUER, "1")


def test_users_do_not_see_who_vouches_for_others(psql: Psql) -> None:
    user(psql, UUID)
    psql.act_as("rick")
    for column in ("issuer", "subject", "disabled_at"):
        assert not psql.one("select has_column_privilege('users', %s, 'select')", column)


def test_a_disabled_user_leaves_and_is_refused_everywhere(psql: Psql) -> None:
    room = psql.room("host")
    bad = user(psql, UUID, "bad")
    psql.seat(room, "bad")
    psql.run("update users set disabled_at = now() where username = 'bad'")
    assert psql.roster(room) == []
    claims = Jsonb({"sub": str(bad["id"])})
    for statement in (
        "select sign_in('bad')",
        "select sign_in_by_subject(%(issuer)s, %(uuid)s, '{}', true)",
        "select become(%(claims)s, 'relay-1')",
    ):
        with refused("users_are_not_disabled"):
            psql.connection.execute(statement, {"issuer": ISSUER, "uuid": UUID, "claims": claims})
    psql.act_as("bad")  # the operator, in psql
    psql.act_as(None)
    assert psql.one("select enable_user('bad')")
    psql.run("select become(%s, 'relay-1')", claims)


def test_another_issuer_or_subject_ends_the_earlier_tokens_of_a_user(psql: Psql) -> None:
    room, rick = psql.room("host"), psql.person("rick")
    psql.seat(room, "rick")
    psql.run(BEGIN, "old", rick, None, None)
    now = psql.one("select extract(epoch from now())::float8")

    def become(**claims: Any) -> None:
        with psql.connection.transaction(force_rollback=True):
            psql.run("select become(%s, 'relay-1')", Jsonb({"sub": str(rick)} | claims))

    become()
    psql.run("update users set issuer = %s, subject = %s where id = %s", ISSUER, UUID, rick)
    for earlier in ({}, {"iat": now - 600}, {"iat": int(now), "jti": "x"}):
        with refused("users_earlier_tokens_are_refused"):
            become(**earlier)
    become(iat=now + 600)
    assert psql.roster(room) == []
    assert psql.count("openid_sessions") == 0
    set_at = psql.one("select tokens_ended_at from users where id = %s", rick)
    psql.run("update users set issuer = issuer, subject = subject, bio = 'x' where id = %s", rick)
    assert psql.one("select tokens_ended_at from users where id = %s", rick) == set_at
    psql.run("update users set tokens_ended_at = now() + interval '1 hour' where id = %s", rick)
    with refused("users_earlier_tokens_are_refused"):
        become(iat=now + 600)


def test_a_sign_in_by_name_waits_for_the_operator_who_gives_the_user_an_issuer(
    psql: Psql, connect: Connect
) -> None:
    other = Psql(connect())
    rick = psql.person("rick")
    with psql.connection.transaction():
        psql.run("update users set issuer = %s, subject = %s where id = %s", ISSUER, UUID, rick)
        with waits_for(psql, other, "select id from sign_in('rick')") as second:
            psql.connection.execute("commit")
            with refused("users_with_accounts_need_more_than_a_name"):
                second.result()
            psql.connection.execute("begin")


def test_site_moderators_disable_users_and_moderate_rooms_they_may_see(psql: Psql) -> None:
    room = psql.room("host", stage="moderated")
    hidden = psql.one(
        "insert into rooms (name, host_id, access) values ('Hush', %s, 'invited') returning id",
        psql.person("host"),
    )
    psql.seat(room, "host")
    psql.seat(room, "bad", "SPEAKER")
    for subject, name in (("1", "mia"), ("2", "max")):
        psql.run(BEGIN, name, user(psql, subject, name, moderator=True)["id"], None, None)
    psql.act_as("bad")
    with refused("users_only_site_moderators_disable"):
        psql.one("select disable_user('host')")
    psql.act_as("mia")
    assert not psql.one("select moderates(%s)", hidden)
    assert psql.one("select moderates(%s)", room)
    psql.one("select move_to_audience(%s, 'bad')", room)
    psql.one("select remove_from_room(%s, 'bad')", room)
    with refused("rooms_only_the_host_changes_them"):
        psql.run("update rooms set name = 'Mine' where id = %s", room)
    with refused("users_only_operators_disable_site_moderators"):
        psql.one("select disable_user('max')")
    assert psql.one("select disable_user('bad')")
    assert not psql.one("select disable_user('bad')")
    psql.one("select end_room(%s, 'Bad manners')", room)
    psql.act_as(None)
    assert psql.one("select ended_reason from rooms where id = %s", room) == "Bad manners"
    assert user(psql, "1")["site_moderator"], "no claim, no change"
    assert not user(psql, "1", moderator=False)["site_moderator"]
