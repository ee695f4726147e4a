"""A room's log in memory, bounded and shared by all its readers.

A broadcast event is encoded and kept once for all readers. Those that have received everything are written to in one loop
(`writers.py`). Any other is a position in the log, without a queue. A directed event is kept in a short list of its
recipient's, and concerns no other reader.
"""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Final, NamedTuple

from ..types import Cursor, PeerId, RoomId, UserId
from .audience import Audience, Counts
from .frame import Frame
from .readers import Readers
from .subscriber import Subscriber
from .writers import Outlet, Sent

BROADCASTS_KEPT: Final = 1024
DIRECTED_KEPT: Final = 256
AT_ONCE: Final = 64  # events written at once; a reader whose buffer is full leaves in between


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is sent. `seat_…` name the seat that it is about, `taken_back_seq` the event that it takes back."""

    seq: int
    frame: Frame
    seat_user: UserId | None = None
    seat_peer: PeerId | None = None
    reason: str | None = None
    taken_back_seq: int | None = None


class Arrived(NamedTuple):
    """An event that was read, and the one user who may receive it, or None for everybody."""

    entry: Entry
    recipient: UserId | None = None

    @property
    def concerns(self) -> UserId | None:
        """The one user who receives it, or whose seat it is about: it may end that user's stream."""
        return self.entry.seat_user if self.recipient is None else self.recipient


class SlowReader(Exception):
    """You fell too far behind; reconnect with Last-Event-ID to catch up."""


class EntryList:
    """The newest entries, in order of seq: at most twice `bound`, of which at least the newest `bound` are kept.

    `floor` is the seq after which none was dropped.
    """

    __slots__ = ("_bound", "_entries", "_seqs", "floor")

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


class LogReader:
    """A position in one room's log, of one session of one user.

    A reader that has received everything may be written to (`join`). Otherwise its subscriber takes what is new.
    """

    __slots__ = ("_counted", "_outlet", "_position", "log", "peer", "subscriber", "user")

    def __init__(self, log: RoomLog, user: UserId, peer: PeerId, subscriber: Subscriber) -> None:
        self.log = log
        self._outlet: Outlet | None = None
        self._position: Cursor | None = None
        self._counted = -1
        self.user = user
        self.peer = peer
        self.subscriber = subscriber

    @property
    def position(self) -> Cursor | None:
        return self._position if self._outlet is None else self.log.cursor

    @position.setter
    def position(self, cursor: Cursor | None) -> None:
        """What the reader was sent from the database ends here, with the numbers of the audience."""
        self._position = cursor
        self._counted = -1 if cursor is None else cursor.seq

    def begin(self) -> None:
        """Read what comes from now on."""
        self.position = self.log.cursor

    def join(self, outlet: Outlet) -> None:
        """Have what is new written to this outlet at once. The reader has received everything before.

        It may have received more, read from the database, than this log has read yet. Then it goes on taking for now.
        """
        if self._position is None or self.lost or self._position.seq > self.log.head:
            return
        self._outlet = outlet
        self.log.join(self, outlet)

    def leave(self) -> None:
        """Take what is new again, from here on."""
        if self._outlet is not None:
            self._position = self.log.cursor
            self._counted = max(self._counted, self.log.audience.seq)
            self.log.leave(self, self._outlet)
            self._outlet = None

    @property
    def lost(self) -> bool:
        """The log this reader was reading is gone; only a fresh snapshot helps."""
        return self.position is not None and self.position.epoch != self.log.epoch

    @property
    def behind(self) -> bool:
        try:
            self.log.entries(self)
        except SlowReader:
            return True
        return False

    @property
    def written_at(self) -> float:
        """When something was last written to all readers, by the loop's clock."""
        return self.log.written_at

    def take(self) -> Iterator[Entry]:
        """The new entries in order; moves the position after each. Raises SlowReader."""
        if self._position is None or self.lost:
            return
        for entry in self.log.entries(self):
            self._position = Cursor(self._position.epoch, entry.seq)
            yield entry

    def take_audience(self) -> Frame | None:
        """The numbers that were published since the reader knows them; all entries were taken before."""
        audience = self.log.audience
        if self._position is None or self.lost or audience.seq <= self._counted:
            return None
        self._counted = audience.seq
        if self._position.seq < self.log.head:
            self._position = self.log.cursor
        return audience.frame

    def newest_audience(self, known: Frame | None) -> Frame | None:
        """The newest numbers, also those that are not published yet; None while the roster is full. `known` are those that it has."""
        if self._position is None or self.lost or self.log.head <= self._counted:
            return known
        with suppress(SlowReader):
            if not any(self.log.entries(self)):
                self._position = self.log.cursor
        return self.log.audience.newest_frame()

    def close(self) -> None:
        self.leave()
        self.log.unsubscribe(self)


