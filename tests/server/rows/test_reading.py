"""`GET /rows/{table}`: PostgREST's reading."""

from __future__ import annotations

from typing import Any

import pytest
from roomtone.rows import catalogue

from ...running import run_relay
from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay

FILTERS = [
    ("name=eq.Tea", ["Tea"]),
    ("name=neq.Tea", ["Night owls", "Ten % off", "a,b (c)"]),
    ("name=not.eq.Tea", ["Night owls", "Ten % off", "a,b (c)"]),
    ("name=in.(Tea,%22a,b%20(c)%22)", ["Tea", "a,b (c)"]),
    ("name=in.()", []),
    ("name=not.in.(Tea)", ["Night owls", "Ten % off", "a,b (c)"]),
    ("name=like.Te*", ["Tea", "Ten % off"]),
    ("name=like.Te%25", ["Tea", "Ten % off"]),
    ("name=ilike.*OWL*", ["Night owls"]),
    ("name=like(any).{Tea,N*}", ["Night owls", "Tea"]),
    ("name=ilike(all).{*e*,*t*}", ["Tea", "Ten % off"]),
    ("name=eq(any).{Tea,Nope}", ["Tea"]),
    ("name=match.^T", ["Tea", "Ten % off"]),
    ("name=imatch.^t", ["Tea", "Ten % off"]),
    ("name=fts(english).owl", ["Night owls"]),
    ("name=plfts.tea", ["Tea"]),
    ("name=isdistinct.Tea", ["Night owls", "Ten % off", "a,b (c)"]),
    ("club_id=is.null", ["Night owls", "Ten % off", "a,b (c)"]),
    ("club_id=is.not_null", ["Tea"]),
    ("club_id=not.is.null", ["Tea"]),
    ("id=gt.0&id=lte.9999&name=gte.U", ["a,b (c)"]),
    ("id=lt.0", []),
    ("or=(name.eq.Tea,name.like.N*)", ["Night owls", "Tea"]),
    ("not.or=(name.eq.Tea,name.like.N*)", ["Ten % off", "a,b (c)"]),
    ("and=(name.like.T*,or(name.eq.Tea,club_id.not.is.null))", ["Tea"]),
    ("or=(name.in.(Tea,Nope),not.and(id.gt.0,name.neq.%22a,b%20(c)%22))", ["Tea", "a,b (c)"]),
]


@pytest.fixture
def rooms(world: World) -> World:
    club = world.club("Kettle")
    world.room("Tea")
    world.psql.run("update rooms set club_id = %s where name = 'Tea'", club)
    for name in ("Night owls", "Ten % off", "a,b (c)"):
        world.room(name)
    return world


def names(world: World, query: str) -> list[str]:
    response = world.anna.get(f"/rows/rooms?select=name&{query}")
    assert response.status_code == 200, response.text
    return sorted(row["name"] for row in response.json())


def test_every_filter_chooses_its_rows(rooms: World) -> None:
    assert {query: names(rooms, query) for query, _ in FILTERS} == dict(FILTERS)


def test_all_readable_columns_are_selected_by_default(rooms: World) -> None:
    (tea,) = rooms.anonymous.get("/rows/rooms?name=eq.Tea").json()
    assert tea["name"] == "Tea"
    assert tea.keys() >= {"id", "name", "club_id", "host_id", "stage", "created_at", "ended_at"}


def test_columns_are_renamed_cast_and_read_by_json_path(rooms: World) -> None:
    rooms.psql.seat(rooms.psql.one("select id from rooms where name = 'Tea'"), "anna")
    query = "select=title:name,key:id::text,first:people->0->>username,people->0->role&name=eq.Tea"
    (row,) = rooms.anonymous.get(f"/rows/hallway?{query}").json()
    assert row == {"title": "Tea", "key": row["key"], "first": "anna", "role": "SPEAKER"}
    assert isinstance(row["key"], str)


def test_json_is_filtered_and_ordered_by_what_is_in_it(rooms: World) -> None:
    rooms.psql.seat(rooms.psql.one("select id from rooms where name = 'Tea'"), "anna")
    query = "people->0->>username=eq.anna&order=people->0->>username.desc&select=name"
    assert rooms.anonymous.get(f"/rows/hallway?{query}").json() == [{"name": "Tea"}]


