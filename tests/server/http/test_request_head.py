"""The head of a request: its size, and how long it may take."""

from __future__ import annotations

import contextlib
import json
import socket

import pytest
from roomtone.http import request_bounds

from ...running import RunningRelay
from ..rows_world import problem
from .raw_connection import connected

pytestmark = pytest.mark.shares_a_relay

START = b"GET /live HTTP/1.1\r\nHost: localhost\r\n"


def answer(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """The status and the problem, read until the relay closes the connection."""
    received = b""
    with contextlib.suppress(
        ConnectionResetError
    ):  # it closed the connection while the test was sending
        while chunk := connection.recv(65536):
            received += chunk
    start, _, body = received.partition(b"\r\n\r\n")
    return int(start.split(b" ")[1]), json.loads(body)


def test_a_head_that_never_ends_is_refused(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.sendall(START + b"X-Long: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.sendall(b"x" * 8192)
        status, reply = answer(client)
    assert (status, reply["rule"]) == (431, "requests_head_is_small")


@pytest.mark.parametrize(
    "headers",
    [{"X-Long": "x" * request_bounds.LARGEST_HEAD}, {f"X-{n}": "x" * 500 for n in range(200)}],
)
def test_headers_that_are_too_large_are_refused(
    relay: RunningRelay, headers: dict[str, str]
) -> None:
    with relay.client() as client:
        refused = client.get("/live", headers=headers)
        problem(refused, 431, "54000", "requests_head_is_small")
        assert refused.headers["connection"] == "close"


def test_an_address_that_is_too_long_is_refused(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.sendall(
            b"GET /?x="
            + b"x" * request_bounds.LARGEST_HEAD
            + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        status, reply = answer(client)
    assert (status, reply["rule"]) == (431, "requests_head_is_small")


def test_a_large_head_and_a_large_body_are_accepted(relay: RunningRelay) -> None:
    with relay.sign_in("anna") as anna:
        for _ in range(3):
            made = anna.post(
                "/rows/rooms?columns=name",
                json={"name": "x" * 100, "not a column": "x" * 50_000},
                headers={"X-Long": "x" * 30_000},
            )
            assert made.status_code == 201


def test_a_head_that_does_not_arrive_in_time_is_refused(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", 1.5)
    with connected(relay) as idle:
        assert answer(idle)[0] == 408
    with connected(relay) as slow:
        slow.sendall(START)
        status, reply = answer(slow)
        assert (status, reply["rule"]) == (408, "requests_arrive_in_time")
    length = 0
    with connected(relay) as quick, quick.makefile("rb") as lines:
        for _ in range(2):
            quick.sendall(START + b"\r\n")
            assert lines.readline() == b"HTTP/1.1 200 OK\r\n"
            while (line := lines.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            lines.read(length)