class RoomLog(Readers[LogReader]):
    """The newest part of one room's log, and its readers in this relay."""

    def __init__(self, room: RoomId, epoch: int, head: int, sent: Sent | None = None) -> None:
        super().__init__(sent or Sent())
        self.room = room
        self.audience = Audience(room, self._send_audience)
        self.reset(epoch, head)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.epoch, self.head)

    @property
    def followed(self) -> bool:
        return len(self._readers) > 0

    def serves(self, user: UserId) -> bool:
        """Whether this user has a reader here."""
        return user in self._readers

    def reset(self, epoch: int, head: int) -> None:
        """Begin at this head, without any entry. Readers of another epoch are lost, and advance."""
        for reader in self._readers.values():
            reader.leave()
        self.epoch = epoch
        self.head = self._begin = head
        self._broadcast = EntryList(head, BROADCASTS_KEPT)
        self._directed: dict[UserId, EntryList] = {}
        self.audience.reset()
        self.advance_all()

    def unsubscribe(self, reader: LogReader) -> None:
        super().unsubscribe(reader)
        if reader.user not in self._readers:
            self._directed.pop(reader.user, None)
        if not self.followed:
            self.audience.reset()

    def entries(self, reader: LogReader) -> Iterator[Entry] | list[Entry]:
        assert reader.position is not None
        seq = reader.position.seq
        broadcast = self._broadcast.after(seq)
        own = self._directed.get(reader.user)
        directed = own.after(seq) if own is not None else []
        if not directed:
            return broadcast
        return merge(broadcast, directed, key=attrgetter("seq"))

    def append(self, arrived: Sequence[Arrived], now: float = 0.0) -> None:
        """Add the newest events and send them; readers that are too far behind now are cut off.

        Events that concern one user are found by the user's id: the size of the room makes no difference.
        """
        own = [reader for each in arrived for reader in self._readers[each.concerns]]
        for reader in own:
            reader.leave()  # at the head before these events
        public: list[Entry] = []
        dropped = False
        for entry, recipient in arrived:
            if recipient is None:
                dropped |= self._keep(entry, public)
            elif recipient in self._readers:  # others would read it from the database
                kept = self._directed.setdefault(recipient, EntryList(self._begin, DIRECTED_KEPT))
                dropped |= kept.append(entry)
        for first in range(0, len(public), AT_ONCE):
            some = public[first : first + AT_ONCE]
            self.head = some[-1].seq  # one that leaves while this is written has received it
            self._writers.send([entry.frame for entry in some])
            self.written_at = now
        self.head = arrived[-1].entry.seq
        for reader in tuple(self._waiting) if public else own:
            if dropped and reader.position is not None and not reader.lost and reader.behind:
                reader.subscriber.cut()
            else:
                reader.subscriber.advance()

    def count(self, counts: Counts | None, before: int) -> None:
        """The numbers of a counted room, read with what comes after `before`; None of one whose roster is full."""
        self.audience.update(counts, before)

    def _send_audience(self, frame: Frame) -> None:
        self._writers.send([frame])
        self.written_at = asyncio.get_running_loop().time()
        for reader in tuple(self._waiting):
            reader.subscriber.advance()

    def _keep(self, entry: Entry, public: list[Entry]) -> bool:
        """Keep an event for everybody; true if old ones were dropped. One that it takes back is sent to nobody from now on."""
        if (gone := entry.taken_back_seq) is not None:
            self._broadcast.remove(gone)
            public[:] = [each for each in public if each.seq != gone]
        public.append(entry)
        return self._broadcast.append(entry)


def frame(cursor: Cursor, table: str, event: str, heard_at: datetime | None) -> Frame:
    """An event as a frame; `event` is its JSON text, to which the relay adds when it was notified of it."""
    heard = f',"heard_at":{json.dumps(heard_at.isoformat())}}}' if heard_at else "}"
    return Frame(table, event[:-1] + heard, cursor)
