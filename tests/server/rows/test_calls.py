"""`/rows/rpc/{function}`: calling a function as the user."""

from __future__ import annotations

import pytest
from roomtone.rows import catalogue

from ...running import run_relay
from ..rows_world import World, problem

pytestmark = pytest.mark.shares_a_relay

FUNCTIONS = """
create function roomtone.add_up(a int, b int default 1) returns int language sql stable return a + b;
create function roomtone.words(text text) returns setof text language sql stable
  return regexp_split_to_table(text, ' ');
create function roomtone.squares(until int) returns table (n int, square int) language sql stable
  begin atomic select i, i * i from generate_series(1, until) i; end;
create function roomtone.nothing() returns void language sql begin atomic select 1; end;
create function roomtone.listed(names text[], options jsonb) returns jsonb language sql stable
  return jsonb_build_object('names', names, 'options', options);
create function roomtone.sleepy(seconds float) returns void language sql begin atomic
  select pg_sleep(seconds); end;
create function roomtone.complain(code text) returns void language plpgsql as $$
begin raise exception 'as you wish' using errcode = code; end $$;
create function roomtone.twice(a int) returns int language sql stable return 2 * a;
create function roomtone.twice(a int, b int default 0) returns int language sql stable return 2 * a;
"""


@pytest.fixture
def called(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    world.psql.run(FUNCTIONS)
    # PostgreSQL lets everyone call new functions
    monkeypatch.setattr(catalogue, "REFRESH_AT_MOST_EVERY_S", 0.0)
    return world


def test_a_person_joins_and_leaves_by_calling(world: World) -> None:
    room = world.room()
    seat = world.anna.post("/rows/rpc/join_room", json={"room_id": room})
    assert seat.status_code == 200, seat.text
    assert seat.json()["role"] == "SPEAKER"
    assert world.psql.roster(room) == ["anna"]
    left = world.anna.post("/rows/rpc/leave_room", json={"room_id": room})
    assert (left.status_code, left.json()) == (200, True)
    assert world.psql.roster(room) == []


def test_results_have_the_shape_of_what_is_returned(called: World) -> None:
    def post(name: str, **arguments: object) -> object:
        response = called.anna.post(f"/rows/rpc/{name}", json=arguments)
        assert response.status_code == 200, response.text
        return response.json()

    assert post("add_up", a=2) == 3
    assert post("add_up", b=5, a=2) == 7
    assert post("words", text="a b") == ["a", "b"]
    assert post("squares", until=2) == [{"n": 1, "square": 1}, {"n": 2, "square": 4}]
    assert post("listed", names=["x", "y"], options={"deep": [1, None]}) == {
        "names": ["x", "y"],
        "options": {"deep": [1, None]},
    }
    assert post("add_up", a=None) is None
    nothing = called.anna.post("/rows/rpc/nothing")
    assert (nothing.status_code, nothing.content) == (204, b"")


def test_a_function_that_changes_nothing_may_be_called_by_get(called: World) -> None:
    assert called.anna.get("/rows/rpc/add_up?a=2&b=3").json() == 5
    listed = called.anna.get('/rows/rpc/listed?names={x,"y z"}&options={"a":1}')
    assert listed.json() == {"names": ["x", "y z"], "options": {"a": 1}}
    response = called.anna.get("/rows/rpc/nothing")
    problem(response, 405, "PGRST101")
    assert response.headers["allow"] == "OPTIONS, POST"


def test_rows_that_are_returned_are_filtered_like_a_table(called: World) -> None:
    url = "/rows/rpc/squares?until=9&square=gt.10&order=n.desc&limit=2&select=root:n"
    response = called.anna.get(url, headers={"Prefer": "count=exact"})
    assert response.json() == [{"root": 9}, {"root": 8}]
    assert (response.status_code, response.headers["content-range"]) == (206, "0-1/6")
    posted = called.anna.post("/rows/rpc/squares?n=eq.3", json={"until": 9})
    assert posted.json() == [{"n": 3, "square": 9}]
    single = {"Accept": "application/vnd.pgrst.object+json"}
    one = called.anna.post("/rows/rpc/squares?n=eq.3", json={"until": 9}, headers=single)
    assert one.json() == {"n": 3, "square": 9}
    none = called.anna.post("/rows/rpc/squares?n=eq.99", json={"until": 9}, headers=single)
    problem(none, 406, "PGRST116")


def test_a_wrong_call_is_refused_with_a_hint(called: World) -> None:
    reply = problem(called.anna.post("/rows/rpc/nowhere"), 404, "PGRST202")
    assert "join_room" in reply["hint"]
    assert "relay_secret" not in reply["hint"]
    for body in ({}, {"a": 1, "c": 2}, {'a"; drop table rooms; --': 1}):
        reply = problem(called.anna.post("/rows/rpc/add_up", json=body), 404, "PGRST202")
        assert "add_up(a, b)" in reply["hint"]
    problem(called.anna.get("/rows/rpc/add_up?a=1&zzz=eq.1"), 404, "PGRST202")
    problem(called.anna.post("/rows/rpc/twice", json={"a": 1}), 300, "PGRST203")
    problem(called.anna.post("/rows/rpc/add_up", json={"a": "x"}), 400, "22P02")
    problem(called.anna.post("/rows/rpc/add_up", json=[1]), 400, "PGRST102")


def test_trigger_functions_and_functions_of_the_relay_are_unknown(world: World) -> None:
    names = [
        name
        for (name,) in world.psql.all(
            "select proname from pg_proc where pronamespace = 'roomtone'::regnamespace"
            " and (prorettype = 'trigger'::regtype or starts_with(proname, 'relay_')"
            "      or proname in ('become', 'sign_in'))"
        )
    ]
    assert "become" in names
    for name in names:
        problem(world.anna.post(f"/rows/rpc/{name}"), 404, "PGRST202")


def test_acting_as_another_user_is_for_psql_only(world: World) -> None:
    problem(world.anna.post("/rows/rpc/act_as", json={"username": "rick"}), 403, "42501")


def test_an_anonymous_call_is_refused_with_401(world: World) -> None:
    response = world.anonymous.post("/rows/rpc/join_room", json={"room_id": world.room()})
    problem(response, 401, "42501")


def test_errors_raised_in_a_function_have_their_status(
    called: World, caplog: pytest.LogCaptureFixture
) -> None:
    def complain(code: str) -> int:
        return called.anna.post("/rows/rpc/complain", json={"code": code}).status_code

    codes = ("P0001", "P0002", "PT418", "PT200", "23505", "42501", "40001", "XX000", "53300")
    expected = [400, 404, 418, 500, 409, 403, 503, 500, 503]
    assert [complain(code) for code in codes] == expected
    silent = called.anna.post("/rows/rpc/complain", json={"code": "XX000"})
    assert "as you wish" not in silent.text
    logged = [record for record in caplog.records if record.name == "roomtone.problem"]
    assert len(logged) == 5  # PT200, 40001, XX000, 53300, XX000: once each


def test_a_statement_that_takes_too_long_is_cancelled(called: World, database_url: str) -> None:
    bo_token = called.relay.token("bo")
    with run_relay(database_url, statement_timeout=5) as relay, relay.client(bo_token) as bo:
        problem(bo.post("/rows/rpc/sleepy", json={"seconds": 30}), 504, "57014")
