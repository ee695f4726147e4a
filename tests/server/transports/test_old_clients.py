"""Streams and sockets for clients and proxies of other HTTP versions: HTTP/1.0, a proxy that compresses, old WebSockets."""

from __future__ import annotations

import pytest

from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay
from ..http.raw_connection import connected, received_until_closed
from ..rows_world import problem
from .raw_stream import raw_stream

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]


async def test_http_1_0_gets_a_stream_without_chunks(relay: RunningRelay, psql: Psql) -> None:
    """nginx asks by HTTP/1.0 unless it is configured otherwise."""
    room = psql.room("rick")
    async with raw_stream(relay, "/hallway/events", relay.token("anna"), version="1.0") as stream:
        psql.run("update rooms set name = 'Coffee' where id = %s", room)
        await stream.until(b'"Coffee"')
        relay.server.should_exit = True
        await stream.until_closed()
    head, _, body = stream.received.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert body.startswith(b"retry: 1000\n")
    assert b"event: bye\n" in body
    assert b"\r\n" not in body  # each chunk would have its size and its end on lines of their own


@pytest.mark.parametrize(
    "wanted", ["/live", "/rows/rooms", "/nowhere", "/metrics", "/openapi.json"]
)
def test_http_1_0_gets_whole_answers(relay: RunningRelay, wanted: str) -> None:
    with connected(relay) as client:
        client.sendall(f"GET {wanted} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        head, _, body = received_until_closed(client).partition(b"\r\n\r\n")
    length = next(
        line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    assert int(length.split()[1]) == len(body) > 0


def test_a_stream_says_that_it_is_not_compressed_and_not_to_be(relay: RunningRelay) -> None:
    with relay.client() as client:
        head = client.head("/hallway/events").headers
    assert (head["content-encoding"], head["x-accel-buffering"]) == ("identity", "no")
    assert "content-length" not in head  # the stream that GET opens has none


def test_a_websocket_of_another_version_learns_which_is_spoken(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.settimeout(PATIENCE)
        client.sendall(
            b"GET /hallway/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        answer = received_until_closed(client)
    assert answer.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
    assert b"sec-websocket-version: 13\r\n" in answer.lower()
    assert b"requests_websocket_is_current" in answer


def test_a_sockets_address_without_an_upgrade_says_what_it_is(relay: RunningRelay) -> None:
    with relay.client() as client:
        for path in ("/hallway/socket", "/rooms/1/socket"):
            refused = client.get(path)
            problem(refused, 426, "08P01", "requests_websocket_is_current")
            assert refused.headers["upgrade"] == "websocket"
