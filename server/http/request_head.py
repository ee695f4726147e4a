"""How large a request may be apart from its body, and how long all of it may take to arrive.

uvicorn's fast parser collects heads and trailers of any size at any pace, from any client. Here every byte
that is received counts: it belongs to a body, which has a limit of its own, or to what stands around bodies.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ..problem import Problem
from .limits import MOST_DISCARDED

LARGEST_HEAD: Final = 65536  # bytes: head, chunk sizes, chunk extensions and trailers
REQUEST_WITHIN_S: Final = 30.0  # head, body and trailers together
MOST_PIPELINED: Final = 4  # requests that wait for the answer to one before them


class BoundedRequests(HttpToolsProtocol):
    """Answers a request that is too large with 431 (RFC 6585, 5) or 413, one that takes too long with 408.

    While another answer is being written, nothing can be said: then the connection is closed.
    """

    _overhead = 0  # bytes of this request that are not its body
    _body_size = 0
    _head_is_complete = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._largest_body: int = self.app_state["settings"].body_limit + MOST_DISCARDED
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._start_deadline()  # also for bytes that begin no request, such as empty lines
        self._overhead += len(data)  # what turns out to be body is subtracted
        super().data_received(data)
        if self._overhead > LARGEST_HEAD:
            self._refuse(_too_large())

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
        if size > LARGEST_HEAD:
            self._refuse(_too_large())
        elif len(self.pipeline) >= MOST_PIPELINED:
            self.transport.close()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._overhead -= len(body)
        self._body_size += len(body)
        if self._body_size > self._largest_body:  # also where nothing reads it any more
            self._refuse(_body_too_large())
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._overhead = 0
        self._forget_deadline()
        if not self.transport.is_closing():
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._is_answering:  # two protocols would write to one connection
            self.transport.close()
            return
        self._forget_deadline()
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade to something else is ignored (RFC 9110, 7.8); no line in the log for each."""

    def send_400_response(self, msg: str) -> None:
        self._refuse(_not_http())

    @property
    def _is_answering(self) -> bool:
        return bool(self.pipeline) or self._unanswered is not None

    @property
    def _unanswered(self) -> RequestResponseCycle | None:
        """The newest request, unless its answer is complete."""
        newest: RequestResponseCycle | None = self.cycle
        return None if newest is None or newest.response_complete else newest

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_WITHIN_S, self._refuse, _took_too_long())

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, problem: Problem) -> None:
        self._forget_deadline()
        if self.transport.is_closing():
            return
        cycle = self._unanswered
        if not self.pipeline and (cycle is None or not cycle.response_started):
            self.transport.write(raw_response(problem))
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()


def raw_response(problem: Problem) -> bytes:
    """The problem as an HTTP/1.1 response that ends its connection, for where no application runs."""
    response = problem.response()
    headers: list[tuple[bytes, bytes]] = [*response.raw_headers, (b"connection", b"close")]
    status = f"HTTP/1.1 {problem.status} {problem.body()['title']}".encode("ascii")
    lines = [status, *(b"%s: %s" % header for header in headers), b"", bytes(response.body)]
    return b"\r\n".join(lines)


def _not_http() -> Problem:
    return Problem(
        400,
        "08P01",
        "this is no valid HTTP/1.1 request",
        hint="See RFC 9112 for the syntax of requests.",
        rule="requests_are_http",
    )


def _too_large() -> Problem:
    return Problem(
        431,
        "54000",
        f"the head of the request, with everything around its body, is larger than {LARGEST_HEAD} bytes",
        hint="Send fewer or shorter headers, and a body in larger chunks.",
        rule="requests_head_is_small",
    )


def _body_too_large() -> Problem:
    return Problem(413, "54000", "the body is too large", rule="requests_body_is_small")


def _took_too_long() -> Problem:
    return Problem(
        408,
        "57014",
        f"the request did not arrive within {REQUEST_WITHIN_S:g} seconds",
        hint="Send it again, without pauses.",
        rule="requests_arrive_in_time",
    )
