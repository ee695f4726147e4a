"""What the rows refuse: each with its documented status, no traceback, and nothing changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest

from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay

METACHARACTERS = (
    "'; drop table rooms; --",
    '"; drop table rooms; --',
    "%s %(name)s %% %",
    "\\'; select pg_sleep(9)",
    "$$ || $1",
    "a\nb",
    "\u202e\ufeff",
    "(((",
    "a.b->>'c'",
)


UNPARSABLE = [
    "id=7",
    "id=eq",
    "id=what.7",
    "id=is.7",
    "id=in.1,2",
    "id=in.(1",
    'name=in.("a)',
    "id=eq(any).7",
    "id=is(any).{null}",
    "=eq.1",
    "or=id.eq.1",
    "or=()",
    "or=(id.eq.1))",
    "or=(id)",
    "select=id,,name",
    "select=id::pg_shadow",
    "select=id,name)",
    'select="id',
    "order=id.sideways",
    "order=id.asc.desc",
    "limit=ten",
    "limit=1&limit=2",
    "offset=1.5",
    "select=id&select=name",
    "and=" + "(and" * 50 + "(id.eq.1)" + ")" * 50,
    "&".join(f"id=neq.{number}" for number in range(200)),
    "name=eq.%00",
    "name=eq.%ff",
    f"{'x' * 64}=eq.1",
]

SENSELESS = [
    ("nope=eq.1", 400, "42703"),
    ("select=nope", 400, "42703"),
    ("order=nope", 400, "42703"),
    ("id=eq.seven", 400, "22P02"),
    ("id=in.(1,seven)", 400, "22P02"),
    (f"id=eq.{'9' * 40}", 400, "22003"),
    ("id=like.7", 400, "42883"),
    ("name=match.(", 400, "2201B"),
    ("name=fts.%26%26", 400, "42601"),
    ("name=fts(klingon).x", 400, "42704"),
    ("stage=cs.{1}", 400, "42883"),
    ("select=id,topics(*)", 400, "PGRST200"),
    ("select=id,users(*)", 300, "PGRST201"),
    ("select=...clubs(*)", 400, "PGRST127"),
    ("select=id,clubs(*)&members.id=eq.1", 400, "PGRST108"),
    ("select=id,clubs(*)&clubs.name=match.(", 400, "2201B"),
    ("limit=-1", 416, "PGRST103"),
    ("offset=-1", 416, "PGRST103"),
    (f"offset={'9' * 30}", 416, "PGRST103"),
]

UNTAKEABLE = [
    (b"", 400, "PGRST102"),
    (b"{", 400, "PGRST102"),
    (b"name=Tea", 400, "PGRST102"),
    (b"\xff\xfe", 400, "PGRST102"),
    (b'{"name": NaN}', 400, "PGRST102"),
    (b"7", 400, "PGRST102"),
    (b"null", 400, "PGRST102"),
    (b'["Tea"]', 400, "PGRST102"),
    (b"[" * 100_000, 400, "PGRST102"),
    (b'{"name": ' + b"9" * 5_000 + b"}", 400, "PGRST102"),
    (b'{"club_id": ' + b"9" * 4_000 + b', "name": "x"}', 400, "22003"),
    (b'{"name": "x", "nope": 1}', 400, "PGRST204"),
    (b'{"name": "x", "ctid": "(0,1)"}', 400, "PGRST204"),
    (b'{"name": "\\u0000"}', 400, "22P05"),
    (b'{"name": "\\ud800"}', 400, "PGRST102"),
    (b'{"name": "x", "club_id": "first"}', 400, "22P02"),
    (b'{"name": "x", "club_id": {"a": 1}}', 400, "22P02"),
    (b'{"name": "x", "id": 7}', 400, "428C9"),
    (b'{"name": "x", "club_id": 999999}', 409, "23503"),
    (b'[{"name": "x"}, {"name": 1, "nope": 2}]', 400, "PGRST102"),
]


@pytest.fixture(autouse=True)
def no_tracebacks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING):
        yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


@pytest.fixture
def tea(world: World) -> Iterator[World]:
    world.room("Tea")
    before = world.psql.all("select * from rooms"), world.psql.all("select * from users")
    yield world
    assert (world.psql.all("select * from rooms"), world.psql.all("select * from users")) == before


def test_a_query_string_that_does_not_parse(tea: World) -> None:
    for query in UNPARSABLE:
        problem(tea.rick.get(f"/rows/rooms?{query}"), 400, "PGRST100")


def test_a_query_that_the_database_refuses(tea: World) -> None:
    for query, status, code in SENSELESS:
        problem(tea.rick.get(f"/rows/rooms?{query}"), status, code)


def test_a_body_that_is_refused(tea: World) -> None:
    headers = {"Content-Type": "application/json"}
    for body, status, code in UNTAKEABLE:
        response = tea.rick.post("/rows/rooms", content=body, headers=headers)
        reply = problem(response, status, code, response.json().get("rule"))
        assert reply["message"], body[:80]


def test_nested_json_is_stored_or_refused_but_never_breaks(world: World) -> None:
    room = world.room()
    for name in ("rick", "anna"):
        world.psql.seat(room, name)
    to = str(world.psql.one("select peer_id from roster where username = 'rick'"))
    for depth in (50, 500, 50_000):
        nested = '{"candidate":' * depth + '""' + "}" * depth
        body = f'{{"room_id":{room},"to_peer":"{to}","kind":"bye","body":{nested}}}'
        headers = {"Content-Type": "application/json"}
        response = world.anna.post("/rows/signals", content=body, headers=headers)
        assert response.status_code in (201, 400, 413), response.text


def test_more_rows_than_one_request_may_write(tea: World) -> None:
    rooms = [{"name": "x"}] * 1001
    rule = "requests_rows_are_few"
    problem(tea.rick.post("/rows/rooms", json=rooms), 413, "54000", rule)


def test_a_body_of_a_megabyte(tea: World) -> None:
    rule = "requests_body_is_small"
    huge = {"name": "x" * 1_000_000}
    problem(tea.rick.post("/rows/rooms", json=huge), 413, "54000", rule)

    def unannounced() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b" " * 1_000

    headers = {"Content-Type": "application/json"}
    response = tea.rick.post("/rows/rooms", content=unannounced(), headers=headers)
    problem(response, 413, "54000", rule)


def test_a_body_that_does_not_say_it_is_json(tea: World) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/csv", "multipart/form-data"):
        headers = {"Content-Type": kind}
        response = tea.rick.post("/rows/rooms", content=b'{"name": "x"}', headers=headers)
        assert "--json" in problem(response, 415, "PGRST107")["hint"]


def test_an_answer_in_a_form_that_is_not_offered(tea: World) -> None:
    for kind in ("text/csv", "application/vnd.pgrst.plan+json", "application/json;q=0"):
        response = tea.rick.get("/rows/rooms", headers={"Accept": kind})
        problem(response, 406, "PGRST107")
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert tea.rick.get("/rows/rooms", headers=browser).status_code == 200


def test_another_schema_is_refused(tea: World) -> None:
    other = {"Accept-Profile": "pg_catalog", "Content-Profile": "pg_catalog"}
    problem(tea.rick.get("/rows/rooms", headers=other), 406, "PGRST106")
    problem(tea.rick.post("/rows/rooms", json={"name": "x"}, headers=other), 406, "PGRST106")
    problem(tea.rick.post("/rows/rpc/join_room", json={}, headers=other), 406, "PGRST106")
    for ours in ("public", "roomtone"):
        response = tea.rick.get("/rows/rooms", headers={"Accept-Profile": ours})
        assert response.status_code == 200


def test_unknown_methods_and_paths(tea: World) -> None:
    put = problem(tea.rick.put("/rows/rooms", json={"name": "x"}), 405, "PGRST117")
    assert put["hint"] == "Use POST with Prefer: resolution=merge-duplicates."
    problem(tea.rick.get("/rows/hallways"), 404, "PGRST205")
    problem(tea.rick.post("/rows/a/b/c"), 404, "PGRST125")
    problem(tea.rick.post("/rows/hallway", json={"name": "x"}), 405, "55000")


def test_sql_metacharacters_are_ordinary_characters_everywhere(tea: World) -> None:
    for text in METACHARACTERS:
        quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        answers = [
            tea.rick.get("/rows/rooms", params={"name": f"eq.{text}"}),
            tea.rick.get("/rows/rooms", params={"or": f"(name.eq.{quoted},id.lt.0)"}),
            tea.rick.get("/rows/rooms", params={"name": f"in.({quoted})"}),
            tea.rick.get("/rows/rooms", params={"select": f"{quoted}:id", "id": "lt.0"}),
            tea.rick.get("/rows/rooms", params={"name": f"like(any).{{{quoted}}}"}),
        ]
        assert [answer.status_code for answer in answers] == [200] * 5, text
        assert [answer.json() for answer in answers] == [[]] * 5
        refusals = [
            tea.rick.get("/rows/rooms", params={"select": quoted}),
            tea.rick.get("/rows/rooms", params={"order": quoted}),
            tea.rick.get("/rows/rooms", params={quoted: "eq.1"}),
            tea.rick.post("/rows/rooms", json={text: 1}),
            tea.rick.post("/rows/rpc/join_room", json={text: 1}),
            tea.rick.get("/rows/rooms", params={"select": f"id::{quoted}"}),
            tea.rick.post("/rows/rooms", params={"on_conflict": quoted}, json={"name": "x"}),
        ]
        for refusal in refusals:
            assert refusal.status_code in (400, 404), refusal.text
            problem(refusal, refusal.status_code, refusal.json()["code"])


def test_the_answer_names_columns_just_as_they_were_asked(tea: World) -> None:
    for text in METACHARACTERS:
        quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        (row,) = tea.rick.get("/rows/rooms", params={"select": f"{quoted}:name"}).json()
        assert row == {text: "Tea"}


def test_a_refusal_can_be_requested_with_status_200(world: World) -> None:
    row = {"room_id": world.room(), "to_peer": str(uuid4()), "kind": "bye", "body": {}}
    loud = world.anna.post("/rows/signals", json=row)
    quiet = world.anna.post("/rows/signals", json=row, headers={"Prefer": "refusal=quiet"})
    assert (loud.status_code, quiet.status_code) == (400, 200)
    assert quiet.json() == loud.json()
    assert quiet.headers["content-type"] == "application/problem+json"
    assert quiet.headers["preference-applied"] == "refusal=quiet"
    unnamed = world.anna.post("/rows/rooms", json={"nme": 1}, headers={"Prefer": "refusal=quiet"})
    assert unnamed.status_code == 400
