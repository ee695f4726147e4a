"""The logs of the rooms that are followed through this relay: kept in memory, read when a notification says that they grew.

Rooms whose notifications arrive together are read together, in one query. A room without readers is not read at all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import psycopg

from ..log.room_log import Arrived, Entry, LogReader, RoomLog, frame
from ..log.subscriber import Subscriber
from ..postgres.log_rows import counts_of, read_logs
from ..postgres.pools import Database
from ..supervision import begin
from ..token_bucket import TokenBucket
from ..types import Cursor, PeerId, RoomId, UserId
from .bus_pages import BusPages
from .metrics import Metrics

if TYPE_CHECKING:
    from ..bus.listener import BusListener

FRUITLESS_PER_S: Final = 50.0  # reads that find nothing; each false notification causes one
FRUITLESS_AT_ONCE: Final = 100
KEPT_WITHOUT_READER: Final = 1.0
"""Seconds that a log is kept after it was opened although it has no reader."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notified:
    """Which event a notification named, the first of its transaction, and when it was received."""

    seq: int
    at: datetime


class NoSuchRoom(Exception):
    """There is no room with this id."""


class RoomLogs:
    """A `RoomLog` for each room that has readers here. With a bus, pages arrive from it, and the database is read where they leave something out."""

    def __init__(
        self, database: Database, metrics: Metrics, bus: BusListener | None = None
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._rooms: dict[RoomId, RoomLog] = {}
        self._opening: dict[RoomId, asyncio.Task[RoomLog]] = {}
        self._to_read: dict[RoomId, Notified | None] = {}
        self._fruitless = TokenBucket(FRUITLESS_PER_S, FRUITLESS_AT_ONCE)
        self._written_here: set[RoomId] = set()
        self._already_read: dict[RoomId, tuple[int, int]] = {}
        self._work = asyncio.Event()
        self._reset_heads = False
        self._bus = bus
        self.pages = None if bus is None else BusPages(bus, self._rooms, self._append, self._again)

    async def open(
        self, room: RoomId, user: UserId, peer: PeerId, subscriber: Subscriber
    ) -> LogReader:
        """A reader of the room's log from now on, to be closed; its position is for the caller to set.

        No event after this moment is missed: the reader can go on from the cursor of a snapshot that is taken now.
        Raises NoSuchRoom.
        """
        room_log = self._rooms.get(room) or await self._open(room)
        reader = LogReader(room_log, user, peer, subscriber)
        room_log.subscribe(reader)
        return reader

    def close(self, reader: LogReader) -> None:
        reader.close()
        self._forget_unread(reader.log)

    @asynccontextmanager
    async def follow(
        self, room: RoomId, user: UserId, peer: PeerId, subscriber: Subscriber
    ) -> AsyncIterator[LogReader]:
        """A reader until the block ends. Raises NoSuchRoom."""
        reader = await self.open(room, user, peer, subscriber)
        try:
            yield reader
        finally:
            self.close(reader)

    def notified(self, room: RoomId, seq: int) -> None:
        """A notification said that a transaction has written to the room's log, from this event on."""
        after, head = self._already_read.pop(room, (0, 0))
        if room in self._rooms and not after < seq <= head:
            before = self._to_read.setdefault(room, Notified(seq, datetime.now(UTC)))
            if before is not None and before.seq < seq:  # a false one hides no other
                self._to_read[room] = Notified(seq, datetime.now(UTC))
            self._work.set()

    def read_now(self, room: RoomId) -> None:
        """This relay committed something in the room: read it without waiting for the notification.

        What is sent is still what the log says, in its order. The notification that follows is for other relays.
        """
        if self._bus is not None and self._bus.on_bus:
            return  # the pump reads it for all relays
        if room in self._rooms:
            self._written_here.add(room)
            self._to_read.setdefault(room, Notified(0, datetime.now(UTC)))
            self._work.set()

    def _again(self, room: RoomId) -> None:
        """Read this room's log: the bus does not have what is new."""
        self._to_read.setdefault(room, None)
        self._work.set()

    def resync(self) -> None:
        """Notifications may have been missed: read all rooms."""
        self._reset_heads = True
        self._to_read.update(dict.fromkeys(self._rooms))
        self._work.set()

    async def begin_again(self, room: RoomId) -> None:
        """This room's log is lost, and perhaps others are: begin it in a new epoch, and read them all. Raises psycopg errors."""
        await self._heads([room])
        self.resync()

    def advance_all(self) -> None:
        for room_log in tuple(self._rooms.values()):
            room_log.advance_all()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            to_read, self._to_read = self._to_read, {}
            written, self._written_here = self._written_here, set()
            heads = {r: self._rooms[r].head for r in written if r in self._rooms}
            try:
                if self._reset_heads:
                    # A crash may have emptied the logs. Reading the heads creates them again, in new epochs.
                    if self._rooms:
                        await self._heads(self._rooms)
                    self._reset_heads = False
                found = await self._read(to_read)
                for room, after in heads.items():
                    self._skip_notification(room, after)
            except Exception as error:
                self._to_read = to_read | self._to_read
                self._work.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("the log could not be read, trying again: %s", str(error).strip())
                await asyncio.sleep(0.2)
            else:
                if to_read and not found and not written:
                    await self._fruitless.turn()

    def _skip_notification(self, room: RoomId, after: int) -> None:
        """A notification of what this relay wrote and has just read, from `after` on, causes no new read: it came meanwhile, or will come."""
        if room not in self._rooms or room in self._written_here:
            return
        head, came = self._rooms[room].head, self._to_read.get(room)
        if room not in self._to_read:
            self._already_read[room] = after, head
        elif came is not None and after < came.seq <= head:
            del self._to_read[room]

    async def _open(self, room: RoomId) -> RoomLog:
        """The log of a room that has no reader yet. All callers that ask at the same time get the same one.

        A task of its own opens it: if the first caller is cancelled, the others still wait for it.
        """
        opening = self._opening.get(room)
        if opening is None:
            opening = self._opening[room] = begin(self._opened(room), "opening of a room")
            opening.add_done_callback(partial(self._has_opened, room))
        return await asyncio.shield(opening)

    async def _opened(self, room: RoomId) -> RoomLog:
        if self._bus is not None:
            await self._bus.follow(room)
        try:
            for _, epoch, head in await self._heads([room]):
                room_log = self._rooms[room] = RoomLog(room, epoch, head, self._metrics.sent)
                self._metrics.rooms.set(len(self._rooms))
                return room_log
            raise NoSuchRoom(room)
        finally:
            if self._bus is not None and room not in self._rooms:
                self._bus.unfollow(room)

    def _has_opened(self, room: RoomId, opening: asyncio.Task[RoomLog]) -> None:
        del self._opening[room]
        if not opening.cancelled() and opening.exception() is None:
            # Those who waited are about to read it; if all of them were cancelled, it has no reader.
            forget = partial(self._forget_unread, opening.result())
            asyncio.get_running_loop().call_later(KEPT_WITHOUT_READER, forget)

    def _forget_unread(self, room_log: RoomLog) -> None:
        room = room_log.room
        if not room_log.followed and self._rooms.get(room) is room_log:
            del self._rooms[room]
            self._already_read.pop(room, None)
            self._metrics.rooms.set(len(self._rooms))
            if self._bus is not None:
                self._bus.unfollow(room)

    async def _heads(self, rooms: Iterable[RoomId]) -> list[tuple[RoomId, int, int]]:
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select room_id, epoch, head_seq from roomtone.relay_logs(%s)", (list(rooms),)
            )
            return [(RoomId(room), epoch, head) for room, epoch, head in await cursor.fetchall()]

    async def _read(self, to_read: dict[RoomId, Notified | None]) -> bool:
        """Read what is new in these rooms. Returns whether anything was."""
        found = False
        rooms = [room for room in to_read if room in self._rooms]
        while rooms:
            async with self._database.relay() as connection:
                # The last reader of a room may leave while this waits for a connection.
                heads = {room: self._rooms[room].head for room in rooms if room in self._rooms}
                read = await read_logs(connection, heads)
            read_at = datetime.now(UTC)
            self._metrics.reads.inc()
            unfinished = []
            for room, rows in read:
                room_log = self._rooms.get(room)
                if room_log is None:
                    continue
                found |= self._take(room_log, rows, to_read.get(room), read_at)
                if room_log.head < rows[0].head_seq:
                    unfinished.append(room)
            rooms = [room for room in unfinished if room in self._rooms]
        return found

    def _take(
        self, room_log: RoomLog, rows: Sequence[Any], notified: Notified | None, read_at: datetime
    ) -> bool:
        """Send what is new of one room's rows; whether anything was."""
        first, before = rows[0], room_log.head
        if first.epoch != room_log.epoch or before < first.tail_seq:
            room_log.reset(first.epoch, first.head_seq)
            return True
        new = [row for row in rows if row.seq is not None and row.seq > room_log.head]
        if new:

            def received_at(seq: int) -> datetime | None:
                if notified is None:
                    return None
                # An event that was committed later is read here before its own notification is received.
                return notified.at if seq <= notified.seq else read_at

            self._append(room_log, new, received_at)
        if first.head_seq >= before:  # a page from the bus may have come meanwhile
            room_log.count(counts_of(first), before)
        return bool(new)

    def _append(
        self,
        room_log: RoomLog,
        rows: Sequence[Any],
        received_at: Callable[[int], datetime | None],
    ) -> None:
        """Send these rows of `relay_read`, or of a page from the bus."""
        arrived = [_arrived(room_log.epoch, row, received_at(row.seq)) for row in rows]
        began = time.monotonic()
        room_log.append(arrived, asyncio.get_running_loop().time())
        took = time.monotonic() - began
        read = [row for row in rows if row.table_name]  # the others are holes in a page
        self._metrics.events.inc(len(read))
        for row in read:
            self._metrics.commit_to_write.add(row.age + took)


def _arrived(epoch: int, row: Any, received_at: datetime | None) -> Arrived:
    """A row as an event."""
    entry = Entry(
        row.seq,
        frame(Cursor(epoch, row.seq), row.table_name, row.event, received_at),
        row.seat_user,
        None if row.seat_peer is None else PeerId(str(row.seat_peer)),
        row.seat_reason,
        row.taken_back_seq,
    )
    return Arrived(entry, row.recipient)
