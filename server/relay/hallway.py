"""The hallway: every open room's row, kept in step by bells, streamed to everyone who looks.

A row is read again only when its room's bell says that it changed, and rows that change together are
read together. Nothing is read per visitor. Most rows are for everybody and are written once, however
many look; one that names its readers goes to nobody else, who may have to be told that it went.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final

import psycopg

from ..log import control_events
from ..log.frame import Frame
from ..postgres.notifications import Backlog, Throttle
from ..postgres.pools import Database
from ..problem import not_in_time
from ..types import Cursor, RoomId, UserId
from .readers import EVERYBODY, Audience

COALESCE: Final = 0.03  # seconds: a burst of people entering is one change of the count
CHANGES_KEPT: Final = 256
FILLED_WITHIN: Final = 10.0  # seconds that somebody waits for the first read

log = logging.getLogger(__name__)


class Visitor:
    """How much of the hallway's changes somebody has seen. `wake` is set when there is more."""

    def __init__(self, wake: asyncio.Event, user: UserId | None) -> None:
        self.wake = wake
        self.user = user
        self.seen = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A room as JSON text, who may see it, and the newest change it knows."""

    text: str
    head: int
    readers: Audience = EVERYBODY


@dataclass(frozen=True, slots=True)
class Change:
    """The hallway's so-manieth change, and whom it is told."""

    version: int
    frame: Frame
    audience: Audience


