"""Limits of one client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from roomtone.http.limits import MOST_DISCARDED, BodyLimit, RequestRate
from starlette.types import Message, Receive, Scope, Send

from ...clocks import stand_still
from ...conftest import Connect
from ...patience import PATIENCE, eventually
from ...people import Psql
from ...running import run_relay
from ..rows_world import problem

JSON = {"Accept": "application/json"}


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


def test_a_burst_is_allowed_and_then_one_request_at_a_time() -> None:
    now = 0.0
    rate = RequestRate(_nothing, per_second=10, clock=lambda: now)
    assert [rate.take("user 1") for _ in range(20)] == [0.0] * 20
    assert rate.take("user 1") == 0.1
    assert rate.take("user 2") == 0.0
    now = 0.1
    assert rate.take("user 1") == 0.0
    assert rate.take("user 1") > 0
    now = 1000.0
    assert [rate.take("user 1") == 0 for _ in range(21)] == [True] * 20 + [False]


def test_too_many_requests_of_one_are_refused_and_others_go_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch, "roomtone.http.limits")
    with (
        run_relay(database_url, requests_per_second=2) as relay,
        relay.sign_in("anna") as anna,
        relay.client() as anonymous,
    ):
        statuses = [anna.get("/session").status_code for _ in range(8)]
        assert statuses == [200] * 4 + [429] * 4
        refused = anna.get("/session")
        problem(refused, 429, "53400", "requests_are_not_too_many")
        assert refused.headers["retry-after"] == "1"
        assert anonymous.get("/session").status_code == 200
        assert [anna.get("/live").status_code for _ in range(9)] == [200] * 9


async def test_a_body_that_is_too_large_is_neither_kept_nor_read_to_its_end() -> None:
    limit, chunk = 1000, b"x" * 65536
    read, sent = 0, []

    async def receive() -> Message:
        nonlocal read
        read += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    announced = [(b"content-length", b"9999999999999999999999")]
    scope: Scope = {"type": "http", "method": "POST", "path": "/rows/x", "headers": announced}
    await BodyLimit(_nothing, limit=limit)(scope, receive, send)
    assert sent[0]["status"] == 413
    assert read <= MOST_DISCARDED + len(chunk)


def test_a_request_that_waits_too_long_for_a_connection_gets_retry_after(
    database_url: str, connect: Connect
) -> None:
    psql = Psql(connect())
    room = psql.room("rick")
    blocker = connect(autocommit=False)
    with (
        run_relay(database_url, pool_size=2, pool_timeout=3, lock_timeout=PATIENCE) as relay,
        relay.sign_in("rick") as rick,
        ThreadPoolExecutor(4) as stuck,
    ):
        assert rick.get("/rows/bans").status_code == 200
        blocker.execute("lock table bans in access exclusive mode")
        waiting = [stuck.submit(rick.get, "/rows/bans") for _ in range(2)]
        eventually(lambda: psql.one("select count(*) from pg_locks where not granted") == 2)
        polls = rick.build_request("GET", f"/rooms/{room}/events", headers=JSON)
        joins = rick.build_request("POST", "/rows/rpc/join_room", json={"room_id": room})
        for asked in [stuck.submit(rick.send, each) for each in (polls, joins)]:
            refused = asked.result()
            reply = problem(refused, 503, "53300", "database_connections_are_free")
            assert refused.headers["retry-after"] == "1"
            assert reply["message"].startswith("the server is busy: ")
            assert reply["hint"] == "Try again in a moment."
        assert rick.get("/live").status_code == 200
        blocker.rollback()
        assert [answer.result().status_code for answer in waiting] == [200, 200]
        assert rick.get("/rows/rooms").status_code == 200


def test_the_wait_for_a_lock_is_bounded(database_url: str, connect: Connect) -> None:
    psql = Psql(connect())
    room = psql.room("rick")
    with run_relay(database_url, lock_timeout=1) as relay, relay.sign_in("rick") as rick:
        blocker = connect(autocommit=False)
        blocker.execute("select from rooms where id = %s for update", (room,))
        refused = rick.patch(f"/rows/rooms?id=eq.{room}", json={"name": "Coffee"})
        problem(refused, 503, "55P03")
        blocker.rollback()


def test_many_parameters_and_deep_json_are_refused_with_a_message(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.sign_in("rick") as rick:
        problem(rick.get("/rows/rooms?" + "&".join(["id=gt.0"] * 101)), 400, "PGRST100")
        problem(rick.get(f"/rows/rooms?or={'(and' * 500}"), 400, "PGRST100")
        for depth in (10_000, 100_000):
            deep = b'{"name": ' + b"[" * depth + b"]" * depth + b"}"
            refused = rick.post(
                "/rows/rooms", content=deep, headers={"Content-Type": "application/json"}
            )
            assert 400 <= refused.status_code < 500, refused.text
