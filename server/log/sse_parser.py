"""Parses `text/event-stream` (HTML standard, 9.2.6) from bytes, however the network divides them.

The one parser for Python: media peers, drills, labs and tests read their streams with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_LINE: Final = 4 * 1024 * 1024  # bytes; a snapshot of the largest room is a fraction of it

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class LineTooLong(ValueError):
    """A line of the stream has more than `LONGEST_LINE` bytes."""


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event: its type (`message` if it names none), its data as text, and the id in its own block, if any."""

    type: str
    data: str
    id: str | None


class SseParser:
    """Feed it bytes; it gives the events that are complete. Comments are left out.

    `retry` is the newest reconnection time that the server sent, in milliseconds; None before the first.
    """

    def __init__(self) -> None:
        self.retry: int | None = None
        self._rest = b""
        self._at_start = True
        self._type = ""
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that this chunk completes. Raises LineTooLong."""
        data = self._rest + chunk
        searched = max(
            0, len(self._rest) - 1
        )  # what waited holds no line end, but perhaps a last CR
        if self._at_start:
            if len(data) < len(_BYTE_ORDER_MARK) and _BYTE_ORDER_MARK.startswith(data):
                self._rest = data
                return
            data, self._at_start, searched = data.removeprefix(_BYTE_ORDER_MARK), False, 0
        # A CR at the end may be the first half of a CRLF: it waits for the next chunk.
        end = len(data) - data.endswith(b"\r")
        begin = 0
        for found in _LINE_END.finditer(data, searched, end):
            event = self._line(data[begin : found.start()].decode("utf-8", "replace"))
            begin = found.end()
            if event is not None:
                yield event
        self._rest = data[begin:]
        if len(self._rest) > LONGEST_LINE:
            raise LineTooLong(f"a line of the stream has more than {LONGEST_LINE} bytes")

    def _line(self, line: str) -> SseEvent | None:
        if not line:
            return self._block_end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self.retry = int(value)
        return None

    def _block_end(self) -> SseEvent | None:
        event = SseEvent(self._type or "message", "\n".join(self._data), self._id)
        complete = bool(self._data)
        self._type, self._data, self._id = "", [], None
        return event if complete else None
