"""What a bot that has sound to send does with its seat, as a person does in a browser.

It raises its hand where the stage is moderated, accepts an invitation to speak, and unmutes itself. When a moderator mutes it,
it stays muted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .signaling.events import Seat


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
