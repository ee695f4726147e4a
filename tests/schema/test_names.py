"""Which names the database allows, and which names it treats as equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from ..cases import cases
from ..people import Psql, refused
from . import unicode_sql

NAMES = cases("usernames", "names")
STORED = [case for case in NAMES if case["right"] != "400"]
RULES = ("users_username_is_allowed", "users_username_looks_like_no_other")


def shown(case: dict[str, Any]) -> str:
    return f"{case['right']} {case['name']!a}"


@pytest.fixture
def there(psql: Psql) -> dict[str, int]:
    """Those who exist, and their ids."""
    return {name: psql.person(name) for name in ("rick", "Zo\u00eb", "\u65e5\u672c")}


@pytest.mark.parametrize("case", STORED, ids=shown)
def test_signing_in_by_a_name(psql: Psql, there: dict[str, int], case: dict[str, Any]) -> None:
    if case["right"] == "no":
        with pytest.raises(psycopg.Error) as refusal:
            psql.person(case["name"])
        assert refusal.value.diag.constraint_name in RULES
        return
    person = psql.person(case["name"])
    assert (person in there.values()) == (case["right"] == "same")
    assert psql.person(case["name"]) == person


@pytest.mark.parametrize("case", STORED, ids=shown)
def test_the_operator_follows_the_rules_of_names(
    psql: Psql, there: dict[str, int], case: dict[str, Any]
) -> None:
    insert: LiteralString = "insert into users (username) values (%s)"
    if case["right"] == "ok":
        assert psql.run(insert, case["name"]) == 1
        return
    with pytest.raises(psycopg.Error) as refusal:
        psql.run(insert, case["name"])
    allowed = ("users_username_is_unique",) if case["right"] == "same" else RULES
    assert refusal.value.diag.constraint_name in (*allowed, RULES[1])
    assert there


@pytest.mark.parametrize("case", STORED, ids=shown)
def test_changing_a_name_follows_the_rules_of_names(
    psql: Psql, there: dict[str, int], case: dict[str, Any]
) -> None:
    psql.person("eve")
    psql.act_as("eve")
    change: LiteralString = "update users set username = %s where id = acting_user()"
    if case["right"] == "ok":
        assert psql.run(change, case["name"]) == 1
    else:
        with pytest.raises(psycopg.Error):
            psql.run(change, case["name"])
    assert there


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("rick", "r1ck"),
        ("rick", "RlCK"),
        ("payoy", "\u0440\u0430\u0443\u043e\u0443"),  # all of it Cyrillic
        ("Bill", "Bi1l"),
        ("modem", "modern"),
        ("BOBA", "\u0412\u041e\u0412\u0410"),
        ("anna lee", "anna  lee"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\U0001f680"),
        ("\u53e3", "\u30ed"),  # a mouth, and the syllable ro
    ],
)
def test_two_names_that_look_alike_cannot_both_be(psql: Psql, first: str, other: str) -> None:
    psql.person(first)
    with refused("users_username_looks_like_no_other"):
        psql.person(other)
    psql.run("insert into clubs (name, owner_id) select %s, min(id) from users", first)
    with refused("clubs_name_looks_like_no_other"):
        psql.run("insert into clubs (name, owner_id) select %s, min(id) from users", other)


@pytest.mark.parametrize(
    "name",
    [
        "O'Hara",
        "Jean-Luc",
        "\u03c0-day",
        "\u5c71\u7530\u3000\u592a\u90ce",
        "\ud55c\uad6d Kim",
        "\u65e5\u672cRick",
        "1\ufe0f\u20e3 Ann",
        "\U0001f469\U0001f3fd\u200d\U0001f680",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd 2",
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
        "Nguy\u1ec5n",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
        "Learn \u0420\u0443\u0441\u0441\u043a\u0438\u0439",
    ],
    ids=ascii,
)
def test_names_of_many_languages_are_allowed(psql: Psql, name: str) -> None:
    assert psql.one("select name_fault(%s)", name) is None
    assert psql.person(name) == psql.person(name)


@pytest.mark.parametrize(
    "name",
    [
        "rick\u200dx",
        "\U0001f469\u200d",
        "\U0001f469\u200dMae",
        "\u200d\U0001f680",
        "a\ufe0f",
        "a\u20dd",
        "\u0301a",
        "a \u0301",
        "rick \u05d3\u05e0\u05d4",
        "a\u0085",
        "\ue000",
        "\u2028x",
        "rick\u00a0x",
        "\U000e0041x",
        "\ufdd0",
        "\u0378",
        "\u13a1ick",
    ],
    ids=ascii,
)
def test_a_forbidden_name_is_refused_for_users_clubs_rooms_and_topics(
    psql: Psql, name: str
) -> None:
    rick = psql.person("rick")
    for statement, rule in (
        ("insert into users (username) values (%s)", "users_username_is_allowed"),
        ("insert into clubs (owner_id, name) values (%s, %s)", "clubs_name_is_allowed"),
        ("insert into rooms (host_id, name) values (%s, %s)", "rooms_name_is_allowed"),
        ("insert into topics (name) values (%s)", "topics_name_is_allowed"),
    ):
        values = (rick, name) if statement.count("%s") == 2 else (name,)
        with refused(rule):
            psql.run(statement, *values)


def test_a_name_is_stored_in_nfc(psql: Psql) -> None:
    psql.person("Zoe\u0308")
    assert psql.one("select username from users") == "Zo\u00eb"
    room = psql.room("Zo\u00eb", "Cafe\u0301")
    assert psql.one("select name from rooms where id = %s", room) == "Caf\u00e9"


def test_two_rooms_may_have_the_same_name(psql: Psql) -> None:
    assert psql.room("rick", "Tea") != psql.room("rick", "Tea")


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u202a", "\ufff9", "\u0085"], ids=ascii)
def test_control_characters_are_refused_in_longer_texts(psql: Psql, hidden: str) -> None:
    rick, room = psql.person("rick"), psql.room("rick")
    psql.seat(room, "rick")
    text = f"hello {hidden}dlrow"
    for statement, values, rule in (
        ("update users set bio = %s", (text,), "users_bio_has_no_hidden_controls"),
        (
            "insert into clubs (owner_id, name, description) values (%s, 'Tea', %s)",
            (rick, text),
            "clubs_description_has_no_hidden_controls",
        ),
        (
            "update rooms set description = %s where id = %s",
            (text, room),
            "rooms_description_has_no_hidden_controls",
        ),
        (
            "update rooms set pinned_link = %s where id = %s",
            (f"https://{hidden}x", room),
            "rooms_pinned_link_has_no_hidden_controls",
        ),
        (
            "update rooms set ended_reason = %s, ended_at = now() where id = %s",
            (text, room),
            "rooms_ended_reason_has_no_hidden_controls",
        ),
        (
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
            (room, rick, text),
            "messages_body_has_no_hidden_controls",
        ),
        (
            "insert into reports (room_id, reported_id, reason) values (%s, %s, %s)",
            (room, rick, text),
            "reports_reason_has_no_hidden_controls",
        ),
    ):
        with refused(rule):
            psql.run(statement, *values)


def test_longer_texts_may_mix_languages_and_joiners(psql: Psql) -> None:
    rick, room = psql.person("rick"), psql.room("rick")
    psql.seat(room, "rick")
    for text in (
        "\u05e9\u05dc\u05d5\u05dd means peace",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u200f!",
    ):
        written = psql.run(
            "insert into messages (room_id, user_id, body) values (%s, %s, %s)", room, rick, text
        )
        assert written == 1


def test_names_from_before_the_rules_are_changed(psql: Psql) -> None:
    psql.connection.execute(
        "drop index users_username_looks_like_no_other, users_username_is_unique, clubs_name_looks_like_no_other"
    )
    for table, rule in (
        ("users", "users_username_is_allowed"),
        ("users", "users_bio_has_no_hidden_controls"),
        ("rooms", "rooms_name_is_allowed"),
    ):
        psql.connection.execute(f"alter table {table} drop constraint {rule}".encode())
        psql.connection.execute(f"alter table {table} disable trigger user".encode())
    old = ["rick", "r1ck", "ri\u200bck", "Zoe\u0308", "user 3", "RICK\u2060"]
    ids = [
        psql.one("insert into users (username, bio) values (%s, %s) returning id", name, "a\u202eb")
        for name in old
    ]
    psql.run(
        "insert into rooms (name, host_id, topology, ended_at) values ('\u202ex', %s, 'mesh', now())",
        ids[0],
    )
    for table in ("users", "rooms"):
        psql.connection.execute(f"alter table {table} enable trigger user".encode())
    for table in ("10_people/11_users", "30_rooms/10_rooms"):
        source = Path(__file__).parents[2] / f"schema/{table}.sql"
        psql.connection.execute(source.read_text("utf-8").encode())
    found = psql.all("select username, bio from users order by id")
    names = [name for name, _ in found]
    assert (names[0], names[3]) == ("rick", "Zo\u00eb")
    assert psql.one("select count(distinct name_skeleton(username)) from users") == len(old)
    assert all(psql.one("select name_fault(%s)", name) is None for name in names)
    assert {bio for _, bio in found} == {"a\ufffdb"}
    assert psql.one("select name from rooms").startswith("room ")


def test_what_the_schema_knows_of_characters_is_what_the_library_does() -> None:
    """Of the look-alikes only the size: how letters are folded depends on the Python that writes the file."""
    written = (Path(__file__).parents[2] / "schema" / "00_database/20_unicode.sql").read_text(
        "ascii"
    )
    made = unicode_sql.sql()
    parts = [
        text.partition("create or replace function unicode_prototypes")[0]
        for text in (written, made)
    ]
    assert parts[0] == parts[1]
    assert abs(len(written) - len(made)) < len(made) / 20


def test_names_of_ascii_alone_are_treated_as_beside_other_letters(psql: Psql) -> None:
    """The functions read the table of all characters only for the others."""
    differing = psql.all(
        "with names (name) as (select first || chr(code) || last from generate_series(32, 126) code,"
        "   (values ('', ''), ('', 'x'), ('x', ''), ('x', 'x'), ('6m', ' 6%%')) around (first, last))"
        " select name from names where name_skeleton(name || 'x') || 'あ' <> name_skeleton(name || 'xあ')"
        " or 'あ' || name_skeleton('x' || name) <> name_skeleton('あx' || name)"
        " or name_fault(name || 'x') is distinct from name_fault(name || 'xé')"
        " or name_fault('x' || name) is distinct from name_fault('éx' || name)"
    )
    assert differing == []


def test_a_user_is_found_by_any_spelling_of_the_name(psql: Psql) -> None:
    room = psql.room("rick")
    zoe = psql.person("Zo\u00eb")
    for typed in ("zo\u00eb", "Zoe\u0308", "\uff3ao\u00eb"):
        assert psql.one("select require_user(%s)", typed) == zoe
        assert psql.one("select act_as(%s)", typed) == "Zo\u00eb"
        psql.act_as(None)
    psql.seat(room, "Zo\u00eb")
    psql.act_as("rick")
    assert psql.one("select require_participant(%s, %s)", room, "ZOE\u0308") == zoe
