"""The hallway: a row for each open room, kept up to date by notifications and streamed to its subscribers.

A row is read again only when a notification says that it changed, and rows that change together are read together. Nothing
is read per subscriber. Most rows are for everybody and are encoded once. A row that names its recipients is sent to no one
else; a subscriber that stops being a recipient receives that the row is hidden.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final

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
from .hallway_changes import HallwayChanges, HallwayReader
from .recipients import EVERYBODY, Recipients

COALESCE: Final = 0.03
"""Seconds between two reads: changes that arrive in between are read and sent together."""

READ_AFTER: Final = 0.01
"""Seconds after a notification: those who are in the room are sent what changed before those who look at the hallway."""

FILLED_WITHIN: Final = 10.0  # seconds that a request waits for the first read

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A room as JSON text, the position of its newest change, and who may receive it."""

    text: str
    head: int
    recipients: Recipients = EVERYBODY


class Hallway:
    """All rows of the hallway as JSON text, and its latest changes by version. `on_room_ended` is called for each room that ended."""

    def __init__(
        self,
        database: Database,
        *,
        on_room_ended: Callable[[RoomId], None] = lambda room: None,
        sent: Sent | None = None,
    ) -> None:
        self._changes = HallwayChanges(sent or Sent())
        self._database = database
        self._on_room_ended = on_room_ended
        self._rows: dict[RoomId, Row] = {}
        self._public: dict[RoomId, str] = {}
        self._private: dict[RoomId, Row] = {}
        self._opens_at: dict[RoomId, datetime] = {}
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
        row = self._rows.get(room)
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

    def reader(self, subscriber: Subscriber, user: UserId | None) -> HallwayReader:
        """A reader of the changes from now on, to be closed."""
        reader = HallwayReader(self._changes, subscriber, user)
        self._changes.subscribe(reader)
        return reader

    def rows(self, reader: HallwayReader) -> str:
        """The whole hallway as a JSON array; what the reader takes next are changes to it."""
        reader.seen = self._changes.version
        private = [row.text for row in self._private.values() if reader.user in row.recipients]
        return f"[{','.join(chain(self._public.values(), private) if private else self._public.values())}]"

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
            return [control_events.snapshot(f'{{"hallway":{self.rows(reader)}}}')]
        reader.seen = self._changes.version
        return frames

    def announce(self, frame: Frame) -> None:
        """Send an event that is no row to everybody who follows the hallway."""
        self._changes.add(frame, EVERYBODY)
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
        return min(self._opens_at.values(), default=None)

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
                self._put(room, _row(fields, text), fields)
        for gone in set(self._rows if rooms is None else rooms) - found:
            # The room was deleted in psql.
            self._remove(gone, json.dumps({"id": gone, "ended_at": "infinity"}))
        self._changes.send(asyncio.get_running_loop().time())
        self.filled.set()

    def _put(self, room: RoomId, row: Row, fields: dict[str, Any]) -> None:
        before = self._rows.get(room)
        if before == row:
            return
        self._rows[room] = row
        private = row.recipients is not EVERYBODY
        if private:
            self._public.pop(room, None)
            self._private[room] = row
        else:
            self._private.pop(room, None)
            self._public[room] = row.text
        self._schedule(room, fields)
        if private and before and (losing := before.recipients.without(row.recipients.users)):
            gone = {"id": room, "hidden": True, "cursor": fields["cursor"]}
            self._changes.add(control_events.hallway(json.dumps(gone)), losing)
        self._changes.add(control_events.hallway(row.text), row.recipients)

    def _remove(self, room: RoomId, text: str) -> None:
        # Also for a room that was never read here: it may have opened and ended between two reads, and an invitation to it
        # may have been read in between.
        self._on_room_ended(room)
        self._opens_at.pop(room, None)
        row = self._rows.pop(room, None)
        if row is not None:
            self._public.pop(room, None)
            self._private.pop(room, None)
            self._changes.add(control_events.hallway(text), row.recipients)

    def _schedule(self, room: RoomId, fields: dict[str, Any]) -> None:
        self._opens_at.pop(room, None)
        if fields.get("scheduled"):
            self._opens_at[room] = datetime.fromisoformat(fields["starts_at"])


def _row(fields: dict[str, Any], text: str) -> Row:
    """A row as read. The list of its recipients is not sent to them."""
    head = Cursor.parse(fields["cursor"]).seq
    if "readers" not in fields:
        return Row(text, head)
    users = fields.pop("readers")
    recipients = EVERYBODY if users is None else Recipients(frozenset(map(UserId, users)))
    return Row(json.dumps(fields), head, recipients)
