"""The hallway: a row for each open room, kept up to date by notifications and streamed to those in whose windows it is.

A row is read again only when a notification says that it changed, and rows that change together are read together. Nothing
is read per subscriber. Who is sent which row, and when, is decided in `hallway_windows.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import psycopg

from ..log import control_events
from ..log.frame import Frame
from ..log.subscriber import Subscriber
from ..log.writers import Sent
from ..postgres.notifications import Backlog
from ..postgres.pools import Database
from ..problem import not_in_time
from ..token_bucket import TokenBucket
from ..types import Cursor, RoomId, UserId
from .followed_people import FollowedPeople
from .hallway_changes import HallwayChanges, HallwayReader
from .hallway_row import Row
from .hallway_users import HallwayUsers
from .hallway_windows import HallwayWindows
from .recipients import EVERYBODY, Recipients

COALESCE: Final = 0.03
"""Seconds between two reads: changes that arrive in between are read and sent together."""

READ_AFTER: Final = 0.01
"""Seconds after a notification: those who are in the room are sent what changed before those who look at the hallway."""

FILLED_WITHIN: Final = 10.0  # seconds that a request waits for the first read

SEND_EVERY: Final = 0.25
"""Seconds between two looks whether it is the turn of numbers that wait."""

MOVE_EVERY: Final = 4
"""Of these, how many pass between two looks at who has a place in everybody's window: it changes once a second at most."""

log = logging.getLogger(__name__)


