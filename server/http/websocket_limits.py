"""What one WebSocket connection may hold in memory, and how long one message may take to arrive.

uvicorn bounds a message's bytes; not the number of its fragments, nor how many messages wait, nor the pongs
to a client that reads none.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ..problem import Problem
from . import request_head

MOST_FRAGMENTS: Final = 1000  # of one message; empty ones have no bytes that count
MOST_WAITING: Final = 500  # messages that came faster than they may be acted on

POLICY_VIOLATION: Final = 1008  # RFC 6455, 7.4.1


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes with 1008 what breaks a bound; reads nothing from a client that does not read itself."""

    _deadline: asyncio.TimerHandle | None = None
    _reading_waits_for_writing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.conn.debug = False  # it would log cookies, tokens and messages

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self.handshake_initiated:  # the request head is complete, and yet it is none
            self.transport.write(request_head.raw_response(_no_handshake()))
            self.transport.close()
        elif len(self.frames) > MOST_FRAGMENTS:
            self._fail("too many fragments")
        elif self.queue.qsize() > MOST_WAITING:
            self._fail("too many messages")
        else:
            self._watch_message()
            self._wait_for_writing()

    def send_receive_event_to_app(self) -> None:
        self._forget_deadline()
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
        """One deadline for a message under way, from its first byte to its last."""
        if not self.frames and not self.conn.reader.buffer:
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(
                request_head.REQUEST_WITHIN_S, self._took_too_long
            )

    def _took_too_long(self) -> None:
        self._deadline = None
        if self.read_paused or self._reading_waits_for_writing:  # it is us who do not read
            self._watch_message()
        else:
            self._fail("the message did not arrive in time")

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _fail(self, reason: str) -> None:
        self._forget_deadline()
        if self.close_sent or self.transport.is_closing():
            self.transport.close()
            return
        self.conn.fail(POLICY_VIOLATION, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()


def _no_handshake() -> Problem:
    return Problem(
        400,
        "08P01",
        "this is no WebSocket handshake",
        hint="A handshake is a GET of HTTP/1.1 whose header lines have at most 8 kB (RFC 6455, 4.1).",
        rule="requests_handshake_is_valid",
    )
