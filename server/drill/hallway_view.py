"""The window of the hallway as a follower puts it together from its frames: the same as client_web/room/hallway.js."""

from __future__ import annotations

from typing import Any

from ..types import Cursor

Row = dict[str, Any]


class HallwayView:
    """Rows may arrive twice or in another order: the newer cursor wins, and of two equal ones the later.

    A room comes into the window and leaves it without a change of its own. What is gone keeps its cursor, so that an
    older row that arrives late does not add it again.
    """

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}

    @property
    def rooms(self) -> dict[int, Row]:
        """The rows of the window, by room."""
        return {room: row for room, row in self._rows.items() if not _is_gone(row)}

    def begin(self, rows: list[Row]) -> None:
        """A snapshot: it is newer than everything before."""
        self._rows = {row["id"]: row for row in rows}

    def change(self, row: Row) -> None:
        """A changed row, or that a room is gone."""
        known = self._rows.get(row["id"])
        if known is None or not _is_older(row["cursor"], known["cursor"]):
            self._rows[row["id"]] = row


def _is_gone(row: Row) -> bool:
    return bool(row.get("ended_at") or row.get("hidden"))


def _is_older(text: str, known: str) -> bool:
    cursor, other = Cursor.parse(text), Cursor.parse(known)
    return cursor.epoch == other.epoch and cursor.seq < other.seq
