"""Where the frames of a WebSocket are written: to its transport directly, or through ASGI."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

from starlette.websockets import WebSocket

from ..log.frame import websocket_frame
from ..log.framing import Framing, socket_frames, socket_messages
from .asgi_outlets import QueuedOutlet
from .direct import DirectOutlet, OfferedTransport
from .following import StreamEnded
from .subscription import Subscription
from .websocket_messages import STILL_HERE

CUT_OFF_AFTER: Final = 20.0  # seconds until a client that does not read a frame is cut off


class SocketEnd(asyncio.Event):
    """Set when the relay ends the socket, with the reason and the last frame, if it is to be sent."""

    reason: str
    end: StreamEnded | None = None

    def because(self, reason: str, end: StreamEnded | None = None) -> None:
        self.reason, self.end = reason, end
        self.set()


class DirectSocket(DirectOutlet):
    """Frames as they are on the wire. No compression was negotiated."""

    framing: Framing = staticmethod(socket_frames)
    still_here = websocket_frame(STILL_HERE)
    cut_off_after = CUT_OFF_AFTER

    def __init__(
        self, transport: OfferedTransport, subscription: Subscription, ended: SocketEnd
    ) -> None:
        super().__init__(transport, subscription)
        self._ended = ended
        self._complete = asyncio.Event()

    def write_text(self, text: str) -> int:
        """One message; returns its size. What a client that has gone was to be sent is dropped."""
        if self._transport.closing:
            return 0
        frame = websocket_frame(text)
        self.write(frame)
        return len(frame)

    def end(self, end: StreamEnded) -> None:
        self._ended.because(end.reason, end)

    def complete(self) -> None:
        self._complete.set()

    async def run(self) -> None:
        """Until it is complete. The transport sends by itself."""
        await self._complete.wait()

    async def writable(self) -> None:
        """The server stops reading while the client does not read."""


class AsgiSocket(QueuedOutlet):
    framing: Framing = staticmethod(socket_messages)
    still_here: ClassVar = [STILL_HERE]
    cut_off_after = CUT_OFF_AFTER

    def __init__(self, websocket: WebSocket, subscription: Subscription, ended: SocketEnd) -> None:
        super().__init__(subscription)
        self._websocket = websocket
        self._ended = ended

    def write_text(self, text: str) -> int:
        """One message; returns its size."""
        self.write([text])
        return len(text)

    def end(self, end: StreamEnded) -> None:
        self._ended.because(end.reason, end)

    def cut(self) -> None:
        super().cut()
        self._ended.because("too slow")

    async def send(self, waiting: list[Any]) -> None:
        for texts in waiting:
            for text in texts:
                await self._websocket.send_text(text)