class Hallway:
    """Reads the rows, and answers requests. `on_room_ended` is called for each room that ended; `empty_after`: see HallwayWindows."""

    def __init__(
        self,
        database: Database,
        *,
        on_room_ended: Callable[[RoomId], None] = lambda room: None,
        sent: Sent | None = None,
        empty_after: timedelta | None = None,
    ) -> None:
        self._changes = HallwayChanges(sent or Sent())
        self._database = database
        self._on_room_ended = on_room_ended
        self.people = FollowedPeople(database, self._send_to)
        self.users = HallwayUsers(database, self.people, self._window_changed)
        self._windows = HallwayWindows(self._changes, self.users, empty_after)
        self._changed: Backlog[RoomId] = Backlog()
        self._reading: list[RoomId] = []
        self._full_reads = TokenBucket(1, 3)
        self._has_read = asyncio.Event()
        self._stale = True
        self._work = asyncio.Event()
        # Each relay numbers changes by itself, so a cursor says which relay's it is.
        self._epoch = random.randrange(10**15)
        self.filled = asyncio.Event()

    def notified(self, room: RoomId, head: int) -> None:
        """A notification said where the newest change to this room's row is.

        It can be false, so it is compared with what was read and never with another notification.
        """
        row = self._windows.rows.get(room)
        if row is None or row.head != head:
            if not self._changed.add(room):
                self._stale = True
            self._work.set()

    async def until_filled(self) -> None:
        """Wait until the rows were read for the first time. Raises Problem 503 if they are not in time."""
        try:
            async with asyncio.timeout(FILLED_WITHIN):
                await self.filled.wait()
        except TimeoutError:
            raise not_in_time("the hallway could not be read") from None

    def resync(self) -> None:
        """Notifications may have been missed: read everything again."""
        self._stale = True
        self._work.set()
        for user in self.users.resync(self._changes.is_followed):
            self._windows.forget(user)
        self.people.resync()

    async def open(self, subscriber: Subscriber, user: UserId | None) -> HallwayReader:
        """A reader of the changes from now on, to be closed. Raises Problem 503 if the hallway cannot be read."""
        await self.until_filled()
        await self.users.open(user)
        reader = HallwayReader(self._changes, subscriber, user)
        self._changes.subscribe(reader)
        return reader

    def is_broadcast(self, room: RoomId) -> bool:
        """Whether anybody may listen to this open room without a seat, as far as was read."""
        row = self._windows.rows.get(room)
        return row is not None and bool(row.fields.get("broadcast"))

    def snapshot(self, reader: HallwayReader) -> str:
        """What the reader's user sees, as members of a JSON object: the window in `hallway`, and `people` if some whom they follow are in rooms.

        What the reader takes next are changes to it.
        """
        reader.seen = self._changes.version
        people = self.people.snapshot(reader.user)
        window = f'"hallway":{self._windows.snapshot(reader.user)}'
        return window if people is None else f'{window},"people":{people}'

    def cursor(self, reader: HallwayReader) -> Cursor:
        """The reader's position, with which its client can ask for later changes."""
        return Cursor(self._epoch, reader.seen)

    def resume(self, reader: HallwayReader, cursor: Cursor) -> bool:
        """Go on from a cursor; false if it is another relay's."""
        if cursor.epoch != self._epoch or cursor.seq > self._changes.version:
            return False
        reader.seen = cursor.seq
        return True

    def take(self, reader: HallwayReader) -> list[Frame]:
        """The next frames: the changes, or the whole hallway for a reader that is too far behind."""
        frames = self._changes.after(reader)
        if frames is None:
            return [control_events.snapshot(f"{{{self.snapshot(reader)}}}")]
        reader.seen = self._changes.version
        return frames

    def announce(self, frame: Frame) -> None:
        """Send an event that is no row to everybody who follows the hallway."""
        self._send(frame, EVERYBODY)

    def _send_to(self, frame: Frame, users: frozenset[UserId]) -> None:
        self._send(frame, Recipients(users))

    def _send(self, frame: Frame, recipients: Recipients) -> None:
        self._changes.add(frame, recipients)
        self._changes.send(asyncio.get_running_loop().time())

    async def caught_up(self, room: RoomId, patience: float) -> None:
        """Wait until this room's row was read after its latest notification, for `patience` seconds at most."""
        if room not in self._changed and room not in self._reading:
            return
        try:
            async with asyncio.timeout(patience):
                while room in self._changed or room in self._reading:
                    await self._has_read.wait()
        except TimeoutError:
            pass

    def advance_all(self) -> None:
        self._changes.advance_all()

    def opens_at(self) -> datetime | None:
        """When the next scheduled room opens; None if no room is scheduled."""
        return self._windows.opens_at()

    async def send_numbers(self) -> None:
        """Send what has to wait for its turn, until cancelled."""
        while True:
            for _ in range(MOVE_EVERY):
                await asyncio.sleep(SEND_EVERY)
                self._windows.send()
            if self.filled.is_set():
                self._windows.leave_out()
                self._windows.move()

    async def run(self) -> None:
        """Keep the rows up to date until cancelled."""
        while True:
            await self._work.wait()
            if self._stale:
                await self._full_reads.turn()
            else:
                await asyncio.sleep(READ_AFTER)
            self._work.clear()
            stale, self._stale = self._stale, False
            self._reading = self._changed.take()
            pause = COALESCE
            try:
                await self._read(None if stale else self._reading)
            except Exception as error:
                self._changed.put_back(self._reading)
                self._stale |= stale
                self._work.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("the hallway could not be read, trying again: %s", str(error).strip())
                pause = 0.5
            finally:
                self._reading = []
                self._has_read.set()
                self._has_read = asyncio.Event()
            if self._changed:
                self._work.set()
            # A single change is sent at once; those that come during the pause are sent together.
            await asyncio.sleep(pause)

    async def _read(self, rooms: list[RoomId] | None) -> None:
        # On one of the relay's own connections, which users cannot use up. The function also returns rows that are not for
        # everybody, with their recipients in `readers`.
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select h::text from roomtone.hallway_rows(%s::bigint[]) h", (rooms,)
            )
            texts = [text for (text,) in await cursor.fetchall()]
        found = set()
        for text in texts:
            fields = json.loads(text)
            room = RoomId(fields["id"])
            found.add(room)
            if fields["ended_at"] is not None:
                self._remove(room, text)
            else:
                self._windows.put(Row.of(fields, text))
        for gone in set(self._windows.rows if rooms is None else rooms) - found:
            # The room was deleted in psql. What a client has of it is not newer than what is known here.
            row = self._windows.rows.get(gone)
            at = None if row is None else row.fields["cursor"]
            self._remove(gone, json.dumps({"id": gone, "ended_at": "infinity", "cursor": at}))
        if not self.filled.is_set():
            self._windows.settle()
        self._windows.send()
        self.filled.set()

    def _remove(self, room: RoomId, text: str) -> None:
        # Also for a room that was never read here: it may have opened and ended between two reads, and an invitation to it
        # may have been read in between.
        self._on_room_ended(room)
        self._windows.remove(room, control_events.hallway(text))

    def _window_changed(self, user: UserId) -> None:
        self._windows.begin_again(user)
