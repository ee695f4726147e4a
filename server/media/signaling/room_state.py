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

    While the roster is counted, `audience` has the numbers, and of the quiet seats (`Seat.is_quiet`) only one's own is known and those of
    `partners`, who sent signals to this session: connections depend on them, so their changes are sent to it.
    """

    own: UserId | None = None
    room: Mapping[str, Any] = field(default_factory=dict)
    seats: Mapping[UserId, Seat] = field(default_factory=dict)
    partners: frozenset[int] = frozenset()
    audience: Audience | None = None

    @property
    def counted(self) -> bool:
        return self.room.get("roster") == "counted"

    def after(self, event: Event) -> RoomState:
        """The state after this event."""
        match event:
            case Snapshot(room=room, seats=seats, own=own, audience=audience):
                own = self.own if own is None else own
                partners = event.partners | {signal.from_user for signal in event.signals}
                return RoomState(own, room, {s.user: s for s in seats}, partners, audience)
            case SeatChanged(seat=seat):
                return self._with_seat(seat)
            case SeatGone(seat=seat):
                return self.without(seat.user)
            case RoomChanged(room=changes):
                return self._with_room({**self.room, **changes})
            case Audience():
                return replace(self, audience=event)
            case Signal(from_user=user, seat=seat):
                state = replace(self, partners=self.partners | {user})
                return state if seat is None else state.knowing(seat)
            case _:
                return self

    def _with_seat(self, seat: Seat) -> RoomState:
        known = self.seats.get(seat.user)
        state = self
        if known is not None and known.peer != seat.peer:  # another session, without connections
            state = replace(self, partners=self.partners - {seat.user})
        return state.without(seat.user) if state.is_one_of_many(seat) else state.knowing(seat)

    def _with_room(self, room: Mapping[str, Any]) -> RoomState:
        state = replace(self, room=room)
        if not state.counted:
            return replace(state, audience=None)
        if self.counted:
            return state
        seats = {u: seat for u, seat in self.seats.items() if not state.is_one_of_many(seat)}
        return replace(state, seats=seats)

    def is_one_of_many(self, seat: Seat) -> bool:
        """Whether the changes of this seat are not sent to this session."""
        return (
            self.counted
            and seat.is_quiet
            and seat.user != self.own
            and seat.user not in self.partners
        )

    def knowing(self, seat: Seat) -> RoomState:
        """The state with this seat as it is now."""
        return replace(self, seats={**self.seats, seat.user: seat})

    def without(self, user: UserId) -> RoomState:
        """The state without this user's seat."""
        seats = {u: seat for u, seat in self.seats.items() if u != user}
        return replace(self, seats=seats, partners=self.partners - {user})
