"""HTTP requests, bounded; and their responses, offered to streams that write to the transport themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ...problem import Problem
from ...transports.direct import EXTENSION, TransportUser
from .. import request_bounds, single_headers
from ..limits import MOST_DISCARDED
from ..open_connections import OpenConnections, no_place
from .deadline import Deadline
from .flow import Flow, Pipeline

HTTP_VERSIONS: Final = ("1.0", "1.1")  # the parser also takes 0.9 and 2.0
WEBSOCKET_VERSION: Final = b"13"  # RFC 6455, 4.1
LAST_CHUNK: Final = b"0\r\n\r\n"  # RFC 9112, 7.1
NOBODY_WAITS: Final = asyncio.Event()


class _UntilClosed(int):
    """The length of an HTTP/1.0 body without Content-Length, for uvicorn's checks: any (RFC 9112, 6.3)."""

    def __lt__(self, other: int) -> bool:
        return False

    def __sub__(self, other: int) -> _UntilClosed:
        return self


UNTIL_CLOSED: Final = _UntilClosed(0)


class _Response:
    """One response as `transports/direct.py` may take it: its bytes go to the transport, and its ASGI application may return."""

    __slots__ = ("_cycle", "_protocol")

    def __init__(self, protocol: BoundedRequests, cycle: RequestResponseCycle) -> None:
        self._protocol = protocol
        self._cycle = cycle

    @property
    def write(self) -> Callable[[bytes], object]:
        return self._protocol.transport.write

    @property
    def paused(self) -> bool:
        return self._protocol.flow.write_paused

    @property
    def closing(self) -> bool:
        return self._protocol.transport.is_closing()

    def take(self, user: TransportUser) -> bool:
        protocol, cycle = self._protocol, self._cycle
        endless = cycle.chunked_encoding or cycle.expected_content_length is UNTIL_CLOSED
        if cycle.disconnected or self.closing or not endless:
            return False
        protocol.transport_user = user
        cycle.disconnected = True  # its task may end before the response does
        cycle.message_event = NOBODY_WAITS
        if protocol.scope is cycle.scope:  # otherwise the head of another request was received
            protocol.scope, protocol.headers, protocol.url = None, [], b""  # type: ignore[assignment]
        cycle.scope = None  # type: ignore[assignment]
        return True

    def finish(self, last: bytes) -> None:
        protocol, cycle = self._protocol, self._cycle
        protocol.transport_user = None
        protocol.transport.write(last + LAST_CHUNK if cycle.chunked_encoding else last)
        cycle.response_complete = True
        if not cycle.keep_alive:
            protocol.transport.close()
        protocol.on_response_complete()

    def abort(self) -> None:
        self._protocol.transport.abort()


