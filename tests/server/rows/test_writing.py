"""`POST`, `PATCH` and `DELETE /rows/{table}`: PostgREST's writing, decided by the database."""

from __future__ import annotations

import threading

import httpx
import pytest

from ...conftest import Connect
from ...patience import PATIENCE, eventually
from ...running import run_relay
from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay

REPRESENTATION = {"Prefer": "return=representation"}
MINIMAL = {"Prefer": "return=minimal"}
MERGE = {"Prefer": "resolution=merge-duplicates,return=representation"}
IGNORE = {"Prefer": "resolution=ignore-duplicates,return=representation"}


def test_one_object_is_inserted_as_the_user_with_defaults_for_the_rest(world: World) -> None:
    response = world.rick.post(
        "/rows/rooms?select=name,stage,host_id", json={"name": "Tea"}, headers=REPRESENTATION
    )
    assert response.status_code == 201
    host = world.psql.person("rick")
    assert response.json() == [{"name": "Tea", "stage": "open", "host_id": host}]


def test_rows_are_returned_on_request_only(world: World) -> None:
    response = world.rick.post("/rows/rooms", json={"name": "Tea"})
    assert (response.status_code, response.content) == (201, b"")
    assert response.headers["content-range"] == "*/*"
    assert world.psql.count("rooms") == 1


def test_many_are_inserted_in_their_order(world: World) -> None:
    rooms = [{"name": f"Room {number}"} for number in range(20)]
    response = world.rick.post(
        "/rows/rooms?select=name",
        json=rooms,
        headers={"Prefer": "return=representation, count=exact"},
    )
    assert response.json() == rooms
    assert response.headers["content-range"] == "*/20"
    ids = world.psql.all("select name from rooms order by id")
    assert [name for (name,) in ids] == [room["name"] for room in rooms]


def test_objects_with_different_keys_are_refused_unless_columns_names_them(world: World) -> None:
    rooms = [{"name": "A"}, {"name": "B", "stage": "moderated"}, {"name": "C"}]
    problem(world.rick.post("/rows/rooms", json=rooms), 400, "PGRST102")
    response = world.rick.post(
        "/rows/rooms?select=name,stage&columns=name,stage",
        json=rooms,
        headers={"Prefer": "return=representation, missing=default"},
    )
    assert [row["stage"] for row in response.json()] == ["open", "moderated", "open"]


def test_with_columns_what_is_left_out_is_null_unless_defaults_are_preferred(world: World) -> None:
    rooms = [{"name": "A"}, {"name": "B", "stage": "moderated", "ignored": 1}]
    url = "/rows/rooms?columns=name,%22stage%22&select=stage"
    problem(world.rick.post(url, json=rooms, headers=REPRESENTATION), 400, "23502")
    preferred = {"Prefer": "return=representation,missing=default"}
    response = world.rick.post(url, json=rooms, headers=preferred)
    assert response.json() == [{"stage": "open"}, {"stage": "moderated"}]


def test_no_rows_are_inserted_by_an_empty_list(world: World) -> None:
    response = world.rick.post("/rows/rooms", json=[], headers=REPRESENTATION)
    assert (response.status_code, response.json()) == (201, [])
    response = world.rick.post("/rows/rooms", json=[])
    assert (response.status_code, response.content) == (201, b"")


def test_an_empty_object_is_a_row_of_defaults(world: World) -> None:
    world.psql.run("create table roomtone.ticks (id int generated always as identity, note text)")
    world.psql.run("grant select, insert on roomtone.ticks to roomtone_person")
    with run_relay(world.psql.connection.info.dsn) as relay, relay.sign_in("anna") as anna:
        assert anna.post("/rows/ticks", json={}, headers=REPRESENTATION).json() == [
            {"id": 1, "note": None}
        ]
        rows = anna.post("/rows/ticks", json=[{}, {}], headers=REPRESENTATION).json()
    assert [row["id"] for row in rows] == [2, 3]


