"""An event stream taken apart (HTML standard, 9.2.6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """One event; `retry` (ms) comes in a frame of its own."""

    event: str
    id: str | None
    data: Any
    retry: int | None = None


class Frames:
    """Bytes in, frames out. A frame that is not complete is not one, as the standard has it."""

    def __init__(self) -> None:
        self._rest = b""

    def push(self, chunk: bytes) -> Iterator[Frame]:
        *whole, self._rest = (self._rest + chunk).split(b"\n\n")
        for text in whole:
            frame = _frame(text.decode())
            if frame is not None:
                yield frame


def _frame(text: str) -> Frame | None:
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        fields[name] = value.removeprefix(" ")
    if "retry" in fields:
        return Frame("retry", None, None, int(fields["retry"]))
    if "data" not in fields:
        return None  # a comment
    return Frame(fields.get("event", "message"), fields.get("id"), json.loads(fields["data"]))
