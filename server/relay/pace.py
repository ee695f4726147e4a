"""How many rows with nothing new but numbers are sent: so many a second, and of one room one at most.

The others wait. A room that waits is sent once, as it is then.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice
from typing import Final, Generic, TypeVar

from ..types import RoomId

SECOND: Final = 1.0

K = TypeVar("K", bound=Hashable)


class Pace:
    """The rooms whose numbers wait for their turn, those that wait longest first. Times are those of the loop's clock."""

    __slots__ = ("_rate", "_sent", "_waiting")

    def __init__(self, rate: int) -> None:
        """`rate`: rows in any second."""
        self._rate = rate
        self._sent: dict[RoomId, float] = {}  # in the last second, oldest first
        self._waiting: dict[RoomId, None] = {}

    def add(self, room: RoomId) -> None:
        """The numbers of this room changed."""
        self._waiting[room] = None

    def discard(self, room: RoomId) -> None:
        """Its newest numbers were sent, or are not to be sent any more."""
        self._waiting.pop(room, None)

    def due(self, now: float) -> list[RoomId]:
        """The rooms to send now. They wait no longer."""
        for room in [room for room, at in self._sent.items() if at <= now - SECOND]:
            del self._sent[room]
        free = max(0, self._rate - len(self._sent))
        due = list(islice((room for room in self._waiting if room not in self._sent), free))
        for room in due:
            del self._waiting[room]
            self._sent[room] = now
        return due

    def __bool__(self) -> bool:
        """Whether any room waits."""
        return bool(self._waiting)


class Paces(Generic[K]):
    """A pace for each club, or each user. Only those with rooms that wait are looked at."""

    def __init__(self, rate: int) -> None:
        self._paces: dict[K, Pace] = {}
        self._rate = rate
        self._waiting: dict[K, None] = {}

    def add(self, key: K, room: RoomId) -> None:
        if key not in self._paces:
            self._paces[key] = Pace(self._rate)
        self._paces[key].add(room)
        self._waiting[key] = None

    def discard(self, key: K, room: RoomId) -> None:
        if key in self._paces:
            self._paces[key].discard(room)

    def forget(self, key: K) -> None:
        self._paces.pop(key, None)
        self._waiting.pop(key, None)

    def due(self, now: float) -> Iterator[tuple[K, RoomId]]:
        for key in tuple(self._waiting):
            pace = self._paces[key]
            for room in pace.due(now):
                yield key, room
            if not pace:
                del self._waiting[key]