class Hallway:
    """All rows of the hallway as JSON text, numbered by change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[RoomId, Row] = {}
        self._public: dict[RoomId, str] = {}
        self._private: dict[RoomId, Row] = {}
        self._opens_at: dict[RoomId, datetime] = {}
        self._changed: Backlog[RoomId] = Backlog()
        self._reading: list[RoomId] = []
        self._whole = Throttle(1, 3)
        self._has_read = asyncio.Event()
        self._stale = True
        self._rung = asyncio.Event()
        self._version = 0
        self._recent: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._visitors: dict[UserId | None, set[Visitor]] = defaultdict(set)
        # Changes are numbered by each relay for itself, so a place among them names whose it is.
        self._epoch = random.randrange(10**15)
        self.filled = asyncio.Event()
        self.ended: Callable[[RoomId], None] = lambda room: None
        """Told of every room that is over."""

    def rung(self, room: RoomId, head: int) -> None:
        """A notification said where the newest change to this room's row is.

        It can be false: so what is compared with is what was read, never what another one said.
        """
        row = self._rows.get(room)
        if row is None or row.head != head:
            if not self._changed.add(room):
                self._stale = True
            self._rung.set()

    async def until_filled(self) -> None:
        """Wait until the rows were read for the first time. Raises Problem 503 if they are not in time."""
        try:
            async with asyncio.timeout(FILLED_WITHIN):
                await self.filled.wait()
        except TimeoutError:
            raise not_in_time("the hallway could not be read") from None

    def resync(self) -> None:
        """Bells may have been missed: read everything again."""
        self._stale = True
        self._rung.set()

    def enter(self, visitor: Visitor) -> None:
        self._visitors[visitor.user].add(visitor)

    def leave(self, visitor: Visitor) -> None:
        others = self._visitors[visitor.user]
        others.discard(visitor)
        if not others:
            del self._visitors[visitor.user]

    def rows(self, visitor: Visitor) -> str:
        """The whole hallway as a JSON array; what the visitor takes next are changes to it."""
        visitor.seen = self._version
        mine = [row.text for row in self._private.values() if visitor.user in row.readers]
        return (
            f"[{','.join(chain(self._public.values(), mine) if mine else self._public.values())}]"
        )

    def cursor(self, visitor: Visitor) -> Cursor:
        """Where the visitor stands, for one who comes back to ask for more."""
        return Cursor(self._epoch, visitor.seen)

    def resume(self, visitor: Visitor, cursor: Cursor) -> bool:
        """Stand where a visitor stood before; false if that was in another relay's hallway."""
        if cursor.epoch != self._epoch or cursor.seq > self._version:
            return False
        visitor.seen = cursor.seq
        return True

    def take(self, visitor: Visitor) -> list[Frame]:
        """The visitor's next frames: the changes, or all of it for one too far behind."""
        if visitor.seen == self._version:
            return []
        if not self._recent or visitor.seen + 1 < self._recent[0].version:
            return [control_events.snapshot(f'{{"hallway":{self.rows(visitor)}}}')]
        frames = [
            change.frame
            for change in self._recent
            if change.version > visitor.seen
            and (change.audience is EVERYBODY or visitor.user in change.audience)
        ]
        visitor.seen = self._version
        return frames

    async def caught_up(self, room: RoomId, patience: float) -> None:
        """Wait until this room's row is what its bells said, for so many seconds at most."""
        if room not in self._changed and room not in self._reading:
            return
        try:
            async with asyncio.timeout(patience):
                while room in self._changed or room in self._reading:
                    await self._has_read.wait()
        except TimeoutError:
            pass

    def opens_at(self) -> datetime | None:
        """When the next scheduled room is due; None if none is."""
        return min(self._opens_at.values(), default=None)

    async def run(self) -> None:
        """Keep the rows in step until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            if self._stale:
                await self._whole.turn()
            stale, self._stale = self._stale, False
            self._reading = self._changed.take()
            pause = COALESCE
            try:
                await self._read(None if stale else self._reading)
            except Exception as error:
                self._changed.put_back(self._reading)
                self._stale |= stale
                self._rung.set()
                if not isinstance(error, psycopg.Error):
                    raise
                log.warning("the hallway could not be read, trying again: %s", str(error).strip())
                pause = 0.5
            finally:
                self._reading = []
                self._has_read.set()
                self._has_read = asyncio.Event()
            if self._changed:
                self._rung.set()
            # A change that comes alone is told at once; those that come meanwhile, together.
            await asyncio.sleep(pause)

    async def _read(self, rooms: list[RoomId] | None) -> None:
        # As the relay, so that people who use up their connections leave the hallway alone. The function shows
        # every row, and names the readers of those that are not for everybody.
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
                self._take_away(room, text)
            else:
                self._put(room, _row(fields, text), fields)
        for gone in set(self._rows if rooms is None else rooms) - found:
            # deleted by hand
            self._take_away(gone, json.dumps({"id": gone, "ended_at": "infinity"}))
        self.filled.set()

    def _put(self, room: RoomId, row: Row, fields: dict[str, Any]) -> None:
        before = self._rows.get(room)
        if before == row:
            return
        self._rows[room] = row
        private = row.readers is not EVERYBODY
        if private:
            self._public.pop(room, None)
            self._private[room] = row
        else:
            self._private.pop(room, None)
            self._public[room] = row.text
        self._schedule(room, fields)
        if private and before and (losing := before.readers.without(row.readers.users)):
            gone = {"id": room, "hidden": True, "cursor": fields["cursor"]}
            self._tell(control_events.hallway(json.dumps(gone)), losing)
        self._tell(control_events.hallway(row.text), row.readers)

    def _take_away(self, room: RoomId, text: str) -> None:
        # Told of a room that nobody saw here as well: it can have come and gone between two reads, and an invitation to it
        # been read in between.
        self.ended(room)
        self._opens_at.pop(room, None)
        row = self._rows.pop(room, None)
        if row is not None:
            self._public.pop(room, None)
            self._private.pop(room, None)
            self._tell(control_events.hallway(text), row.readers)

    def _schedule(self, room: RoomId, fields: dict[str, Any]) -> None:
        self._opens_at.pop(room, None)
        if fields.get("scheduled"):
            self._opens_at[room] = datetime.fromisoformat(fields["starts_at"])

    def _tell(self, frame: Frame, audience: Audience) -> None:
        self._version += 1
        self._recent.append(Change(self._version, frame, audience))
        if audience.but:
            self.wake_everybody()
        else:
            for user in audience.users & self._visitors.keys():
                _wake(self._visitors[user])

    def wake_everybody(self) -> None:
        for visitors in self._visitors.values():
            _wake(visitors)


def _wake(visitors: set[Visitor]) -> None:
    for visitor in visitors:
        visitor.wake.set()


def _row(fields: dict[str, Any], text: str) -> Row:
    """A row as read. Its readers are between the database and us: they are not told who they are."""
    head = Cursor.parse(fields["cursor"]).seq
    if "readers" not in fields:
        return Row(text, head)
    readers = fields.pop("readers")
    users = frozenset(UserId(user) for user in readers or ())
    return Row(json.dumps(fields), head, EVERYBODY if readers is None else Audience(users))
