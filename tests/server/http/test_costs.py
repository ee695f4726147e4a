"""Bounds for the cost of one request, and of all requests of one user or address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import islice

import pytest
from roomtone.postgres import budget
from roomtone.postgres.budget import Account, Budgets
from roomtone.problem import Problem
from roomtone.rows import catalogue
from roomtone.rows.selection import MOST_EMBEDDED, MOST_ITEMS
from roomtone.settings import Settings

from ...clocks import stand_still
from ...conftest import Connect
from ...patience import PATIENCE, eventually
from ...people import Psql
from ...running import run_relay
from ..rows_world import World, problem, run_world

pytestmark = pytest.mark.shares_a_relay

HOSTILE = r"^(.+)(.+)(.+)(.+)\4\3\2\1$"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay finds new functions at once."""
    monkeypatch.setattr(catalogue, "REFRESH_AT_MOST_EVERY_S", 0.0)


@pytest.fixture
def talkative(psql: Psql) -> None:
    """Users with texts that others may read and filter by."""
    for number in range(20):
        psql.run(
            "update users set bio = %s where id = %s",
            "x" + "ab" * 60 + "y",
            psql.person(f"p{number}"),
        )


@pytest.mark.parametrize("query", ["bio=match.{}", "bio=imatch.{}", "bio=not.match.{}", "bio=match(any).{{{}}}", "or=(id.eq.1,bio.match.{})", "and=(id.gt.0,not.or(id.eq.1,bio.imatch.{}))"])  # fmt: skip
def test_anonymous_users_may_not_use_regular_expressions(world: World, query: str) -> None:
    refused = world.anonymous.get("/rows/users?" + query.format("^a"))
    problem(refused, 401, "42501", "requests_patterns_are_of_users")
    assert world.anna.get("/rows/users?" + query.format("^a")).status_code == 200


@pytest.mark.parametrize("query", ["name=match.^a", "or=(name.imatch.^a,id.eq.1)"])
def test_anonymous_users_may_not_use_them_on_results_of_functions(world: World, query: str) -> None:
    world.psql.run(
        "create function roomtone.everybody() returns table (id bigint, name text) stable language sql"
        " as $$ select id, username from users $$; grant execute on function roomtone.everybody to public"
    )
    refused = world.anonymous.get(f"/rows/rpc/everybody?{query}")
    problem(refused, 401, "42501", "requests_patterns_are_of_users")
    refused = world.anonymous.post(f"/rows/rpc/everybody?{query}")
    problem(refused, 401, "42501", "requests_patterns_are_of_users")
    assert world.anna.get(f"/rows/rpc/everybody?{query}").status_code == 200


@contextmanager
def run_bounded_world(database_url: str, psql: Psql, **limits: float) -> Iterator[World]:
    """As `run_world`, but people sign in at another relay: their address would pay for it, here with the time that others need."""
    with (
        run_relay(database_url) as other,
        run_relay(database_url, **limits) as relay,
        relay.client(other.token("anna")) as anna,
        relay.client(other.token("rick")) as rick,
        relay.client() as anonymous,
    ):
        yield World(relay, psql, anna, rick, anonymous)


def test_a_hostile_expression_uses_up_its_users_budget_and_others_go_on(
    database_url: str, psql: Psql, talkative: None
) -> None:
    limits = {"database_seconds": 0.1, "statement_timeout": 4.0}
    with run_bounded_world(database_url, psql, **limits) as world:
        cost = world.anna.get("/rows/users", params={"bio": f"match.{HOSTILE}"})
        problem(cost, 504, "57014")
        refused = world.anna.get("/rows/users")
        problem(refused, 429, "53400", "requests_database_time_is_bounded")
        assert int(refused.headers["retry-after"]) >= 1
        assert world.rick.get("/rows/users").status_code == 200
        assert world.anonymous.get("/rows/users").status_code == 200


