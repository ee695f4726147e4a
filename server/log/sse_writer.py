"""The one writer of Server-Sent Events (HTML standard, 9.2.5). `sse_parser.py` reads them."""

from __future__ import annotations


def event(name: str, data: str, event_id: object = None, retry: int | None = None) -> bytes:
    """One event. `data` is JSON text, so it has no line break of its own.

    `retry` (milliseconds) tells the client how long it waits before it reconnects. It belongs to this block: some client
    libraries hand out an empty event for a block of its own.
    """
    retry_line = "" if retry is None else f"retry: {retry}\n"
    id_line = "" if event_id is None else f"id: {event_id}\n"
    return f"{retry_line}event: {name}\n{id_line}data: {data}\n\n".encode()


def comment(text: str) -> bytes:
    """What a client ignores: it shows that the connection works."""
    return f": {text}\n\n".encode()
