"""Bounds of the bytes outside a body, and of the time in which a request arrives."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from roomtone.http import request_bounds
from roomtone.http.uvicorn_internals.websockets import POLICY_VIOLATION

from ...running import RunningRelay
from .raw_connection import connected, received_until_closed

CHUNKED = b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM = b"GET /hallway/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
HANDSHAKE = (
    b"GET /hallway/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
MEGABYTE = 1024 * 1024
BRIEF = 1.5  # seconds; enough to send what is late only because the rest never comes


@pytest.fixture
def relay(standing_relay: RunningRelay) -> RunningRelay:
    """The same for all: no request here changes anything."""
    return standing_relay


def rule_of(answer: bytes) -> tuple[int, str]:
    start, _, body = answer.partition(b"\r\n\r\n")
    return int(start.split(b" ")[1]), str(json.loads(body).get("rule"))


def sent_before_closed(connection: socket.socket, piece: bytes, at_most: int) -> int:
    """How many bytes the relay accepted before it closed the connection."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < at_most:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def read_head(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return received


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: " + b"x" * 1000 + b"\r\n"),
        (CHUNKED + b"2\r\n{}\r\n0\r\nX-One: ", b"x" * 1000),
        (CHUNKED + b"2;", b"x" * 1000),
        (CHUNKED, b"1;" + b"x" * 1000 + b"\r\n \r\n"),
        (b"", b"\r\n" * 500),
        (b"GET /" + b"x" * 100, b"x" * 1000),
    ],
    ids=[
        "trailers",
        "one trailer",
        "one chunk extension",
        "chunk extensions",
        "empty lines",
        "address",
    ],
)
def test_bytes_of_a_request_outside_its_body_are_bounded(
    relay: RunningRelay, start: bytes, piece: bytes
) -> None:
    with connected(relay) as client:
        client.sendall(start)
        assert sent_before_closed(client, piece, 64 * MEGABYTE) < 16 * MEGABYTE