class BoundedRequests(HttpToolsProtocol):
    """Answers a request that is too large with 431 (RFC 6585, 5) or 413, one that takes too long with 408, and an unclear one with 400.

    Every byte received counts: as body, or as what is around bodies. While another answer is being written,
    no refusal can be sent. Then the connection is closed.
    """

    _overhead = 0  # bytes of this request that are not its body
    _body_size = 0
    _head_is_complete = False
    transport_user: TransportUser | None = None
    """Who writes to the transport directly."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = Flow(transport)  # type: ignore[assignment]
        self.pipeline = Pipeline()  # type: ignore[assignment]
        self._deadline = Deadline()
        self._unread = Deadline()
        self._open: OpenConnections = self.app_state["connections"]
        self._largest_body: int = self.app_state["settings"].body_limit + MOST_DISCARDED
        self._start_deadline()
        if self._open.has_place(len(self.connections)):
            self._open.waits(self)
        else:
            self._refuse(no_place())
            self._open.waits_no_more(self)  # it has no place to give to another

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        self._unread.stop()
        self._open.waits_no_more(self)
        self._open.was_read(self)
        super().connection_lost(exc)
        if self.transport_user is not None:
            self.transport_user.close()
            self.transport_user = None

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.transport_user is not None:
            self.transport_user.pause()
        else:
            self._wait_for_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.transport.is_closing():
            self._end_in_time()
        else:
            self._unread.stop()
            self._open.was_read(self)
            if self._is_answering:
                self._open.waits_no_more(self)
        if self.transport_user is not None:
            self.transport_user.advance()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._start_deadline()  # also for bytes before a request, such as empty lines
        self._overhead += len(data)  # `on_body` subtracts the bytes of the body
        super().data_received(data)
        if self._overhead > request_bounds.LARGEST_HEAD:
            self._refuse(request_bounds.head_too_large())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_is_complete = False
        self._body_size = 0
        self._start_deadline()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_is_complete:  # trailers are counted and dropped (RFC 9110, 6.5.1)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_complete = True
        try:
            self.headers[:] = single_headers.once(self.headers)
            single_headers.require_one_host(self.url, self.headers)
        except Problem as problem:
            self._refuse(problem)
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > request_bounds.LARGEST_HEAD:
            self._refuse(request_bounds.head_too_large())
        elif self.parser.get_http_version() not in HTTP_VERSIONS:
            self._refuse(request_bounds.another_http())
        elif len(self.pipeline) >= request_bounds.MOST_PIPELINED:
            self._close()
        if not self.transport.is_closing():
            super().on_headers_complete()
            newest: RequestResponseCycle | None = self.cycle
            if newest is not None and newest.scope is self.scope:
                extensions = {EXTENSION: _Response(self, newest)}
                self.scope["extensions"] = extensions  # type: ignore[typeddict-item]
                if self.scope["http_version"] == "1.0":  # uvicorn would send it chunks
                    newest.chunked_encoding = False
                    newest.expected_content_length = UNTIL_CLOSED

    def on_body(self, body: bytes) -> None:
        self._overhead -= len(body)
        self._body_size += len(body)
        if self._body_size > self._largest_body:  # also if the application does not read the body
            self._refuse(request_bounds.body_too_large())
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._overhead = 0
        self._deadline.stop()
        if self._is_answering:
            self._open.waits_no_more(self)
        else:  # its answer was sent before its body arrived, which stopped uvicorn's timer for idle connections
            self._start_deadline()
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_answering:
            self._open.waits(self)
        if self.flow.write_paused:
            self._wait_for_reading()
        self._end_in_time()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._end_in_time()

    def shutdown(self) -> None:
        super().shutdown()
        self._end_in_time()

    def handle_websocket_upgrade(self) -> None:
        if self._is_answering or self.flow.write_paused or self.transport.is_closing():
            self._close()  # two protocols would write to one connection
            return
        version = dict(self.headers).get(b"sec-websocket-version", WEBSOCKET_VERSION)
        if version != WEBSOCKET_VERSION:
            self._refuse(request_bounds.another_websocket(WEBSOCKET_VERSION.decode()))
            return
        self._deadline.stop()
        self._open.waits_no_more(self)
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: an upgrade to another protocol is ignored (RFC 9110, 7.8)."""

    def give_up(self) -> None:
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            self.transport.abort()  # `close` would wait until everything is read
        elif self._overhead or self._unanswered is not None:
            self._refuse(no_place())
        else:
            self._close()

    def send_400_response(self, msg: str) -> None:
        self._refuse(request_bounds.not_http())

    @property
    def _is_answering(self) -> bool:
        return bool(self.pipeline) or self._unanswered is not None

    @property
    def _unanswered(self) -> RequestResponseCycle | None:
        """The newest request, unless its answer is complete."""
        newest: RequestResponseCycle | None = self.cycle
        return None if newest is None or newest.response_complete else newest

    def _wait_for_reading(self) -> None:
        self._open.waits_unread(self, self.transport.get_write_buffer_size())
        self._unread.start(self.loop, request_bounds.UNREAD_WITHIN_S, self.transport.abort)

    def _close(self) -> None:
        self.transport.close()
        self._end_in_time()

    def _end_in_time(self) -> None:
        """A closed transport keeps its file until the client has read everything: not for ever."""
        if self.transport.is_closing() and self in self.connections:
            self._wait_for_reading()

    def _start_deadline(self) -> None:
        self._deadline.start(
            self.loop,
            request_bounds.REQUEST_WITHIN_S,
            lambda: self._refuse(request_bounds.took_too_long()),
        )

    def _refuse(self, problem: Problem) -> None:
        self._deadline.stop()
        if self.transport.is_closing():
            return
        cycle = self._unanswered
        if not self.pipeline and (cycle is None or not cycle.response_started):
            self.transport.write(request_bounds.raw_response(problem))
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        self._close()


_CAUSED_BY_CLIENTS: Final = frozenset(
    {
        "ASGI callable returned without completing response.",  # how the relay cuts off a slow subscriber
        "Invalid UTF-8 sequence received from client.",  # its WebSocket is closed with 1007
    }
)


def ignore_what_clients_cause(record: logging.LogRecord) -> bool:
    """A filter for uvicorn's log: what a client causes is no error of the relay. What is cut off is counted in the metrics."""
    return record.msg not in _CAUSED_BY_CLIENTS
