"""Pages from the bus: each is added to its room's log where it goes on; what is missing is asked of the pump, and then of the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..log.page import LogRow, Page
from ..log.room_log import RoomLog
from ..types import RoomId

if TYPE_CHECKING:
    from ..bus.listener import BusListener


@dataclass(frozen=True, slots=True)
class Gap:
    """The log of this epoch goes on up to `head`, and its pages have not arrived."""

    epoch: int
    head: int


class BusPages:
    """`rooms` are the logs that are followed. `take` adds events to one, with the time when each was read; `read` has it read from the database."""

    def __init__(
        self,
        bus: BusListener,
        rooms: Mapping[RoomId, RoomLog],
        take: Callable[[RoomLog, list[LogRow], Callable[[int], datetime]], None],
        read: Callable[[RoomId], None],
    ) -> None:
        self._bus = bus
        self._rooms = rooms
        self._take = take
        self._read = read
        self._gaps: dict[RoomId, Gap] = {}
        self._work = asyncio.Event()

    def received(self, page: Page) -> None:
        """A page arrived; it may repeat what is known, or come after others that have not arrived."""
        room_log = self._rooms.get(page.room)
        if room_log is None:
            return
        if page.epoch != room_log.epoch:
            self._read(page.room)  # the database knows which log is the present one
        elif page.after > room_log.head:
            self._gaps[page.room] = Gap(page.epoch, page.head)
            self._work.set()
        elif page.head > room_log.head:
            self._add(room_log, page)

    async def run(self) -> None:
        """Fill gaps until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            gaps, self._gaps = self._gaps, {}
            for room, gap in gaps.items():
                await self._fill(room, gap)

    async def _fill(self, room: RoomId, gap: Gap) -> None:
        counts = self._bus.counts
        counts.gaps += self._is_open(room, gap)
        while self._is_open(room, gap):
            room_log = self._rooms[room]
            head = room_log.head
            page = await self._bus.missed(room, gap.epoch, head)
            if not self._is_open(room, gap):
                return
            if room_log.head > head:
                continue  # another task has read it meanwhile
            if page is None:
                counts.from_database += 1
                self._read(room)
                return
            counts.from_memory += 1
            if not self._add(room_log, page):
                return

    def _is_open(self, room: RoomId, gap: Gap) -> bool:
        room_log = self._rooms.get(room)
        return room_log is not None and room_log.epoch == gap.epoch and room_log.head < gap.head

    def _add(self, room_log: RoomLog, page: Page) -> bool:
        """Add what is new in this page. False if one of its events has to be read from the database, which is to follow."""
        rows: list[LogRow] = []
        before = room_log.head
        on_the_way = max(0.0, time.time() - page.read_at)
        for event in page.events[room_log.head - page.after :]:
            if isinstance(event, LogRow):
                rows.append(event._replace(age=event.age + on_the_way))
            elif event.recipient is None or room_log.serves(event.recipient):
                break
            else:
                rows.append(event.for_another())
        if rows:
            read_at = datetime.fromtimestamp(page.read_at, UTC)
            self._take(room_log, rows, lambda seq: read_at)
        room_log.count(page.counts, before)
        complete = room_log.head == page.head
        if not complete:
            self._read(room_log.room)
        return complete
