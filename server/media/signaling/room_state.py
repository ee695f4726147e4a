"""What one session knows of its room, from the log: pure. client_web/room/state.js is the same; tests/conformance/room.json checks both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...types import UserId
from .events import Audience, Event, RoomChanged, Seat, SeatChanged, SeatGone, Signal, Snapshot


@dataclass(frozen=True, slots=True)
class RoomState:
    """`room` is the room's row, `seats` the known seats by user, `own` the user of this session.

    While the roster is counted, `audience` has the numbers, and of the quiet seats (`Seat.is_quiet`) only one's own is known; in a mesh
    also others, because connections depend on them.
    """

    own: UserId | None = None
    room: Mapping[str, Any] = field(default_factory=dict)
    seats: Mapping[UserId, Seat] = field(default_factory=dict)
    audience: Audience | None = None

    @property
    def counted(self) -> bool:
        return self.room.get("roster") == "counted"

    def after(self, event: Event) -> RoomState:
        """The state after this event."""
        match event:
            case Snapshot(room=room, seats=seats, own=own, audience=audience):
                known = {seat.user: seat for seat in seats}
                return RoomState(self.own if own is None else own, room, known, audience)
            case SeatChanged(seat=seat, recipient=None) if self._is_one_of_many(seat):
                return self._without(seat.user)
            case SeatChanged(seat=seat):
                return replace(self, seats={**self.seats, seat.user: seat})
            case SeatGone(seat=seat):
                return self._without(seat.user)
            case RoomChanged(room=changes):
                return self._with_room({**self.room, **changes})
            case Audience():
                return replace(self, audience=event)
            case Signal(seat=Seat() as seat):
                return replace(self, seats={**self.seats, seat.user: seat})
            case _:
                return self

    def _with_room(self, room: Mapping[str, Any]) -> RoomState:
        changed = replace(self, room=room)
        if not changed.counted:
            return replace(changed, audience=None)
        if self.counted:
            return changed
        seats = {u: seat for u, seat in self.seats.items() if not changed._is_one_of_many(seat)}
        return replace(changed, seats=seats)

    def _is_one_of_many(self, seat: Seat) -> bool:
        """Whether others learn no more of this seat while the roster is counted, and no connection depends on it."""
        mesh = self.room.get("topology", "mesh") == "mesh"
        return self.counted and not mesh and seat.is_quiet and seat.user != self.own

    def _without(self, user: UserId) -> RoomState:
        return replace(self, seats={u: seat for u, seat in self.seats.items() if u != user})
