"""Which rooms of the hallway everybody is sent: those with the highest scores, of which there are only so many places."""

from __future__ import annotations

from collections.abc import Callable

from ..types import RoomId


class Busiest:
    """`rooms` have a place. While all places are taken, a room gets one only if its score is higher than the lowest by a margin.

    Without the margin, rooms with equally many people would change places all the time. Rooms change places one at a
    time, by `move`: each such change is sent to everybody.
    """

    def __init__(self, places: int, margin: Callable[[float], float] = lambda score: 0) -> None:
        """`margin`: for the score that is to be exceeded; 0: any higher score will do."""
        self.rooms: set[RoomId] = set()
        self._changed = False
        self._margin = margin
        self._places = places
        self._scores: dict[RoomId, float] = {}

    def put(self, room: RoomId, score: float, *, has_place: bool = False) -> None:
        """A room, or its new score. A new room gets a free place at once; with `has_place` it gets one in any case."""
        new = room not in self._scores
        self._changed |= self._scores.get(room) != score
        self._scores[room] = score
        if new and (has_place or len(self.rooms) < self._places):
            self.rooms.add(room)

    def discard(self, room: RoomId) -> None:
        self._changed |= self._scores.pop(room, None) is not None
        self.rooms.discard(room)

    def move(self) -> RoomId | None:
        """Give one room a place, or take one's place away, if that is due; which. Looks at all rooms, if any changed."""
        if not self._changed:
            return None
        worst = min(self.rooms, key=self._rank, default=None)
        others = (room for room in self._scores if room not in self.rooms)
        best = max(others, key=self._rank, default=None)
        if worst is not None and (len(self.rooms) > self._places or self._beats(best, worst)):
            self.rooms.discard(worst)
            return worst
        if best is not None and len(self.rooms) < self._places:
            self.rooms.add(best)
            return best
        self._changed = False
        return None

    def settle(self) -> None:
        """Give the places to the rooms with the highest scores, with no regard to who had them."""
        self.rooms = set(sorted(self._scores, key=self._rank, reverse=True)[: self._places])
        self._changed = False

    def _beats(self, best: RoomId | None, worst: RoomId) -> bool:
        if best is None or len(self.rooms) < self._places:
            return False
        score = self._scores[worst]
        return self._scores[best] > score + self._margin(score)

    def _rank(self, room: RoomId) -> tuple[float, int]:
        return self._scores[room], -room
