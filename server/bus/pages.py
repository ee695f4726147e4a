"""Pages of what was read of a log, each small enough for the bus."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..log.page import Hole, LogRow, Page
from ..postgres.log_rows import counts_of
from ..types import RoomId
from .messages import MOST_EVENTS

LARGEST: Final = 256 * 1024  # bytes of events
BESIDE: Final = 256  # bytes of an event's other fields, at most


def pages_of(room: RoomId, rows: Sequence[Any], largest: int = LARGEST) -> Iterator[Page]:
    """The pages of these rows of `relay_read`, which belong to one room; one without events if they have none."""
    first = rows[0]
    read_at, counts = time.time(), counts_of(first)
    events = [_event(row, largest) for row in rows if row.seq is not None]
    if not events:
        yield Page(
            room, first.epoch, first.head_seq, first.head_seq, first.tail_seq, read_at, counts, ()
        )
    begin = 0
    while begin < len(events):
        end, size = begin, 0
        while end < len(events) and end - begin < MOST_EVENTS:
            size += _size(events[end])
            if size > largest and end > begin:
                break
            end += 1
        some = tuple(events[begin:end])
        yield Page(
            room, first.epoch, some[0].seq - 1, some[-1].seq, first.tail_seq, read_at, counts, some
        )
        begin = end


def _event(row: Any, largest: int) -> LogRow | Hole:
    if row.recipient is not None:
        return Hole(row.seq, row.recipient)
    event = LogRow(
        row.seq, row.table_name, None, row.seat_user, None if row.seat_peer is None else str(row.seat_peer),
        row.seat_reason, row.event, row.taken_back_seq, row.age,
    )  # fmt: skip
    return Hole(row.seq, None) if _size(event) > largest else event


def _size(event: LogRow | Hole) -> int:
    """Bytes in a message, where each quotation mark takes two."""
    if isinstance(event, Hole):
        return 20
    return BESIDE + len(event.event.encode()) + event.event.count('"') + event.event.count("\\")
