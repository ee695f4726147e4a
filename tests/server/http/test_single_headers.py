"""A header that decides something comes once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from roomtone.http import single_headers
from roomtone.http.single_headers import LISTS, SINGLE
from roomtone.paths import PACKAGE

from ...running import RunningRelay
from ..rows_world import problem
from .raw_connection import connected, received_until_closed
from .test_request_bounds import rule_of

SERVING = ("http", "identity", "rows", "transports", "negotiation.py", "problem.py")
READ_BY_LIBRARIES = {
    b"content-length",
    b"cookie",
    b"roomtone-timing",
    b"sec-websocket-key",
    b"sec-websocket-version",
    b"upgrade",
}


@pytest.fixture
def relay(standing_relay: RunningRelay) -> RunningRelay:
    """The same for all: no request here changes anything."""
    return standing_relay


def read_headers() -> Iterator[bytes]:
    """The names in `headers.get("name")` and `headers.getlist("name")` of what answers requests."""
    folders = [PACKAGE / name for name in SERVING]
    files = [
        file for each in folders for file in ([each] if each.is_file() else each.rglob("*.py"))
    ]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = ast.unparse(node.func.value)
            if node.func.attr in ("get", "getlist") and of.endswith("eaders"):
                for name in ast.walk(node.args[0]):
                    if isinstance(name, ast.Constant) and isinstance(name.value, str):
                        yield name.value.encode()


def test_every_header_that_is_read_is_single_or_a_list() -> None:
    read = set(read_headers())
    assert {b"host", b"authorization", b"accept"} <= read
    assert read | READ_BY_LIBRARIES == SINGLE | LISTS
    assert not SINGLE & LISTS


@pytest.mark.parametrize("name", sorted(SINGLE - {b"content-length"}), ids=bytes.decode)
def test_a_request_with_two_of_them_is_refused(relay: RunningRelay, name: bytes) -> None:
    """Also if both lines are alike, and in any spelling of the name."""
    host = b"" if name == b"host" else b"Host: localhost\r\n"
    twice = name.title() + b": localhost\r\n" + name.upper() + b": localhost\r\n"
    for start in (b"GET /live", b"POST /session", b"GET /hallway/events"):
        with connected(relay) as client:
            client.sendall(start + b" HTTP/1.1\r\n" + host + twice + b"\r\n")
            answer = received_until_closed(client)
        assert rule_of(answer) == (400, "requests_headers_are_single"), answer
        assert name in answer.partition(b"\r\n\r\n")[2]


def test_two_lengths_of_a_body_are_refused(relay: RunningRelay) -> None:
    with connected(relay) as client:
        lengths = b"Content-Length: 2\r\nContent-Length: 2\r\n"
        client.sendall(b"POST /session HTTP/1.1\r\nHost: localhost\r\n" + lengths + b"\r\n{}")
        assert rule_of(received_until_closed(client)) == (400, "requests_are_http")


def test_a_handshake_with_two_hosts_opens_no_socket(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.sendall(
            b"GET /hallway/socket HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert rule_of(received_until_closed(client)) == (400, "requests_headers_are_single")


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (b"http://localhost/live", b"localhost", b"200"),
        (b"http://LOCALHOST:80/live?x", b"localhost:80", b"200"),
        (b"/live?next=http://elsewhere.example/", b"localhost", b"200"),
        (b"http://elsewhere.example/live", b"localhost", b"400"),
        (b"http://localhost/live", b"elsewhere.example", b"400"),
        (b"http://elsewhere.example?/live", b"localhost", b"400"),
        (b"http://a@localhost/live", b"localhost", b"400"),
    ],
)
def test_an_address_and_host_name_the_same_host(
    relay: RunningRelay, target: bytes, host: bytes, status: bytes
) -> None:
    with connected(relay) as client:
        client.sendall(b"GET %b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % (target, host))
        answer = received_until_closed(client)
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert status == b"200" or rule_of(answer) == (400, "requests_headers_are_single")


def test_several_lines_of_a_list_are_one_list(relay: RunningRelay) -> None:
    assert single_headers.once(
        [(b"accept", b"a/b"), (b"x", b"1"), (b"accept", b"c/d"), (b"x", b"2")]
    ) == [(b"accept", b"a/b, c/d"), (b"x", b"1"), (b"x", b"2")]
    with relay.client() as anonymous:
        headers = [("Accept", "text/html;q=0"), ("Accept", "application/json")]
        assert anonymous.get("/rows/hallway", headers=headers).status_code == 200
        one = anonymous.get("/rows/hallway", headers={"Accept": "text/html;q=0"})
        problem(one, 406, "PGRST107")