def test_rows_are_ordered_limited_and_skipped(rooms: World) -> None:
    def get(query: str) -> list[Any]:
        return [row["name"] for row in rooms.anonymous.get(f"/rows/rooms?{query}").json()]

    assert get("order=club_id.desc.nullslast,name.asc&limit=2") == ["Tea", "Night owls"]
    assert get("order=club_id.nullsfirst,name.desc&limit=1&offset=3") == ["Tea"]
    assert get("limit=0") == []
    assert len(get(f"limit={10**400}")) == 4


def test_no_more_rows_are_given_than_the_limit_allows(database_url: str, rooms: World) -> None:
    with run_relay(database_url, rows_limit=3) as relay, relay.client() as client:
        response = client.get("/rows/rooms?limit=100", headers={"Prefer": "count=exact"})
    assert (response.status_code, len(response.json())) == (206, 3)
    assert response.headers["content-range"] == "0-2/4"


def test_the_exact_count_is_sent_on_request(rooms: World) -> None:
    asked = {"Prefer": "count=exact"}
    part = rooms.anonymous.get("/rows/rooms?limit=2&offset=1", headers=asked)
    assert (part.status_code, part.headers["content-range"]) == (206, "1-2/4")
    assert part.headers["preference-applied"] == "count=exact"
    whole = rooms.anonymous.get("/rows/rooms", headers=asked)
    assert (whole.status_code, whole.headers["content-range"]) == (200, "0-3/4")
    none = rooms.anonymous.get("/rows/rooms?id=lt.0", headers=asked)
    assert none.headers["content-range"] == "*/0"
    assert rooms.anonymous.get("/rows/rooms").headers["content-range"] == "0-3/*"
    problem(rooms.anonymous.get("/rows/rooms?offset=9", headers=asked), 416, "PGRST103")


def test_head_has_the_same_headers_without_the_rows(rooms: World) -> None:
    response = rooms.anonymous.head("/rows/rooms", headers={"Prefer": "count=exact"})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-range"] == "0-3/4"


def test_one_object_is_sent_on_request_if_there_is_exactly_one(rooms: World) -> None:
    single = {"Accept": "application/vnd.pgrst.object+json"}
    one = rooms.anonymous.get("/rows/rooms?select=name&name=eq.Tea", headers=single)
    assert one.json() == {"name": "Tea"}
    assert one.headers["content-type"] == "application/vnd.pgrst.object+json; charset=utf-8"
    several = rooms.anonymous.get("/rows/rooms", headers=single)
    assert problem(several, 406, "PGRST116")["details"] == "The result contains 4 rows"
    problem(rooms.anonymous.get("/rows/rooms?id=eq.-1", headers=single), 406, "PGRST116")


def test_nulls_are_left_out_on_request(rooms: World) -> None:
    stripped = {"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}
    response = rooms.anonymous.get("/rows/rooms?select=name,club_id&name=like.N*", headers=stripped)
    assert response.json() == [{"name": "Night owls"}]


def test_a_signal_is_read_by_its_two_ends_only(world: World) -> None:
    room = world.room()
    world.psql.seat(room, "rick")
    world.psql.seat(room, "anna")
    to = world.psql.one("select peer_id from roster where username = 'rick'")
    sent = {"room_id": room, "to_peer": str(to), "kind": "offer"}
    body = {"type": "offer", "sdp": "v=0"}
    assert world.anna.post("/rows/signals", json=sent | {"body": body}).status_code == 201
    assert [row["body"] for row in world.rick.get("/rows/signals").json()] == [body]
    with world.relay.sign_in("bo") as bo:
        assert bo.get("/rows/signals").json() == []
    problem(world.anonymous.get("/rows/signals"), 401, "42501")


def test_private_tables_do_not_exist(world: World) -> None:
    for name in ("secrets", "revoked_tokens", "events", "nodes", "pg_class", "schema_installs"):
        reply = problem(world.rick.get(f"/rows/{name}"), 404, "PGRST205")
        assert "participants" in reply["hint"]


def test_a_table_created_while_the_relay_runs_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem(world.anonymous.get("/rows/songs"), 404, "PGRST205")
    world.psql.run("create table roomtone.songs (id int primary key, title text)")
    world.psql.run("insert into roomtone.songs values (1, 'Hum')")
    world.psql.run("grant select on roomtone.songs to roomtone_anon")
    monkeypatch.setattr(catalogue, "REFRESH_AT_MOST_EVERY_S", 0.0)
    assert world.anonymous.get("/rows/songs").json() == [{"id": 1, "title": "Hum"}]
