"""How much one client may ask."""

from __future__ import annotations

from roomtone.limits import MOST_BUCKETS, MOST_DISCARDED, BodyLimit, RequestRate
from starlette.types import Message, Receive, Scope, Send

from ..running import run_relay
from .rows import problem


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


def test_a_burst_is_fine_and_then_it_is_one_at_a_time() -> None:
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


def test_the_rate_remembers_a_bounded_number_of_clients() -> None:
    rate = RequestRate(_nothing, per_second=1, clock=lambda: 0.0)
    for number in range(MOST_BUCKETS + 10):
        rate.take(f"address {number}")
    assert len(rate._buckets) == MOST_BUCKETS


def test_too_many_requests_of_one_are_refused_and_others_go_on(database_url: str) -> None:
    with (
        run_relay(database_url, requests_per_second=2) as relay,
        relay.sign_in("anna") as anna,
        relay.client() as nobody,
    ):
        statuses = [anna.get("/session").status_code for _ in range(8)]
        assert statuses[:4] == [200] * 4
        assert 429 in statuses
        refused = anna.get("/session")
        problem(refused, 429, "53400", "requests_are_not_too_many")
        assert refused.headers["retry-after"] == "1"
        assert nobody.get("/session").status_code == 200
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
