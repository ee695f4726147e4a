"""Every name of uvicorn that `uvicorn_internals/` uses exists and means what it did.

If one of these fails, read that module again before the new version of uvicorn is pinned.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from collections import deque
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from roomtone.http.uvicorn_internals import websockets
from roomtone.http.uvicorn_internals.flow import Flow, Pipeline
from roomtone.http.uvicorn_internals.requests import BoundedRequests, ignore_what_clients_cause
from roomtone.http.uvicorn_internals.websockets import BoundedWebSocket
from roomtone.paths import PACKAGE
from roomtone.transports.direct import OfferedTransport, offered
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets import websockets_sansio_impl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.server import ServerProtocol

from ...patience import PATIENCE
from .memory_connections import MemoryTransport, connected, end

REQUEST = b"GET /live HTTP/1.1\r\nHost: localhost\r\nX-Two: 2\r\n"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(
    ("base", "overriding"),
    [(HttpToolsProtocol, BoundedRequests), (WebSocketsSansIOProtocol, BoundedWebSocket)],
    ids=["requests", "websockets"],
)
def test_every_overridden_method_exists_with_the_same_parameters(
    base: type[Any], overriding: type[Any]
) -> None:
    """`give_up` and `_` methods that only our class has are not uvicorn's."""
    overridden = [
        name
        for name, each in vars(overriding).items()
        if inspect.isfunction(each)
        and (not name.startswith(("_", "give_up")) or hasattr(base, name))
    ]
    assert "data_received" in overridden
    for name in overridden:
        ours, theirs = (inspect.signature(getattr(kind, name)) for kind in (overriding, base))
        assert list(ours.parameters) == list(theirs.parameters), name


@pytest.mark.parametrize(
    ("method", "caller"),
    [
        ("_unsupported_upgrade_warning", "data_received"),
        ("handle_websocket_upgrade", "data_received"),
        ("send_400_response", "data_received"),
    ],
)
def test_uvicorn_still_calls_the_method(method: str, caller: str) -> None:
    assert f"self.{method}(" in inspect.getsource(getattr(HttpToolsProtocol, caller))


async def test_a_connection_has_these_attributes() -> None:
    protocol, transport, state = connected(HttpToolsProtocol)
    assert protocol.loop is asyncio.get_running_loop()
    assert protocol.app_state.keys() == {"settings", "connections"}
    assert protocol.transport is transport
    assert protocol.connections is state.connections
    assert protocol in state.connections
    assert not protocol.cycle
    protocol.data_received(REQUEST)
    assert protocol.url == b"/live"
    assert protocol.parser.get_http_version() == "1.1"
    protocol.data_received(b"\r\n")
    assert protocol.headers == [(b"host", b"localhost"), (b"x-two", b"2")]
    cycle = protocol.cycle
    assert isinstance(cycle, RequestResponseCycle)
    assert (cycle.response_started, cycle.response_complete, cycle.disconnected) == (False,) * 3
    assert isinstance(cycle.message_event, asyncio.Event)
    assert len(protocol.pipeline) == 0
    assert cycle.scope is protocol.scope
    assert (cycle.chunked_encoding, cycle.keep_alive) == (None, True)
    assert cycle.expected_content_length == 0
    protocol.pause_writing()
    assert protocol.flow.write_paused
    protocol.resume_writing()
    assert [protocol.flow.write_paused] == [False]
    protocol.data_received(REQUEST + b"\r\n")
    assert len(protocol.pipeline) == 1  # the second request waits for the answer to the first
    await end(state)


