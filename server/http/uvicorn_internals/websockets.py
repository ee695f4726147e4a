"""WebSockets, bounded, and offered to streams that write to the transport themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from ...transports.direct import EXTENSION, TransportUser
from .. import request_bounds
from ..open_connections import OpenConnections
from .deadline import Deadline

POLICY_VIOLATION: Final = 1008  # RFC 6455, 7.4.1
SWITCHING_PROTOCOLS: Final = 101


class _Socket:
    """A WebSocket as `transports/direct.py` may take it: whole frames of a server go to its transport."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: BoundedWebSocket) -> None:
        self._protocol = protocol

    @property
    def write(self) -> Callable[[bytes], object]:
        return self._protocol.transport.write

    @property
    def paused(self) -> bool:
        return not self._protocol.writable.is_set()

    @property
    def closing(self) -> bool:
        return self._protocol.transport.is_closing()

    def take(self, user: TransportUser) -> bool:
        if self.closing or self._protocol.conn.extensions:
            return False
        self._protocol.transport_user = user
        return True

    def finish(self, last: bytes) -> None:
        self._protocol.transport.write(last)

    def abort(self) -> None:
        self._protocol.transport.abort()


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes a connection that exceeds a bound with 1008. Reads nothing from a client that does not read itself.

    uvicorn limits the bytes of a message; not the number of its fragments, nor the messages that wait, nor the
    pongs to a client that does not read them.
    """

    _reading_waits_for_writing = False
    transport_user: TransportUser | None = None
    """Who writes to the transport directly."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = Deadline()
        self._unread = Deadline()
        self._open: OpenConnections = self.app_state["connections"]
        self.conn.debug = False  # otherwise cookies, tokens and messages are logged

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        self._unread.stop()
        self._open.waits_no_more(self)
        super().connection_lost(exc)
        if self.transport_user is not None:
            self.transport_user.close()
            self.transport_user = None

    async def send(self, message: Any) -> None:
        await super().send(message)
        self._end_in_time()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._end_in_time()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._end_in_time()

    def give_up(self) -> None:
        self.transport.abort()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == SWITCHING_PROTOCOLS:
            extensions: dict[Any, Any] = self.scope["extensions"]
            extensions[EXTENSION] = _Socket(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.transport_user is not None:
            self.transport_user.pause()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            self._end_in_time()
            return
        if not self.handshake_initiated:  # the request head is complete, but it is not a handshake
            self.transport.write(request_bounds.raw_response(request_bounds.not_a_handshake()))
            self.transport.close()
            self._end_in_time()
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
        if self.transport_user is not None:
            self.transport_user.advance()

    def _wait_for_writing(self) -> None:
        if not self.writable.is_set() and not self.read_paused:
            self._reading_waits_for_writing = True
            self.transport.pause_reading()

    def _watch_message(self) -> None:
        """Start the deadline with the first byte of a message, stop it when no message is incomplete."""
        if not self.frames and not self.conn.reader.buffer:
            self._deadline.stop()
        else:
            self._deadline.start(self.loop, request_bounds.REQUEST_WITHIN_S, self._took_too_long)

    def _took_too_long(self) -> None:
        self._deadline.stop()
        if self.read_paused or self._reading_waits_for_writing:  # the relay did not read
            self._watch_message()
        else:
            self._fail("the message did not arrive in time")

    def _fail(self, reason: str) -> None:
        self._deadline.stop()
        if not self.close_sent and not self.transport.is_closing():
            self.conn.fail(POLICY_VIOLATION, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        self._end_in_time()

    def _end_in_time(self) -> None:
        """A closed socket waits for its client, to read the rest or to close it too: not for ever."""
        if (self.close_sent or self.transport.is_closing()) and self in self.connections:
            self._open.waits(self)
            self._unread.start(self.loop, request_bounds.UNREAD_WITHIN_S, self.transport.abort)
