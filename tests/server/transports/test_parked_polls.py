"""A poll that waits counts as a stream, and ends when its client closes the connection."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from roomtone.transports.stream_counts import StreamCounts

from ...patience import eventually
from ...people import Psql
from ...running import RunningRelay
from ..http.raw_connection import connected
from ..rows_world import problem

JSON = {"Accept": "application/json"}
BRIEF = "0.05"  # seconds


pytestmark = pytest.mark.shares_a_relay


@pytest.fixture(scope="module")
def path() -> None:
    """A poll has one."""


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    return {"streams_per_user": 1}


@contextmanager
def waiting(relay: RunningRelay, path: str, token: str, cursor: str) -> Iterator[socket.socket]:
    """A poll of this path that waits for a minute."""
    head = f"GET {path}?after={cursor}&wait=60 HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
    with connected(relay) as connection:
        connection.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        yield connection


def streams(relay: RunningRelay) -> int:
    counts: StreamCounts = relay.server.lifespan.state["streams"]
    return counts.total


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("followed", ["room", "hallway"])
def test_a_poll_that_waits_has_a_place_until_its_client_hangs_up(
    psql: Psql, relay: RunningRelay, followed: str, reset: bool
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    path = "/hallway/events" if followed == "hallway" else f"/rooms/{room}/events"
    token = relay.token("anna")
    with relay.client(token) as anna, relay.sign_in("bo") as bo:

        def here() -> list[int]:
            answer = anna.get("/hallway/events", headers=JSON).json()
            return [row["here"] for row in answer["snapshot"]["hallway"]]

        eventually(lambda: here() == [1])  # from then on nothing in the hallway answers a poll
        cursor = anna.get(path, headers=JSON).json()["cursor"]

        def poll(wait: str, client: httpx.Client = anna, path: str = path) -> httpx.Response:
            return client.get(path, headers=JSON, params={"after": cursor, "wait": wait})

        with waiting(relay, path, token, cursor) as connection:
            eventually(lambda: streams(relay) == 1)
            refused = poll(BRIEF)
            problem(refused, 429, "53400", "streams_are_not_too_many")
            assert int(refused.headers["retry-after"]) > 0
            problem(anna.get("/hallway/events"), 429, "53400", "streams_are_not_too_many")
            assert poll("0").status_code == 200  # one that does not wait needs no place
            assert poll(BRIEF, bo, "/hallway/events").status_code == 200  # nor does another's
            if reset:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        eventually(lambda: streams(relay) == 0)
        assert poll(BRIEF).status_code == 200
    if followed == "room":  # nobody follows on the seat any more
        eventually(
            lambda: psql.one("select expires_at from participants where peer_id is not null")
        )


def test_a_poll_after_the_answer_to_another_is_never_refused(
    psql: Psql, relay: RunningRelay
) -> None:
    psql.seat(psql.room("rick"), "anna")
    with relay.sign_in("anna") as anna:
        cursor = anna.get("/hallway/events", headers=JSON).json()["cursor"]
        for n in range(100):
            close = {} if n % 2 else {"Connection": "close"}
            answer = anna.get(
                "/hallway/events", headers=JSON | close, params={"after": cursor, "wait": "0.001"}
            )
            assert answer.status_code == 200, answer.text
            cursor = answer.json()["cursor"]


def test_a_relay_without_free_files_refuses_polls_that_wait(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.transports.stream_counts.most_streams", lambda: 0)
    with relay.sign_in("anna") as anna:
        refused = anna.get("/hallway/events", headers=JSON, params={"wait": BRIEF})
        problem(refused, 503, "53300", "streams_fit_the_relay")
        assert int(refused.headers["retry-after"]) > 0
        assert anna.get("/hallway/events", headers=JSON).status_code == 200