async def test_a_websocket_has_these_attributes() -> None:
    protocol, transport, state = connected(WebSocketsSansIOProtocol)
    assert protocol.loop is asyncio.get_running_loop()
    assert protocol.transport is transport
    assert isinstance(protocol.conn, ServerProtocol)
    assert isinstance(protocol.conn.debug, bool)
    assert not protocol.handshake_initiated
    protocol.data_received(HANDSHAKE)
    assert protocol.handshake_initiated
    async with asyncio.timeout(PATIENCE):
        await transport.answered.wait()
    assert transport.written.startswith(b"HTTP/1.1 101 ")
    assert (protocol.read_paused, protocol.close_sent) == (False, False)
    assert isinstance(protocol.writable, asyncio.Event)
    assert isinstance(protocol.queue, asyncio.Queue)
    assert protocol.response.status_code == websockets.SWITCHING_PROTOCOLS
    assert protocol.scope["extensions"].keys() == {"websocket.http.response"}
    assert not protocol.conn.extensions
    protocol.pause_writing()
    assert not protocol.writable.is_set()
    protocol.resume_writing()
    assert not protocol.conn.reader.buffer
    waiting = protocol.queue.qsize()
    protocol.data_received(b"\x01\x81\0\0\0\0a")  # the first fragment of a text
    assert len(protocol.frames) == 1
    protocol.data_received(b"\x80\x81\0\0\0")  # a part of the header of the last one
    assert protocol.conn.reader.buffer
    protocol.data_received(b"\0b")
    assert not protocol.conn.reader.buffer
    assert (len(protocol.frames), protocol.queue.qsize()) == (0, waiting + 1)
    protocol.conn.fail(websockets.POLICY_VIOLATION, "reason")
    assert b"".join(protocol.conn.data_to_send()) == b"\x88\x08\x03\xf0reason"
    protocol, transport, other = connected(WebSocketsSansIOProtocol)
    protocol.data_received(HANDSHAKE)
    async with asyncio.timeout(PATIENCE):
        await transport.answered.wait()
    await protocol.send({"type": "websocket.close", "code": 1000})
    assert (protocol.close_sent, transport.closing) == (True, False)  # it waits for the client's
    await end(other)
    await end(state)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(Flow, FlowControl), (Pipeline, deque)], ids=["flow", "pipeline"]
)
def test_our_parts_of_a_connection_have_what_uvicorn_uses(
    ours: type[Any], theirs: type[Any]
) -> None:
    source = inspect.getsource(httptools_impl)
    name = "flow" if ours is Flow else "pipeline"
    used = set(re.findall(rf"\b{name}\.(\w+)", source))
    assert used
    assert {
        each
        for each in used
        if not hasattr(ours(MemoryTransport()) if ours is Flow else ours(), each)
    } == set()
    assert all(hasattr(theirs, each) or each.endswith("_paused") for each in used)


class Stream:
    """Writes to the transport that it is offered."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def pause(self) -> None:
        self.heard.append("pause")

    def advance(self) -> None:
        self.heard.append("advance")

    def close(self) -> None:
        self.heard.append("close")


@pytest.mark.parametrize("pipelined", [False, True], ids=["alone", "with a request behind it"])
async def test_a_response_whose_transport_was_taken_goes_on_without_its_application(
    pipelined: bool, caplog: pytest.LogCaptureFixture
) -> None:
    stream, taken = Stream(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/live":
            offer = offered(scope)
            assert offer is not None
            assert offer.take(stream)
            offers.append(offer)
            taken.set()
        else:
            await send({"type": "http.response.body", "body": b"second", "more_body": False})

    offers: list[OfferedTransport] = []
    protocol, transport, state = connected(BoundedRequests, app)
    protocol.data_received(REQUEST + b"\r\n")
    async with asyncio.timeout(PATIENCE):
        await taken.wait()
        await asyncio.gather(*state.tasks)
    if pipelined:
        protocol.data_received(b"GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n")
    protocol.pause_writing()
    protocol.resume_writing()
    offers[0].write(b"1\r\nx\r\n")
    offers[0].finish(b"1\r\ny\r\n")
    await asyncio.gather(*state.tasks)
    first, _, second = transport.written.partition(b"0\r\n\r\n")
    assert first.endswith(b"1\r\nx\r\n1\r\ny\r\n")
    assert (b"second" in second) is pipelined
    assert stream.heard == ["pause", "advance"]
    assert not transport.closing
    assert caplog.text == ""
    protocol.connection_lost(None)
    assert stream.heard == ["pause", "advance"]
    protocol._unset_keepalive_if_required()


async def test_a_stream_is_closed_with_its_connection() -> None:
    for kind, request in ((BoundedRequests, REQUEST + b"\r\n"), (BoundedWebSocket, HANDSHAKE)):
        protocol, _, state = connected(kind)
        protocol.data_received(request)
        protocol.transport_user = stream = Stream()
        protocol.connection_lost(ConnectionResetError())
        assert stream.heard == ["close"]
        await end(state)


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("ASGI callable returned without completing response.", httptools_impl),
        ("Invalid UTF-8 sequence received from client.", websockets_sansio_impl),
    ],
)
def test_what_a_client_causes_is_no_error_in_the_log(text: str, module: ModuleType) -> None:
    assert f'"{text}"' in Path(str(module.__file__)).read_text()
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, text, (), None)
    assert not ignore_what_clients_cause(record)


def test_no_other_module_imports_uvicorns_protocols() -> None:
    users = [
        path.parent.name
        for path in PACKAGE.rglob("*.py")
        if "uvicorn.protocols" in path.read_text("utf-8")
    ]
    assert {*users} == {"uvicorn_internals"}
