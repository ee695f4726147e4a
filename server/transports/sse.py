"""Server-Sent Events (HTML standard, 9.2): the room's log and the hallway on one stream, pushed as they commit."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..log import sse_writer
from ..log.frame import Frame
from ..relay.metrics import Metrics
from ..supervision import first_of
from ..types import Cursor
from .following import RETRY, StreamEnded, Subscription

HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
OPENING: Final = sse_writer.retry(RETRY)
STILL_HERE: Final = sse_writer.comment("still here")


class EventStream(Response):
    """The response: an ASGI application that ends when either side does.

    Not a StreamingResponse: a subscriber that does not read blocks the writing task, so another task must
    be able to end the stream. `stack` is closed when the stream has ended.
    """

    def __init__(
        self,
        subscription: Subscription,
        first: list[Frame],
        cut: asyncio.Event,
        metrics: Metrics,
        stack: contextlib.AsyncExitStack,
    ) -> None:
        super().__init__()
        self._subscription = subscription
        self._first = first
        self._cut = cut
        self._metrics = metrics
        self._held = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await self._serve(receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        self._metrics.streams.inc()
        try:
            await first_of(
                stream_writer=self._send(send),
                stream_disconnect=_disconnected(receive),
                stream_cut=self._cut.wait(),
            )
        finally:
            self._metrics.streams.dec()
            if self._cut.is_set():
                self._metrics.cut.inc()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write(send, OPENING + joined(self._first))
        try:
            async with contextlib.aclosing(self._subscription.frames()) as frames:
                async for chunk in frames:
                    await self._write(send, joined(chunk) if chunk else STILL_HERE)
        except StreamEnded as end:
            await self._write(send, end.frame().stream)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Send, chunk: bytes) -> None:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._metrics.bytes.inc(len(chunk))


def joined(frames: list[Frame]) -> bytes:
    return b"".join(frame.stream for frame in frames)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def cursor_of(request: Request) -> Cursor | None:
    """Where to resume. The header, which an EventSource sends by itself, has priority over the query.

    An invalid cursor counts as none: a snapshot follows.
    """
    text = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        return None
