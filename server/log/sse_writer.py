"""The one writer of Server-Sent Events (HTML standard, 9.2.5). `sse_parser.py` reads them."""

from __future__ import annotations


def event(name: str, data: str, event_id: object = None) -> bytes:
    """One event. `data` is JSON text, so it has no line break of its own."""
    id_line = "" if event_id is None else f"id: {event_id}\n"
    return f"event: {name}\n{id_line}data: {data}\n\n".encode()


def comment(text: str) -> bytes:
    """What a client ignores: it shows that the connection works."""
    return f": {text}\n\n".encode()


def retry(milliseconds: int) -> bytes:
    """How long a client waits before it reconnects."""
    return f"retry: {milliseconds}\n\n".encode()