def test_the_location_of_a_new_row_is_sent(world: World) -> None:
    response = world.rick.post(
        "/rows/rooms", json={"name": "Tea"}, headers={"Prefer": "return=headers-only"}
    )
    assert (response.status_code, response.content) == (201, b"")
    (row,) = world.rick.get(response.headers["location"]).json()
    assert row["name"] == "Tea"


def test_joining_again_is_an_upsert(world: World) -> None:
    room = world.room()
    first = world.anna.post("/rows/participants", json={"room_id": room}, headers=MERGE).json()[0]
    peer = "6f1b6c1e-8a57-4f6e-9b71-000000000001"
    again = world.anna.post(
        "/rows/participants?on_conflict=room_id,user_id",
        json={"room_id": room, "peer_id": peer},
        headers=MERGE,
    )
    assert again.status_code == 200, again.text
    assert again.json()[0]["peer_id"] == peer != first["peer_id"]
    assert world.psql.one("select count(*) from participants") == 1
    problem(
        world.anna.post("/rows/participants", json={"room_id": room}),
        409,
        "23505",
        "participants_pkey",
    )


def test_a_duplicate_can_be_ignored(world: World) -> None:
    follow = {"club_id": world.club("Kettle")}
    assert len(world.anna.post("/rows/followers", json=follow, headers=IGNORE).json()) == 1
    assert world.anna.post("/rows/followers", json=follow, headers=IGNORE).json() == []
    follows = "select count(*) from followers where user_id = %s"
    assert world.psql.one(follows, world.psql.person("anna")) == 1


def test_a_row_is_changed_by_its_owner_only(world: World) -> None:
    url = f"/rows/rooms?id=eq.{world.room()}&select=name"
    changed = world.rick.patch(url, json={"name": "Coffee"}, headers=REPRESENTATION)
    assert (changed.status_code, changed.json()) == (200, [{"name": "Coffee"}])
    assert changed.headers["content-range"] == "0-0/*"
    others = world.anna.patch(url, json={"name": "Mine"}, headers=REPRESENTATION)
    assert (others.status_code, others.json()) == (200, [])
    silent = world.rick.patch(url, json={"name": "Tea"}, headers={"Prefer": "count=exact"})
    assert (silent.status_code, silent.content) == (204, b"")
    assert silent.headers["content-range"] == "0-0/1"
    assert world.psql.one("select name from rooms") == "Tea"


def test_an_empty_change_changes_nothing(world: World) -> None:
    url = f"/rows/rooms?id=eq.{world.room()}"
    assert world.rick.patch(url, json={}).status_code == 204
    assert world.rick.patch(url, json={}, headers=REPRESENTATION).json() == []


def test_leaving_is_a_delete(world: World) -> None:
    room = world.room()
    world.psql.seat(room, "anna")
    world.psql.seat(room, "bo")
    gone = world.anna.delete(
        f"/rows/participants?room_id=eq.{room}&select=user_id", headers=REPRESENTATION
    )
    assert (gone.status_code, gone.json()) == (200, [{"user_id": world.psql.person("anna")}])
    assert world.psql.roster(room) == ["bo"]
    again = world.anna.delete(
        f"/rows/participants?room_id=eq.{room}", headers={"Prefer": "count=exact"}
    )
    assert (again.status_code, again.headers["content-range"]) == (204, "*/0")


def test_an_update_or_delete_without_a_filter_is_refused(world: World) -> None:
    world.room()
    rule = "rows_are_chosen_by_a_filter"
    reply = problem(world.rick.patch("/rows/rooms", json={"name": "x"}), 400, "21000", rule)
    assert reply["message"] == "UPDATE requires a WHERE clause"
    problem(world.rick.delete("/rows/participants?select=user_id"), 400, "21000", rule)
    limited = world.rick.delete("/rows/participants?room_id=eq.1&limit=1")
    problem(limited, 400, "PGRST100")
    assert world.psql.one("select name from rooms") == "Tea"


def test_a_write_that_is_not_one_row_is_undone_when_one_object_was_asked(world: World) -> None:
    single = {"Accept": "application/vnd.pgrst.object+json", **REPRESENTATION}
    one = world.rick.post("/rows/rooms?select=name", json={"name": "Tea"}, headers=single)
    assert (one.status_code, one.json()) == (201, {"name": "Tea"})
    two = world.rick.post("/rows/rooms", json=[{"name": "A"}, {"name": "B"}], headers=single)
    problem(two, 406, "PGRST116")
    assert world.psql.count("rooms") == 1


