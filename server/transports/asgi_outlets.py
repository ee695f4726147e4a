"""Streams through ASGI, for servers that offer no transport: what is written waits here until ASGI's `send` took it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Final

from starlette.types import Receive, Send

from ..log.frame import Frame
from ..log.framing import Framing, event_stream
from ..log.writers import size_of
from ..supervision import first_of
from .following import StreamEnded
from .sse_response import CUT_OFF_AFTER, STILL_HERE
from .subscription import Subscription

MOST_WAITING: Final = 65536
"""Bytes; a subscriber with more continues by its position when they were sent."""


class QueuedOutlet(ABC):
    """`run` sends what was written, in order."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._waiting: list[Any] = []
        self._size = 0
        self._work = asyncio.Event()
        self._complete = False
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_cut = asyncio.Event()

    def write(self, data: Any) -> None:
        self._waiting.append(data)
        self._size += size_of(data)
        self._work.set()
        if self._size > MOST_WAITING and not self.paused:
            self._writable.clear()
            self._subscription.pause()

    @property
    def paused(self) -> bool:
        return not self._writable.is_set()

    async def writable(self) -> None:
        await self._writable.wait()

    def cut(self) -> None:
        self._is_cut.set()

    def failed(self) -> None:
        self._subscription.failed()

    def complete(self) -> None:
        """`run` ends when all was sent."""
        self._complete = True
        self._work.set()

    async def run(self) -> None:
        """Until it is complete or cut off."""
        # A client that does not read keeps `send` waiting.
        await first_of(stream_writer=self._send_all(), stream_cut=self._is_cut.wait())

    async def _send_all(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                waiting, self._waiting, self._size = self._waiting, [], 0
                await self.send(waiting)
            if self.paused:
                self._writable.set()
                self._subscription.advance()
            if self._complete and not self._waiting:
                return

    @abstractmethod
    async def send(self, waiting: list[Any]) -> None:
        """Send what was written, through ASGI."""


class AsgiStream(QueuedOutlet):
    """An event stream. `serve` ends when either side does."""

    framing: Framing = staticmethod(event_stream)
    still_here = STILL_HERE
    cut_off_after = CUT_OFF_AFTER

    def __init__(self, subscription: Subscription, send: Send) -> None:
        super().__init__(subscription)
        self._asgi_send = send

    def end(self, end: StreamEnded) -> None:
        self.write(self.framing([end.frame()]))
        self.complete()

    async def serve(self, receive: Receive, first: list[Frame]) -> None:
        self._subscription.begin(self, first)
        await first_of(stream=self._respond(), stream_disconnect=disconnected(receive))

    async def _respond(self) -> None:
        await self.run()
        if not self._is_cut.is_set():
            await self._asgi_send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(self, waiting: list[Any]) -> None:
        body = b"".join(waiting)
        await self._asgi_send({"type": "http.response.body", "body": body, "more_body": True})


async def disconnected(receive: Receive) -> None:
    """Until the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
