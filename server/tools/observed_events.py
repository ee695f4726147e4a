"""The events and snapshots that one follower received, in order of arrival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ..types import Cursor


@dataclass(frozen=True, slots=True)
class EventReceived:
    """An event arrived; `behind` is the seconds since it was committed, by the clock of this machine."""

    cursor: Cursor
    directed: bool
    behind: float

    @classmethod
    def of(cls, epoch: int, event: dict[str, Any], at: float) -> Self:
        """An event of the log with this epoch, as the relay sends it, that arrived `at` (Unix time)."""
        committed = datetime.fromisoformat(event["commit_timestamp"]).timestamp()
        return cls(Cursor(epoch, event["seq"]), event["recipient"] is not None, at - committed)


@dataclass(frozen=True, slots=True)
class SnapshotReceived:
    """A snapshot arrived: it includes all events up to this cursor."""

    cursor: Cursor


@dataclass
class ObservedEvents:
    """All arrivals in order, and the position of a reader that deduplicates by cursor."""

    arrivals: list[EventReceived | SnapshotReceived] = field(default_factory=list)
    position: Cursor | None = None
    duplicated: int = 0
    misordered: int = 0
    beginnings: int = 1
    """How often it joined: each time it is owed a snapshot."""
    _seen: set[Cursor] = field(default_factory=set)
    _included: dict[int, int] = field(default_factory=dict)

    @property
    def unnecessary_snapshots(self) -> int:
        return max(0, self.snapshots - self.beginnings)

    @property
    def snapshots(self) -> int:
        return sum(isinstance(arrival, SnapshotReceived) for arrival in self.arrivals)

    def snapshot(self, cursor: Cursor) -> None:
        self.arrivals.append(SnapshotReceived(cursor))
        self._included[cursor.epoch] = max(cursor.seq, self._included.get(cursor.epoch, 0))
        self.position = cursor

    def event(self, seen: EventReceived) -> bool:
        """Record an event; false if a reader would drop it.

        Stricter than a reader has to be: what its deduplication would silently drop is counted, as
        duplicated if it came before or was in the snapshot, and otherwise as out of order.
        """
        here = self.position
        if here is None or here.epoch != seen.cursor.epoch:
            self.misordered += 1  # no snapshot of this log has arrived
            return False
        if seen.cursor in self._seen or seen.cursor.seq <= self._included[seen.cursor.epoch]:
            self.duplicated += 1
            return False
        self._seen.add(seen.cursor)
        if seen.cursor.seq < here.seq:
            self.misordered += 1
        self.arrivals.append(seen)
        self.position = max(here, seen.cursor, key=lambda cursor: cursor.seq)
        return True

    def events(self) -> Iterator[EventReceived]:
        return (arrival for arrival in self.arrivals if isinstance(arrival, EventReceived))

    def epochs(self) -> set[int]:
        return {arrival.cursor.epoch for arrival in self.arrivals}

    def owed(self, epoch: int, log: dict[int, int | None], user: int) -> set[int]:
        """Which events of this log ({seq: its only recipient}) this user's stream had to deliver.

        From the first snapshot on; events skipped by a later snapshot are included in it.
        """
        owed: set[int] = set()
        first = 0
        position: int | None = None
        visible = sorted(seq for seq, recipient in log.items() if recipient in (None, user))
        for arrival in self.arrivals:
            if arrival.cursor.epoch != epoch:
                continue
            if isinstance(arrival, SnapshotReceived):
                if position is not None:
                    owed.update(seq for seq in visible if first < seq <= position)
                first = position = arrival.cursor.seq
            elif position is not None:
                position = max(position, arrival.cursor.seq)
        if position is not None:
            owed.update(seq for seq in visible if seq > first)
        return owed
