"""A page of a room's log: what one reading found, as the bus takes it from the pump to the relays.

Directed events are holes in it. A relay that serves their recipient reads them from the database, so no signal is ever on the bus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..types import RoomId, UserId
from .audience import Counts


class LogRow(NamedTuple):
    """An event for everybody, with the fields that `relay_read` returns under the same names."""

    seq: int
    table_name: str
    recipient: UserId | None
    seat_user: UserId | None
    seat_peer: str | None
    seat_reason: str | None
    event: str
    taken_back_seq: int | None
    age: float


class Hole(NamedTuple):
    """An event that is not in the page: it is for this user alone (0: for nobody), or for everybody and too large for the bus."""

    seq: int
    recipient: UserId | None

    def for_another(self) -> LogRow:
        """In its place where its recipient has no reader: only its seq counts."""
        return LogRow(self.seq, "", self.recipient, None, None, None, "{}", None, 0.0)


@dataclass(frozen=True, slots=True)
class Page:
    """All events of the room's log after `after` and up to `head`, in order and without gaps; of those up to `tail` the log has dropped some.

    `read_at`: when it was read, in seconds since 1970 by the pump's clock. `counts`: of a counted room, at the end of the log then.
    A page without events says only where the log ends.
    """

    room: RoomId
    epoch: int
    after: int
    head: int
    tail: int
    read_at: float
    counts: Counts | None
    events: tuple[LogRow | Hole, ...]