def test_no_more_rows_change_than_the_client_allows(world: World) -> None:
    for name in ("A", "B"):
        world.room(name)
    careful = {"Prefer": "handling=strict,max-affected=1"}
    url = "/rows/rooms?name=in.(A,B)"
    problem(world.rick.patch(url, json={"name": "C"}, headers=careful), 400, "PGRST124")
    assert world.psql.one("select count(*) from rooms where name = 'C'") == 0
    strange = {"Prefer": "handling=strict,colour=blue"}
    problem(world.rick.patch(url, json={"name": "C"}, headers=strange), 400, "PGRST122")
    lenient = {"Prefer": "colour=blue,max-affected=1"}
    assert world.rick.patch(url, json={"name": "C"}, headers=lenient).status_code == 204


def test_the_rule_that_refuses_is_named(world: World) -> None:
    room = world.room()
    world.psql.run("update rooms set ended_at = now() where id = %s", room)
    url = "/rows/participants"
    rule = "participants_room_is_open"
    reply = problem(world.anna.post(url, json={"room_id": room}), 400, "23514", rule)
    assert reply["hint"]
    unknown = world.anna.post(url, json={"room_id": 10**6})
    problem(unknown, 404, "P0002", "participants_room_is_open")
    problem(world.rick.post("/rows/rooms", json={"name": ""}), 400, "23514", "rooms_name_is_text")


def test_an_anonymous_write_is_refused_with_401(world: World) -> None:
    room = world.room()
    response = world.anonymous.post("/rows/participants", json={"room_id": room})
    problem(response, 401, "42501")
    assert response.headers["www-authenticate"] == "Bearer"
    problem(world.anna.post("/rows/topics", json={"name": "x"}), 403, "42501")


def test_text_travels_unchanged(world: World) -> None:
    name = "Ω \"quoted\" 'q'; drop table rooms; -- %s \\ 🫖"
    room = world.rick.post("/rows/rooms", json={"name": name}, headers=REPRESENTATION).json()[0]
    found = world.anonymous.get("/rows/rooms", params={"name": f"eq.{name}", "select": "id"})
    assert found.json() == [{"id": room["id"]}]


def test_the_wait_for_a_locked_row_is_bounded(
    database_url: str, world: World, connect: Connect
) -> None:
    room = world.room()
    holder = connect(autocommit=False)
    holder.execute("select from rooms where id = %s for update", (room,))
    with run_relay(database_url, lock_timeout=1) as relay, relay.sign_in("rick") as rick:
        response = rick.patch(f"/rows/rooms?id=eq.{room}", json={"name": "x"})
    problem(response, 503, "55P03")
    assert response.headers["retry-after"] == "1"
    holder.rollback()


def test_a_deadlock_is_tried_again_and_nothing_is_lost(world: World, connect: Connect) -> None:
    # Two rows, locked in opposite orders: a deadlock, after which the relay runs its transaction again.
    first, second = world.room("A"), world.room("B")
    other = connect(autocommit=False)
    other.execute("set deadlock_timeout = '1h'")  # so that the relay's transaction is cancelled
    other.execute("update rooms set name = 'B1' where id = %s", (second,))
    answers: list[httpx.Response] = []
    body = {"name": "C"}
    url = f"/rows/rooms?id=in.({first},{second})"
    patching = threading.Thread(
        target=lambda: answers.append(world.rick.patch(url, json=body, timeout=PATIENCE))
    )
    patching.start()
    waits = "select from pg_stat_activity where wait_event_type = 'Lock'"
    eventually(lambda: world.psql.all(waits))
    other.execute("update rooms set name = 'A1' where id = %s", (first,))
    other.commit()
    patching.join(PATIENCE)
    assert answers[0].status_code == 204, answers[0].text
    assert world.psql.all("select distinct name from rooms") == [("C",)]
