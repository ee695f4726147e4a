"""One event on its way to readers, in the form each technique sends it."""

from __future__ import annotations

import json
from functools import cached_property

from ..types import Cursor
from . import sse_writer


class Frame:
    """`data` is JSON text. Each form of it is made once for all readers, when it is first sent."""

    def __init__(self, event: str, data: str, cursor: Cursor | None = None) -> None:
        self.event = event
        self.data = data
        self.cursor = cursor

    @cached_property
    def stream(self) -> bytes:
        """For an event stream (HTML standard, 9.2.6)."""
        return sse_writer.event(self.event, self.data, self.cursor)

    @cached_property
    def socket(self) -> str:
        """For a WebSocket: `{"event", "id", "data"}`, without the id where there is none."""
        place = "" if self.cursor is None else f'"id":"{self.cursor}",'
        return f'{{"event":{json.dumps(self.event)},{place}"data":{self.data}}}'
