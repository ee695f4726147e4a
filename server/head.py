"""How large the head of a request may be, and how long it may take to arrive.

uvicorn's fast parser collects a head of any size at any pace, from whoever connects.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .problem import Problem

LARGEST_HEAD: Final = 65536  # bytes: method, path, query string and headers
HEAD_WITHIN_S: Final = 20.0


class BoundedHead(HttpToolsProtocol):
    """Answers a head that is too large with 431 (RFC 6585, 5), one that takes too long with 408."""

    _received = 0
    _head_is_complete = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_WITHIN_S, self._refuse, _took_too_long())

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._head_is_complete and not self.transport.is_closing():
            self._received += len(data)
            if self._received > LARGEST_HEAD:
                self._refuse(_too_large())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received = 0
        self._head_is_complete = False
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_WITHIN_S, self._refuse, _took_too_long())

    def on_headers_complete(self) -> None:
        self._head_is_complete = True
        self._forget_timer()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > LARGEST_HEAD:
            self._refuse(_too_large())
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.transport.is_closing():
            super().on_message_complete()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, problem: Problem) -> None:
        self._forget_timer()
        if self.transport.is_closing():
            return
        response = problem.response()
        head = [f"HTTP/1.1 {problem.status} {problem.body()['title']}", "Connection: close"]
        head += [
            f"{name.decode('ascii')}: {value.decode('latin-1')}"
            for name, value in response.raw_headers
        ]
        self.transport.write("\r\n".join([*head, "", ""]).encode("latin-1") + bytes(response.body))
        self.transport.close()


def _too_large() -> Problem:
    return Problem(
        431,
        "54000",
        f"the head of the request is larger than {LARGEST_HEAD} bytes",
        rule="requests_head_is_small",
    )


def _took_too_long() -> Problem:
    return Problem(
        408,
        "57014",
        f"the head of the request did not arrive within {HEAD_WITHIN_S:g} seconds",
        rule="requests_head_arrives",
    )
