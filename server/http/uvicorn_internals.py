"""The only module that uses parts of uvicorn that are not its documented interface (docs/internals.md).

uvicorn has no setting for the size of a request head, the time in which a request arrives, or the number of fragments
and messages of a WebSocket. So its two protocol classes are subclassed, and `request_bounds.py` has the bounds.
`tests/server/http/test_uvicorn_internals.py` has a test for every name that is used here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ..problem import Problem
from . import request_bounds
from .limits import MOST_DISCARDED

POLICY_VIOLATION: Final = 1008  # RFC 6455, 7.4.1


class _Deadline:
    """One timer of a connection. `start` does nothing while it runs."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        if self._timer is None:
            self._timer = loop.call_later(request_bounds.REQUEST_WITHIN_S, expired)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class BoundedRequests(HttpToolsProtocol):
    """Answers a request that is too large with 431 (RFC 6585, 5) or 413, and one that takes too long with 408.

    Every byte received counts: as body, or as what is around bodies. While another answer is being written,
    no refusal can be sent. Then the connection is closed.
    """

    _overhead = 0  # bytes of this request that are not its body
    _body_size = 0
    _head_is_complete = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = _Deadline()
        self._largest_body: int = self.app_state["settings"].body_limit + MOST_DISCARDED
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        super().connection_lost(exc)

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
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > request_bounds.LARGEST_HEAD:
            self._refuse(request_bounds.head_too_large())
        elif len(self.pipeline) >= request_bounds.MOST_PIPELINED:
            self.transport.close()
        if not self.transport.is_closing():
            super().on_headers_complete()

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
        if not self.transport.is_closing():
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._is_answering:  # otherwise two protocols would write to one connection
            self.transport.close()
            return
        self._deadline.stop()
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: an upgrade to another protocol is ignored (RFC 9110, 7.8)."""

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

    def _start_deadline(self) -> None:
        self._deadline.start(self.loop, lambda: self._refuse(request_bounds.took_too_long()))

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
        self.transport.close()


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes a connection that exceeds a bound with 1008. Reads nothing from a client that does not read itself.

    uvicorn limits the bytes of a message; not the number of its fragments, nor the messages that wait, nor the
    pongs to a client that does not read them.
    """

    _reading_waits_for_writing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = _Deadline()
        self.conn.debug = False  # otherwise cookies, tokens and messages are logged

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self.handshake_initiated:  # the request head is complete, but it is not a handshake
            self.transport.write(request_bounds.raw_response(request_bounds.not_a_handshake()))
            self.transport.close()
        elif len(self.frames) > request_bounds.MOST_FRAGMENTS:
            self._fail("too many fragments")
        elif self.queue.qsize() > request_bounds.MOST_WAITING:
            self._fail("too many messages")
        else:
            self._watch_message()
            self._wait_for_writing()

    def send_receive_event_to_app(self) -> None:
        self._deadline.stop()
        super().send_receive_event_to_app()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading_waits_for_writing:
            self._reading_waits_for_writing = False
            if not self.read_paused:
                self.transport.resume_reading()

    def _wait_for_writing(self) -> None:
        if not self.writable.is_set() and not self.read_paused:
            self._reading_waits_for_writing = True
            self.transport.pause_reading()

    def _watch_message(self) -> None:
        """Start the deadline with the first byte of a message, stop it when no message is incomplete."""
        if not self.frames and not self.conn.reader.buffer:
            self._deadline.stop()
        else:
            self._deadline.start(self.loop, self._took_too_long)

    def _took_too_long(self) -> None:
        self._deadline.stop()
        if self.read_paused or self._reading_waits_for_writing:  # the relay did not read
            self._watch_message()
        else:
            self._fail("the message did not arrive in time")

    def _fail(self, reason: str) -> None:
        self._deadline.stop()
        if self.close_sent or self.transport.is_closing():
            self.transport.close()
            return
        self.conn.fail(POLICY_VIOLATION, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()


def is_no_cut_stream(record: logging.LogRecord) -> bool:
    """A filter for uvicorn's log. A response without an end is how the relay cuts off a slow subscriber.

    That is counted in the metrics and is no error.
    """
    return record.msg != "ASGI callable returned without completing response."
