"""Connections have a bound, and those that wait for their clients make place for others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from roomtone.http import open_connections as open_connections_module
from roomtone.http import request_bounds
from roomtone.http.uvicorn_internals.requests import BoundedRequests
from roomtone.transports import stream_counts

from ...patience import PATIENCE, eventually
from ...people import Psql
from ...running import RunningRelay, get
from . import memory_connections
from .raw_connection import connected, received_until_closed
from .test_request_bounds import CHUNKED, HANDSHAKE, STREAM, read_head, rule_of

MOST = 6
NEVER = 3600  # seconds
LIVE = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def few(relay: RunningRelay, monkeypatch: pytest.MonkeyPatch) -> RunningRelay:
    """A relay with places for six connections."""
    eventually(lambda: not open_connections(relay))  # those of the fixture
    relay.server.config.timeout_keep_alive = (
        NEVER  # on a busy machine nothing else ends a connection
    )
    relay.server.config.ws_ping_interval = None
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", NEVER)
    monkeypatch.setattr(stream_counts, "most_connections", lambda: MOST)
    return relay


@pytest.fixture
def many(few: RunningRelay) -> Iterator[list[socket.socket]]:
    """All places are taken by connections that have sent nothing."""
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(few)) for _ in range(MOST)]
        eventually(lambda: open_connections(few) == MOST)
        yield idle


def open_connections(relay: RunningRelay) -> int:
    return len(relay.server.server_state.connections)


def test_a_new_connection_takes_the_place_of_the_one_that_waited_longest(
    few: RunningRelay, many: list[socket.socket]
) -> None:
    with connected(few) as new:
        assert many[0].recv(1) == b""
        new.sendall(LIVE)
        assert b"200 OK" in read_head(new)
        many[1].sendall(LIVE)
        assert b"200 OK" in read_head(many[1])
        with connected(few) as newer:  # `many[1]` waits again, but not for as long as `many[2]`
            newer.sendall(LIVE)
            assert b"200 OK" in read_head(newer)
            assert many[2].recv(1) == b""


@pytest.mark.parametrize("start", [b"GET /live HTTP/1.1\r\nX-Slow: ", CHUNKED + b"ff\r\n{"])
def test_half_a_request_is_refused_when_its_place_is_needed(
    few: RunningRelay, many: list[socket.socket], start: bytes
) -> None:
    slow = many[0]
    slow.sendall(start)
    many[1].sendall(LIVE)  # after its answer, the bytes sent before were read, too
    read_head(many[1])
    with connected(few) as new:
        answer = received_until_closed(slow)
        assert rule_of(answer) == (503, "connections_fit_the_relay")
        assert b"\r\nretry-after: " in answer.lower()
        new.sendall(LIVE)
        assert b"200 OK" in read_head(new)


def test_no_stream_and_no_socket_is_closed_for_a_new_connection(
    psql: Psql, few: RunningRelay
) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(connected(few)) for _ in range(MOST)]
        for number, each in enumerate(streams):
            each.sendall(HANDSHAKE if number % 2 else STREAM)
            read_head(each)
        with connected(few) as refused:
            assert rule_of(received_until_closed(refused)) == (503, "connections_fit_the_relay")
        psql.room("rick", "Tea")
        for each in streams:
            received = b""
            while b'"Tea"' not in received:
                chunk = each.recv(65536)
                assert chunk
                received += chunk
        streams[0].close()
        eventually(lambda: open_connections(few) < MOST)
        with connected(few) as accepted:
            accepted.sendall(LIVE)
            assert b"200 OK" in read_head(accepted)


def test_a_closed_socket_whose_client_does_not_answer_makes_place(
    few: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_counts, "most_streams", lambda: 0)  # every socket is refused
    with ExitStack() as stack:
        refused = [stack.enter_context(connected(few)) for _ in range(MOST)]
        for each in refused:
            each.sendall(HANDSHAKE)
            received = b""
            while b"streams_fit_the_relay" not in received:
                received += each.recv(65536)
        with connected(few) as new:
            new.sendall(LIVE)
            assert b"200 OK" in read_head(new)


def test_an_idle_connection_ends(relay: RunningRelay) -> None:
    relay.server.config.timeout_keep_alive = 1
    with connected(relay) as client:
        client.sendall(LIVE)
        assert b"200 OK" in received_until_closed(client)


def test_a_connection_whose_answer_was_sent_before_the_body_arrived_ends(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "REQUEST_WITHIN_S", 1.5)
    with connected(relay) as client:
        client.sendall(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{")
        assert b" 404 " in read_head(client)
        with contextlib.suppress(ConnectionError):  # on a busy machine it ended before
            client.sendall(b"}")
        received_until_closed(client)


CLUBS = b"GET /rows/clubs HTTP/1.1\r\nHost: localhost\r\n\r\n"


def clubs(psql: Psql, count: int) -> None:
    psql.run(
        "insert into clubs (name, owner_id, description)"
        " select 'Club ' || n, %s, repeat('x', 500) from generate_series(1, %s) n",
        psql.person("rick"),
        count,
    )


@pytest.fixture
def large_answer(psql: Psql) -> bytes:
    """A request for one, of some 600 kB."""
    clubs(psql, 900)
    return CLUBS


@pytest.fixture
def small_answer(psql: Psql) -> bytes:
    """A request for one of some 50 kB: more than the kernel takes for a client that reads nothing, and too little to pause."""
    clubs(psql, 75)
    return CLUBS


@contextmanager
def deaf(relay: RunningRelay, request: bytes) -> Iterator[socket.socket]:
    """A client that has read the beginning of the answer, and reads no more."""
    with socket.socket() as connection:
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening = relay.server.servers[0].sockets[0]
        with socket.socket(fileno=os.dup(listening.fileno())) as same:  # each accepted one inherits
            same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        host, port = relay.url.removeprefix("http://").split(":")
        connection.connect((host, int(port)))
        connection.sendall(request)
        assert connection.recv(10) == b"HTTP/1.1 2"
        yield connection


def test_an_answer_that_is_not_read_ends(
    relay: RunningRelay, large_answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "UNREAD_WITHIN_S", 1.5)
    with deaf(relay, large_answer):
        eventually(lambda: not open_connections(relay))


def test_answers_that_are_not_read_take_a_bounded_part_of_the_memory(
    relay: RunningRelay, large_answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_connections_module, "MOST_UNREAD", 1024 * 1024)
    with ExitStack() as stack:
        clients = [stack.enter_context(deaf(relay, large_answer)) for _ in range(6)]
        given_up = "roomtone_connections_given_up_total"
        assert f"{given_up} 0.0" not in get(f"{relay.url}/metrics").text
        assert not received_until_closed(clients[0]).endswith(b"]")
    assert get(f"{relay.url}/rows/clubs").text.endswith("]")


def requests(relay: RunningRelay) -> list[BoundedRequests]:
    connections = [*relay.server.server_state.connections]
    return [each for each in connections if isinstance(each, BoundedRequests)]


def rests(relay: RunningRelay) -> list[int]:
    """How many bytes of complete answers each connection has in memory, if it is not paused for them."""
    return [
        each.transport.get_write_buffer_size()
        for each in requests(relay)
        if each.cycle.response_complete and not each.flow.write_paused
    ]


def closing(request: bytes) -> bytes:
    return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize("request_of", [bytes, closing], ids=["kept", "closed"])
def test_a_small_rest_that_is_not_read_ends(
    relay: RunningRelay,
    small_answer: bytes,
    monkeypatch: pytest.MonkeyPatch,
    request_of: Callable[[bytes], bytes],
) -> None:
    monkeypatch.setattr(request_bounds, "UNREAD_WITHIN_S", 1.5)
    relay.server.config.timeout_keep_alive = 2
    eventually(lambda: not open_connections(relay))
    with deaf(relay, request_of(small_answer)):
        eventually(lambda: not open_connections(relay))


async def test_the_rest_of_a_closed_answer_ends_also_if_much_of_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_bounds, "UNREAD_WITHIN_S", 0.01)
    protocol, transport, state = memory_connections.connected(BoundedRequests)
    protocol.pause_writing()
    transport.close()
    protocol.resume_writing()
    async with asyncio.timeout(PATIENCE):
        await transport.aborted.wait()
    protocol.connection_lost(None)
    await memory_connections.end(state)


def test_closed_connections_with_a_rest_make_place(
    few: RunningRelay, small_answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "UNREAD_WITHIN_S", NEVER)
    with ExitStack() as stack:
        for _ in range(MOST):
            stack.enter_context(deaf(few, closing(small_answer)))
        eventually(lambda: len([size for size in rests(few) if size]) == MOST)
        with connected(few) as new:
            new.sendall(LIVE)
            assert b"200 OK" in read_head(new)
            eventually(lambda: open_connections(few) == MOST)


def test_no_socket_begins_behind_an_answer_that_is_not_read(
    relay: RunningRelay, large_answer: bytes
) -> None:
    eventually(lambda: not open_connections(relay))
    with deaf(relay, large_answer) as client:
        eventually(lambda: [each.cycle.response_complete for each in requests(relay)] == [True])
        client.sendall(HANDSHAKE)
        answer = received_until_closed(client)
        assert answer.endswith(b"]")


def test_a_closed_socket_with_a_rest_ends(
    relay: RunningRelay, small_answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bounds, "UNREAD_WITHIN_S", 1.5)
    relay.server.config.ws_ping_interval = None
    relay.server.config.timeout_keep_alive = NEVER
    eventually(lambda: not open_connections(relay))
    with deaf(relay, small_answer) as client:
        eventually(lambda: any(rests(relay)))
        client.sendall(HANDSHAKE)
        eventually(lambda: open_connections(relay) == 1 and not requests(relay))
        client.sendall(b"\x88\x80\0\0\0\0")  # its close
        eventually(lambda: not open_connections(relay))