def test_a_user_whose_budget_is_used_up_signs_out_and_sign_in_is_charged_to_its_address(
    database_url: str, psql: Psql, talkative: None, connect: Connect
) -> None:
    limits = {"database_seconds": 0.1, "statement_timeout": 4.0, "lock_timeout": 4.0}
    with run_bounded_world(database_url, psql, **limits) as world:
        world.anna.get("/rows/users", params={"bio": f"match.{HOSTILE}"})
        refused = world.anna.get("/rows/users")
        problem(refused, 429, "53400", "requests_database_time_is_bounded")
        assert world.anna.delete("/session").status_code == 204
        blocker = connect(autocommit=False)
        blocker.execute("lock table users in access exclusive mode")
        assert world.anonymous.post("/session", json={"username": "new"}).status_code >= 500
        blocker.rollback()
        refused = world.anonymous.post("/session", json={"username": "new"})
        problem(refused, 429, "53400", "requests_database_time_is_bounded")


def test_one_subject_has_a_few_transactions_at_a_time(
    database_url: str, psql: Psql, connect: Connect
) -> None:
    with (
        run_world(
            database_url,
            psql,
            statements_per_user=2,
            statement_timeout=PATIENCE,
            lock_timeout=PATIENCE,
            pool_timeout=5,
        ) as world,
        ThreadPoolExecutor(8) as others,
    ):
        blocker = connect(autocommit=False)
        blocker.execute("lock table clubs in access exclusive mode")
        waiting = [others.submit(world.anna.get, "/rows/clubs") for _ in range(5)]
        for answer in islice(as_completed(waiting), 3):  # the other two wait for the lock
            problem(answer.result(), 429, "53400", "requests_in_flight_are_few")
        eventually(lambda: psql.one("select count(*) from pg_locks where not granted") == 2)
        assert world.rick.get("/rows/rooms").status_code == 200
        blocker.rollback()
        assert sorted(answer.result().status_code for answer in waiting) == [200] * 2 + [429] * 3
        assert world.anna.get("/rows/clubs").status_code == 200


def test_seconds_come_back_with_time() -> None:
    clock = Clock()
    account = Account(0.5, 1, clock)
    with account.charged():
        clock.now += 14
    assert (
        account.wait() == 0
    )  # 4 s more than the 10 s that may be used at once; then 7 s were added
    with account.charged():
        clock.now += 20
    assert account.wait() == pytest.approx(14)
    clock.now += 14
    assert account.wait() == 0


async def test_work_for_a_user_has_a_budget_and_work_of_the_relay_has_none() -> None:
    budgets = Budgets(Settings(statements_per_user=1, pool_timeout=0.1))
    async with budgets.turn(), budgets.turn():
        pass
    token = budget.subject.set("user 1")
    try:
        async with budgets.turn():
            with pytest.raises(Problem, match="none has ended"):
                async with budgets.turn():
                    pass
            await asyncio.sleep(0)
        async with budgets.turn():
            pass
    finally:
        budget.subject.reset(token)


@pytest.mark.parametrize("parameter", ["select", "order"])
def test_the_number_of_selected_columns_is_bounded(world: World, parameter: str) -> None:
    items = [f"a{n}:id" if parameter == "select" else "id" for n in range(MOST_ITEMS)]
    path = f"/rows/users?{parameter}="
    assert world.anna.get(path + ",".join(items)).status_code == 200
    refused = world.anna.get(path + ",".join([*items, "id"]))
    problem(refused, 400, "54011", "requests_select_is_narrow")
    refused = world.anna.get(
        path + ",".join([*items] * 12)
    )  # a query of 8 kB whose answer would have 86 MB
    problem(refused, 400, "54011", "requests_select_is_narrow")


@pytest.fixture
def small(database_url: str, psql: Psql) -> Iterator[World]:
    """A relay whose answers have at most 64 KiB."""
    with run_world(database_url, psql, answer_limit=65536) as world:
        yield world


