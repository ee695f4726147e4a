"""What every event stream has: its headers, and what shows that it works while nothing happens."""

from __future__ import annotations

from typing import Final

from ..log import sse_writer

HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-encoding", b"identity"),  # a proxy that compresses would hold events back
    (b"x-accel-buffering", b"no"),  # nginx passes on each event at once
]
STILL_HERE: Final = sse_writer.comment("still here")
CUT_OFF_AFTER: Final = 60.0
"""Seconds until a client is cut off that does not read what is buffered, as with any other answer."""
