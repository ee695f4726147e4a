"""What a bot that has sound to send does with its seat, as a person does in a browser.

It raises its hand where the stage is moderated, accepts an invitation to speak, and unmutes itself. When a moderator mutes it,
it stays muted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..supervision import Supervisor
from .signaling.client import ConnectionLost, Refused
from .signaling.events import Seat
from .signaling.held_seat import HeldSeat


class SeatActions:
    """Calls the functions of the database for one seat; the log says what they changed. `report` gets a line of text."""

    def __init__(self, held_seat: HeldSeat, report: Callable[[str], None]) -> None:
        self._held_seat = held_seat
        self._report = report
        self._before: Seat | None = None
        self._tasks = Supervisor()

    def update(self, now: Seat, room: Mapping[str, Any]) -> None:
        """The seat, or the room, has changed. Does not wait for the function that is called."""
        before, self._before = self._before, now
        if (function := next_action(before, now, room)) is not None:
            self._tasks.once(self._call(function), f"{function} for a seat")

    async def close(self) -> None:
        await self._tasks.close()

    async def _call(self, function: str) -> None:
        try:
            await self._held_seat.client.call(function, room_id=self._held_seat.room)
        except (Refused, ConnectionLost) as error:
            self._report(f"could not {function.replace('_', ' ')}: {error}")
        else:
            if function == "raise_hand":
                self._report(
                    "in the audience, with a raised hand: the host or a moderator can bring us on stage"
                )


def next_action(before: Seat | None, now: Seat, room: Mapping[str, Any]) -> str | None:
    """The database function to call next for the own seat, or None; `before` is None for a new session."""
    if before is not None and before.peer != now.peer:
        before = None
    if now.may_speak:
        came_up = before is None or not before.may_speak
        return (
            "unmute" if now.muted and (came_up or _new("asked_to_unmute_at", before, now)) else None
        )
    if _new("invited_to_speak_at", before, now):
        return "accept_to_speak"
    raises = before is None and room.get("stage") == "moderated"
    return "raise_hand" if raises and now.record.get("hand_raised_at") is None else None


def _new(what: str, before: Seat | None, now: Seat) -> bool:
    value = now.record.get(what)
    return value is not None and (before is None or before.record.get(what) != value)
