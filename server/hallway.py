"""The hallway: every open room's row, kept in step by bells, streamed to everyone who looks.

A row is read again only when its room's bell says that it changed, and rows that change together are
read together. Nothing is read per visitor.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import deque
from typing import Any, Final

import psycopg

from .database import Database
from .frame import Frame
from .types import Cursor, RoomId

COALESCE: Final = 0.03  # seconds: a burst of people entering is one change of the count
CHANGES_KEPT: Final = 256

log = logging.getLogger(__name__)


class Visitor:
    """How much of the hallway's changes somebody has seen. `wake` is set when there is more."""

    def __init__(self, wake: asyncio.Event) -> None:
        self.wake = wake
        self.seen = -1


class Hallway:
    """All rows of the hallway as JSON text, numbered by change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[RoomId, str] = {}
        self._heads: dict[RoomId, int] = {}
        self._changed: set[RoomId] = set()
        self._stale = True
        self._rung = asyncio.Event()
        self._version = 0
        self._recent: deque[tuple[int, Frame]] = deque(maxlen=CHANGES_KEPT)
        self._visitors: set[Visitor] = set()
        # Changes are numbered by each relay for itself, so a place among them names whose it is.
        self._epoch = random.randrange(10**15)
        self.filled = asyncio.Event()

    def rung(self, room: RoomId, head: int) -> None:
        """A bell said where the newest change to this room's row is."""
        if self._heads.get(room) != head:
            self._heads[room] = head
            self._changed.add(room)
            self._rung.set()

    def resync(self) -> None:
        """Bells may have been missed: read everything again."""
        self._stale = True
        self._rung.set()

    def enter(self, visitor: Visitor) -> None:
        self._visitors.add(visitor)

    def leave(self, visitor: Visitor) -> None:
        self._visitors.discard(visitor)

    def rows(self, visitor: Visitor) -> str:
        """The whole hallway as a JSON array; what the visitor takes next are changes to it."""
        visitor.seen = self._version
        return f"[{','.join(self._rows.values())}]"

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
        if not self._recent or visitor.seen + 1 < self._recent[0][0]:
            return [Frame("snapshot", f'{{"hallway":{self.rows(visitor)}}}')]
        frames = [frame for version, frame in self._recent if version > visitor.seen]
        visitor.seen = self._version
        return frames

    async def run(self) -> None:
        """Keep the rows in step until cancelled."""
        while True:
            await self._rung.wait()
            await asyncio.sleep(COALESCE)
            self._rung.clear()
            changed, self._changed = self._changed, set()
            stale, self._stale = self._stale, False
            try:
                await self._read(None if stale else list(changed))
            except psycopg.Error as error:
                log.warning("the hallway could not be read, trying again: %s", str(error).strip())
                self._changed |= changed
                self._stale |= stale
                self._rung.set()
                await asyncio.sleep(0.5)

    async def _read(self, rooms: list[RoomId] | None) -> None:
        # As the relay, so that people who use up their connections leave the hallway alone. The function shows
        # what anybody may see.
        async with self._database.relay() as connection:
            cursor = await connection.execute(
                "select h::text from roomtone.hallway_rows(%s::bigint[]) h", (rooms,)
            )
            texts = [text for (text,) in await cursor.fetchall()]
        found: dict[RoomId, dict[str, Any]] = {}
        for text in texts:
            row = json.loads(text)
            found[RoomId(row["id"])] = row
            self._put(RoomId(row["id"]), row, text)
        for gone in [
            room for room in (self._rows if rooms is None else rooms) if room not in found
        ]:
            if gone in self._rows:  # deleted by hand
                self._put(
                    gone, {"ended_at": True}, json.dumps({"id": gone, "ended_at": "infinity"})
                )
        self.filled.set()

    def _put(self, room: RoomId, row: dict[str, Any], text: str) -> None:
        if self._rows.get(room) == text:
            return
        if row["ended_at"] is None:
            self._rows[room] = text
        else:
            self._heads.pop(room, None)
            if self._rows.pop(room, None) is None:
                return
        self._version += 1
        self._recent.append((self._version, Frame("hallway", text)))
        self.wake_everybody()

    def wake_everybody(self) -> None:
        for visitor in self._visitors:
            visitor.wake.set()
