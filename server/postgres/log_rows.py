"""What is new in the logs of several rooms, in one query: for relays, and for the pump, which reads for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from psycopg.rows import namedtuple_row

from ..log.audience import Counts
from ..types import RoomId
from .roles import Connection


async def read_logs(
    connection: Connection, afters: Mapping[RoomId, int]
) -> Iterator[tuple[RoomId, list[Any]]]:
    """The rows of `relay_read` by room, for the events after these positions; a room's log without new events is one row with seq None."""
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(
            "select room_id, epoch, head_seq, tail_seq, seq, table_name, recipient, seat_user, seat_peer,"
            " seat_reason, event, taken_back_seq, age, here, on_stage, counts_seq, counted"
            " from roomtone.relay_read(%s, %s)",
            (list(afters), list(afters.values())),
        )
        rows = await cursor.fetchall()
    return ((room, [*rows_of_room]) for room, rows_of_room in groupby(rows, attrgetter("room_id")))


def counts_of(row: Any) -> Counts | None:
    """The counters of the room's log where a row of `relay_read` was read; None while the roster is full."""
    if not row.counted:
        return None
    return Counts(row.head_seq, row.counts_seq, row.here, row.on_stage)
