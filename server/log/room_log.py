"""A room's log in memory, bounded and shared by all its readers.

A broadcast event is encoded and kept once for all readers. A reader is a position in the log and has no queue. A directed
event is kept in a short list of its recipient's, and wakes no other reader.
"""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Final

from ..types import Cursor, PeerId, RoomId, UserId
from .frame import Frame

BROADCASTS_KEPT: Final = 1024
DIRECTED_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is sent. `seat_…` name the seat that it is about, `taken_back_seq` the event that it takes back."""

    seq: int
    frame: Frame
    seat_user: UserId | None = None
    seat_peer: PeerId | None = None
    reason: str | None = None
    taken_back_seq: int | None = None


class SlowReader(Exception):
    """You fell too far behind; reconnect with Last-Event-ID to catch up."""


class EntryList:
    """The newest entries, in order of seq: at least `bound` if there were so many, and at most twice as many.

    `floor` is the seq after which none was dropped.
    """

    def __init__(self, floor: int, bound: int) -> None:
        self.floor = floor
        self._bound = bound
        self._entries: list[Entry] = []
        self._seqs: list[int] = []

    def append(self, entry: Entry) -> bool:
        """Add the newest entry; true if old ones were dropped to make room."""
        self._entries.append(entry)
        self._seqs.append(entry.seq)
        if len(self._seqs) <= 2 * self._bound:
            return False
        self.floor = self._seqs[self._bound]
        del self._entries[: self._bound + 1], self._seqs[: self._bound + 1]
        return True

    def remove(self, seq: int) -> None:
        """Drop the entry of this seq if it is here, so that readers who have not read it yet never do."""
        place = bisect_left(self._seqs, seq)
        if place < len(self._seqs) and self._seqs[place] == seq:
            del self._entries[place], self._seqs[place]

    def after(self, seq: int) -> list[Entry]:
        if seq < self.floor:
            raise SlowReader
        return self._entries[bisect_right(self._seqs, seq) :]


class Reader:
    """A position in one room's log, of one session of one user.

    `wake` is set when there may be something new; the code that serves the reader clears it.
    """

    def __init__(self, log: RoomLog, user: UserId, peer: PeerId, wake: asyncio.Event) -> None:
        self._log = log
        self.user = user
        self.peer = peer
        self.wake = wake
        self.position: Cursor | None = None
        self.cut = asyncio.Event()

    def begin(self) -> None:
        """Read what comes from now on."""
        self.position = Cursor(self._log.epoch, self._log.head)

    @property
    def lost(self) -> bool:
        """The log this reader was reading is gone; only a fresh snapshot helps."""
        return self.position is not None and self.position.epoch != self._log.epoch

    @property
    def behind(self) -> bool:
        try:
            self._log.entries(self)
        except SlowReader:
            return True
        return False

    def take(self) -> Iterator[Entry]:
        """The new entries in order; moves the position after each. Raises SlowReader."""
        if self.position is None or self.lost:
            return
        for entry in self._log.entries(self):
            self.position = Cursor(self.position.epoch, entry.seq)
            yield entry


class RoomLog:
    """The newest part of one room's log, and its readers in this relay."""

    def __init__(self, room: RoomId, epoch: int, head: int) -> None:
        self.room = room
        self.readers: set[Reader] = set()
        self._readers_of: dict[UserId, set[Reader]] = {}
        self.reset(epoch, head)

    def reset(self, epoch: int, head: int) -> None:
        """Begin at this head, without any entry. Readers of another epoch are lost, and are woken."""
        self.epoch = epoch
        self.head = head
        self._broadcast = EntryList(head, BROADCASTS_KEPT)
        self._directed: dict[UserId, EntryList] = defaultdict(
            lambda: EntryList(head, DIRECTED_KEPT)
        )
        for reader in self.readers:
            reader.wake.set()

    def add(self, reader: Reader) -> None:
        self.readers.add(reader)
        self._readers_of.setdefault(reader.user, set()).add(reader)

    def discard(self, reader: Reader) -> None:
        self.readers.discard(reader)
        others = self._readers_of.get(reader.user, set())
        others.discard(reader)
        if not others:
            self._readers_of.pop(reader.user, None)
            self._directed.pop(reader.user, None)

    def entries(self, reader: Reader) -> Iterator[Entry] | list[Entry]:
        assert reader.position is not None
        seq = reader.position.seq
        broadcast = self._broadcast.after(seq)
        own = self._directed.get(reader.user)
        directed = own.after(seq) if own is not None else []
        if not directed:
            return broadcast
        return merge(broadcast, directed, key=attrgetter("seq"))

    def append(self, entry: Entry, recipient: UserId | None) -> None:
        """Add the newest event and wake its readers; those that are too far behind now are cut off."""
        self.head = entry.seq
        if recipient is None:
            if entry.taken_back_seq is not None:
                self._broadcast.remove(entry.taken_back_seq)
            concerned = self.readers
            dropped = self._broadcast.append(entry)
        else:
            concerned = self._readers_of.get(recipient, set())
            if not concerned:
                return  # the recipient has no reader here, and would read it from the database
            dropped = self._directed[recipient].append(entry)
        for reader in concerned:
            reader.wake.set()
            if dropped and reader.position is not None and not reader.lost and reader.behind:
                reader.cut.set()


def frame(cursor: Cursor, table: str, event: str, heard_at: datetime | None) -> Frame:
    """An event as a frame; `event` is its JSON text, to which the relay adds when it was notified of it."""
    heard = f',"heard_at":{json.dumps(heard_at.isoformat())}}}' if heard_at else "}"
    return Frame(table, event[:-1] + heard, cursor)
