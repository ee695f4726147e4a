"""One event on its way to readers, in the form each technique sends it."""

from __future__ import annotations

import json
from functools import cached_property

from ..types import Cursor
from . import sse_writer


class Frame:
    """`data` is JSON text. Each form of it is made once for all readers, when it is first sent.

    `retry` (milliseconds) is for the first event of a stream.
    """

    def __init__(
        self, event: str, data: str, cursor: Cursor | None = None, retry: int | None = None
    ) -> None:
        self.event = event
        self.data = data
        self.cursor = cursor
        self.retry = retry

    @cached_property
    def stream(self) -> bytes:
        """For an event stream (HTML standard, 9.2.6)."""
        return sse_writer.event(self.event, self.data, self.cursor, self.retry)

    @cached_property
    def socket(self) -> str:
        """For a WebSocket: `{"event", "id", "data"}`, without the id where there is none."""
        place = "" if self.cursor is None else f'"id":"{self.cursor}",'
        return f'{{"event":{json.dumps(self.event)},{place}"data":{self.data}}}'

    @cached_property
    def socket_frame(self) -> bytes:
        """The same as it is on the wire."""
        return websocket_frame(self.socket)


def websocket_frame(text: str) -> bytes:
    """A text message in one frame from a server: final, not masked, not compressed (RFC 6455, 5.2)."""
    data = text.encode()
    size = len(data)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + data
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + data
    return b"\x81\x7f" + size.to_bytes(8, "big") + data
