"""Seats of participants of whom only what audio needs is known."""

from __future__ import annotations

from roomtone.media.signaling.events import Seat
from roomtone.types import PeerId, UserId


def seat_of(number: int, role: str = "SPEAKER", *, peer: str | None = None) -> Seat:
    """The seat of user `number`, unmuted, in the session `peer-<number>` or the given one."""
    return Seat(
        user=UserId(number),
        username=f"user {number}",
        peer=PeerId(peer or f"peer-{number}"),
        kind="person",
        role=role,
        muted=False,
        seq=number,
        record={},
    )