def test_trailers_are_refused_with_a_problem_and_never_become_headers(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.sendall(CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 12_000)
        assert rule_of(received_until_closed(client)) == (431, "requests_head_is_small")
    with connected(relay) as client:
        start = CHUNKED.replace(b"/session", b"/rows/rpc/raise_hand")
        client.sendall(start + b"0\r\nAuthorization: Bearer nonsense\r\nConnection: close\r\n\r\n")
        assert b"PGRST301" not in read_head(client)  # the token in the trailer is not used


@pytest.mark.parametrize("method", [b"GET /live", b"GET /hallway/events", b"POST /nothing"])
def test_a_body_that_nobody_reads_is_bounded(relay: RunningRelay, method: bytes) -> None:
    with connected(relay) as client:
        client.sendall(
            method + b" HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
            b"Content-Length: 1000000000\r\n\r\n"
        )
        assert sent_before_closed(client, b"x" * 65536, 64 * MEGABYTE) < 16 * MEGABYTE


def test_an_upgrade_with_an_endless_body_is_bounded(relay: RunningRelay) -> None:
    with connected(relay) as client:
        client.sendall(HANDSHAKE.replace(b"\r\n\r\n", b"\r\nContent-Length: 1000000000\r\n\r\n"))
        assert sent_before_closed(client, b"x" * 65536, 64 * MEGABYTE) < 16 * MEGABYTE


@pytest.mark.parametrize(
    "start",
    [
        CHUNKED + b"4\r\n{",
        CHUNKED + b"2\r\n{}\r\n0\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\nX-Trailer: x",
        b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n",
        HANDSHAKE[:-2],
        b"\r\n",
        b"",
    ],
    ids=[
        "chunk",
        "after the last chunk",
        "trailer",
        "body",
        "expected body",
        "upgrade",
        "empty line",
        "nothing",
    ],
)
def test_every_part_of_a_request_has_the_same_deadline(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", BRIEF)
    with connected(relay) as client:
        client.sendall(start)
        answer = received_until_closed(client).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert rule_of(answer) == (408, "requests_arrive_in_time")


@pytest.mark.parametrize(
    "sent", [b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"]
)
def test_bytes_that_are_no_http_get_a_problem_too(relay: RunningRelay, sent: bytes) -> None:
    with connected(relay) as client:
        client.sendall(sent)
        assert rule_of(received_until_closed(client)) == (400, "requests_are_http")


@pytest.mark.parametrize("version", [b"0.9", b"2.0"])
def test_other_versions_of_http_are_refused(relay: RunningRelay, version: bytes) -> None:
    with connected(relay) as client:
        client.sendall(b"GET /live HTTP/" + version + b"\r\nHost: localhost\r\n\r\n")
        assert rule_of(received_until_closed(client)) == (505, "requests_version_is_spoken")


def test_many_slow_bodies_are_refused_at_the_same_time(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", BRIEF)
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(200):
            clients.append(stack.enter_context(connected(relay)))
            clients[-1].sendall(CHUNKED + b"ff\r\n{")
        for client in clients:
            assert rule_of(received_until_closed(client))[0] == 408


def test_empty_lines_after_an_answer_do_not_keep_a_connection(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(relay) as client:
        client.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read_head(client)
        monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", BRIEF)
        client.sendall(b"\r\n")
        assert b"requests_arrive_in_time" in received_until_closed(client)


def test_bytes_on_a_running_stream_end_it(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", BRIEF)
    with connected(relay) as client:
        client.sendall(STREAM)
        assert b"200 OK" in read_head(client)
        client.sendall(b"GET /")
        assert b"HTTP/1.1 408" not in received_until_closed(client)  # not into the stream
    with connected(relay) as client:
        client.sendall(STREAM)
        read_head(client)
        client.sendall(STREAM * 1000)
        received_until_closed(client)
    with connected(relay) as client:  # the end of the first answer would not be noticed
        client.sendall(STREAM)
        read_head(client)
        client.sendall(HANDSHAKE)
        assert b"101" not in received_until_closed(client)


def test_a_few_requests_may_be_sent_at_once(relay: RunningRelay) -> None:
    with connected(relay) as client:
        one = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.sendall(one * 3 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert received_until_closed(client).count(b"HTTP/1.1 200 OK") == 4


@pytest.mark.parametrize(
    "start",
    [
        HANDSHAKE.replace(b"GET", b"POST"),
        HANDSHAKE.replace(b"\r\n\r\n", b"\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n"),
    ],
)
def test_an_invalid_handshake_is_refused(relay: RunningRelay, start: bytes) -> None:
    with connected(relay) as client:
        client.sendall(start)
        answer = received_until_closed(client)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 405 ")), answer[:200]


def frame(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    """A client's frame (RFC 6455, 5.2), masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return bytes([(0x80 if last else 0) | opcode]) + length + bytes(4) + payload


def close_code(received: bytes) -> int:
    """The code of the close frame, which is the last frame. A reason follows the code."""
    at = received.rindex(b"\x88")
    return int(struct.unpack("!H", received[at + 2 : at + 4])[0])


@contextmanager
def opened(relay: RunningRelay) -> Iterator[socket.socket]:
    with connected(relay) as client:
        client.sendall(HANDSHAKE)
        assert b"101 Switching" in read_head(client)
        yield client


@pytest.mark.parametrize(
    ("start", "piece", "reason"),
    [
        (frame(1, last=False), frame(0, last=False) * 100, b"too many fragments"),
        (b"", frame(1, b"{}") * 1000, b"too many messages"),
    ],
)
def test_fragments_and_messages_of_a_socket_are_bounded(
    relay: RunningRelay, start: bytes, piece: bytes, reason: bytes
) -> None:
    with opened(relay) as client:
        client.sendall(start)
        sent_before_closed(client, piece, 100 * len(piece))
        received = received_until_closed(client)
        # a reset may have dropped the close frame
        assert not received.endswith(reason) or close_code(received) == 1008


@pytest.mark.parametrize("start", [frame(1, b"{", last=False), frame(1, b"{}")[:5]])
def test_a_message_on_a_socket_has_a_deadline(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    with opened(relay) as client:
        monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", BRIEF)
        client.sendall(start)
        received = received_until_closed(client)
        assert received.endswith(b"the message did not arrive in time")
        assert close_code(received) == POLICY_VIOLATION


def test_a_client_that_reads_no_pongs_is_not_read(relay: RunningRelay) -> None:
    with opened(relay) as client:
        client.settimeout(1)
        pings, sent = frame(9, b"x" * 125) * 500, 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while sent < 200 * MEGABYTE:
                sent += client.send(pings)
        assert sent < 64 * MEGABYTE  # twice what the kernel's buffers hold


def test_a_connection_closed_in_a_body_is_no_error(
    relay: RunningRelay, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(relay) as client:
        client.sendall(CHUNKED + b"4\r\n{")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with relay.client() as other:
        assert other.get("/live").status_code == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
