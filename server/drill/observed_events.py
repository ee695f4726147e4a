"""What one follower saw, in the order it came: the evidence, kept as it is and judged later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..types import Cursor


@dataclass(frozen=True, slots=True)
class Seen:
    """An event arrived; `behind` is the seconds since it was committed, by this machine's one clock."""

    cursor: Cursor
    directed: bool
    behind: float


@dataclass(frozen=True, slots=True)
class Afresh:
    """A snapshot arrived: all that is up to this cursor is in it."""

    cursor: Cursor


@dataclass
class Journal:
    """The lines in order of arrival, and the position a reader who deduplicates by cursor is at."""

    lines: list[Seen | Afresh] = field(default_factory=list)
    position: Cursor | None = None
    duplicated: int = 0
    misordered: int = 0
    _seen: set[Cursor] = field(default_factory=set)
    _included: dict[int, int] = field(default_factory=dict)

    @property
    def snapshots(self) -> int:
        return sum(isinstance(line, Afresh) for line in self.lines)

    def snapshot(self, cursor: Cursor) -> None:
        self.lines.append(Afresh(cursor))
        self._included[cursor.epoch] = max(cursor.seq, self._included.get(cursor.epoch, 0))
        self.position = cursor

    def event(self, seen: Seen) -> bool:
        """Note an event; false if this reader has no use for it.

        Stricter than a reader need be: what its deduplication would silently drop is counted, as
        a duplicate if it came before or was in the snapshot, and else as out of order.
        """
        here = self.position
        if here is None or here.epoch != seen.cursor.epoch:
            self.misordered += 1  # an event of a log that no snapshot has begun
            return False
        if seen.cursor in self._seen or seen.cursor.seq <= self._included[seen.cursor.epoch]:
            self.duplicated += 1
            return False
        self._seen.add(seen.cursor)
        if seen.cursor.seq < here.seq:
            self.misordered += 1
        self.lines.append(seen)
        self.position = max(here, seen.cursor, key=lambda cursor: cursor.seq)
        return True

    def events(self) -> Iterator[Seen]:
        return (line for line in self.lines if isinstance(line, Seen))

    def epochs(self) -> set[int]:
        return {line.cursor.epoch for line in self.lines}

    def owed(self, epoch: int, log: dict[int, int | None], user: int) -> set[int]:
        """Which events of this log ({seq: its only recipient}) this user's stream had to carry.

        From the first snapshot on; what a later snapshot leapt over was in that snapshot.
        """
        owed: set[int] = set()
        first = 0
        position: int | None = None
        mine = sorted(seq for seq, recipient in log.items() if recipient in (None, user))
        for line in self.lines:
            if line.cursor.epoch != epoch:
                continue
            if isinstance(line, Afresh):
                if position is not None:
                    owed.update(seq for seq in mine if first < seq <= position)
                first = position = line.cursor.seq
            elif position is not None:
                position = max(position, line.cursor.seq)
        if position is not None:
            owed.update(seq for seq in mine if seq > first)
        return owed
