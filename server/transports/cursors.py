"""Reads the cursor that a request has in a header or in its query."""

from __future__ import annotations

from ..types import Cursor


def cursor_of(text: str | None) -> Cursor | None:
    """None if it is missing or empty. Raises ValueError."""
    return Cursor.parse(text) if text else None


def cursor_or_none(text: str | None) -> Cursor | None:
    """As streams and sockets read it: an invalid cursor counts as none, and they begin with a snapshot."""
    try:
        return cursor_of(text)
    except ValueError:
        return None