def test_the_size_of_an_answer_is_bounded(small: World) -> None:
    for number in range(40):
        small.psql.person(f"p{number}")
    small.psql.run("update users set bio = %s", "é" * 200)
    wide = ",".join(f"b{n}:bio" for n in range(MOST_ITEMS))
    refused = small.anna.get(f"/rows/users?select={wide}")
    reply = problem(refused, 413, "54000", "requests_answer_is_small")
    assert "select=" in reply["hint"]
    exact = small.anna.get(f"/rows/users?select={wide}&limit=2")
    assert exact.status_code == 200
    assert len(exact.content) < 65536
    one = small.anna.get(
        "/rows/users?order=id&limit=1&select=id", headers={"Prefer": "count=exact"}
    )
    assert (one.status_code, len(one.json())) == (206, 1)
    assert one.headers["content-range"] == f"0-0/{small.psql.count('users')}"
    assert small.anna.get("/rows/users?id=lt.0").json() == []


def test_the_size_of_what_is_embedded_in_a_row_is_bounded(small: World) -> None:
    small.psql.run(
        "insert into rooms (name, host_id) select repeat('x', 60) || n, %s from generate_series(1, 40) n",
        small.psql.person("anna"),
    )
    wide = ",".join(f"b{n}:name" for n in range(MOST_ITEMS - 2))
    path = f"/rows/users?username=eq.anna&select=id,rooms!rooms_host_id_fkey({wide})"
    problem(small.anna.get(path), 413, "54000", "requests_answer_is_small")
    problem(small.anna.get(f"{path}&rooms.limit=20"), 413, "54000", "requests_answer_is_small")
    (anna,) = small.anna.get(f"{path}&rooms.limit=2").json()
    assert len(anna["rooms"]) == 2
    embedded = ",".join(f"e{n}:rooms!rooms_host_id_fkey(id)" for n in range(MOST_EMBEDDED + 1))
    refused = small.anna.get(f"/rows/users?select={embedded}")
    problem(refused, 400, "54011", "requests_embed_few_tables")
    narrow = small.anna.get(f"/rows/users?select=id,rooms!rooms_host_id_fkey({wide},id,id)")
    problem(narrow, 400, "54011", "requests_select_is_narrow")


def test_a_write_whose_answer_would_be_too_large_is_undone(small: World) -> None:
    rooms = [{"name": "x" * 120} for _ in range(15)]
    wide = ",".join(f"n{n}:name" for n in range(MOST_ITEMS))
    refused = small.anna.post(
        f"/rows/rooms?select={wide}", json=rooms, headers={"Prefer": "return=representation"}
    )
    problem(refused, 413, "54000", "requests_answer_is_small")
    assert small.psql.count("rooms") == 0
    # Different columns, which `columns=` allows, may make several statements, whose answers count together.
    mixed = [{"name": "x" * 120} | ({"access": "open"} if n % 2 else {}) for n in range(10)]
    prefer = {"Prefer": "return=representation, missing=default"}
    path = f"/rows/rooms?columns=name,access&select={wide}"
    refused = small.anna.post(path, json=mixed, headers=prefer)
    problem(refused, 413, "54000", "requests_answer_is_small")
    assert small.psql.count("rooms") == 0


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ("text", "select repeat('x', 70000)"),
        ("setof text", "select repeat('x', 700) from generate_series(1, 100)"),
        ("table (n int, t text)", "select n, repeat('x', 700) from generate_series(1, 100) n"),
    ],
)
def test_the_size_of_a_functions_result_is_bounded(small: World, result: str, body: str) -> None:
    small.psql.run(
        f"create function roomtone.much() returns {result} stable language sql as $$ {body} $$;"
        " grant execute on function roomtone.much to public"
    )
    for refused in (small.anonymous.get("/rows/rpc/much"), small.anonymous.post("/rows/rpc/much")):
        problem(refused, 413, "54000", "requests_answer_is_small")


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"Host": "evil.example"}, "requests_host_is_known"),
        ({"Origin": "https://evil.example"}, "requests_come_from_own_pages"),
    ],
)
def test_what_is_refused_for_host_or_origin_counts_as_a_request(
    database_url: str, headers: dict[str, str], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch, "roomtone.http.limits")
    with run_relay(database_url, requests_per_second=2) as relay, relay.client() as anonymous:
        rules = [
            anonymous.post("/session", json={}, headers=headers).json()["rule"] for _ in range(8)
        ]
        assert rules == [rule] * 4 + ["requests_are_not_too_many"] * 4
