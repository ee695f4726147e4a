"""The newest pages of the rooms that changed last, as they were published: a relay that missed one asks for it here."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

from ..log.page import LogRow, Page
from ..types import RoomId
from .messages import Missed

MOST_ROOMS: Final = 10_000
MOST_PAGES: Final = 128  # of a room
MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class _Published:
    after: int
    head: int
    message: bytes


@dataclass(slots=True)
class _Room:
    epoch: int
    head: int
    pages: deque[_Published] = field(default_factory=deque)


class PageMemory:
    """Bounded in rooms, pages of each and bytes; what was used longest ago is forgotten first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._rooms: OrderedDict[RoomId, _Room] = OrderedDict()
        self._most_bytes = most_bytes
        self.size = 0

    @property
    def rooms(self) -> list[RoomId]:
        return [*self._rooms]

    def end_of(self, room: RoomId) -> tuple[int, int] | None:
        """Epoch and head up to which the room's log was published."""
        known = self._rooms.get(room)
        return None if known is None else (known.epoch, known.head)

    def add(self, page: Page, message: bytes) -> None:
        """Keep this page. What was kept of the room is forgotten if this page does not go on after it, or takes a message back."""
        known = self._rooms.get(page.room)
        takes_back = any(
            isinstance(e, LogRow) and e.taken_back_seq is not None for e in page.events
        )
        if takes_back or known is None or (known.epoch, known.head) != (page.epoch, page.after):
            self._forget(page.room)
            known = self._rooms[page.room] = _Room(page.epoch, page.after)
        known.head = page.head
        if page.events:
            known.pages.append(_Published(page.after, page.head, message))
            self.size += len(message)
        if len(known.pages) > MOST_PAGES:
            self.size -= len(known.pages.popleft().message)
        self._rooms.move_to_end(page.room)
        while len(self._rooms) > MOST_ROOMS or self.size > self._most_bytes:
            self._forget(next(iter(self._rooms)))

    def find(self, missed: Missed) -> bytes | None:
        """The message with the page that goes on after this position."""
        known = self._rooms.get(missed.room)
        if known is None or known.epoch != missed.epoch:
            return None
        return next((p.message for p in known.pages if p.after <= missed.after < p.head), None)

    def _forget(self, room: RoomId) -> None:
        known = self._rooms.pop(room, None)
        if known is not None:
            self.size -= sum(len(each.message) for each in known.pages)
