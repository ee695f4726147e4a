"""Reads `text/event-stream` (HTML standard, 9.2.6) from chunks of text, however they are cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from ...types import Cursor
from .client import Frame, LineLost

LONGEST_LINE: Final = 4 * 1024 * 1024
"""Characters; a snapshot of the largest room is a fraction of it."""


class EventStream:
    """Feed it text; it gives the frames that are complete. Comments and `retry:` are left out."""

    def __init__(self) -> None:
        self._rest = ""
        self._fields: dict[str, str] = {}

    def feed(self, text: str) -> Iterator[Frame]:
        # Not splitlines(): JSON may hold characters that Python takes for the end of a line.
        *lines, self._rest = (self._rest + text).split("\n")
        if len(self._rest) > LONGEST_LINE:
            raise LineLost(f"a line of its stream has more than {LONGEST_LINE} characters")
        for line in lines:
            yield from self._line(line.removesuffix("\r"))

    def _line(self, line: str) -> Iterator[Frame]:
        if line:
            name, _, value = line.partition(":")
            if name:
                self._fields[name] = value.removeprefix(" ")
            return
        fields, self._fields = self._fields, {}
        if "data" in fields and "event" in fields:
            place = fields.get("id")
            yield Frame(
                fields["event"], json.loads(fields["data"]), Cursor.parse(place) if place else None
            )
