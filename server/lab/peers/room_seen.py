"""What a follower of Roomtone has seen of its room: events, and after a gap in them what a snapshot shows."""

from __future__ import annotations

from typing import Any

from .followers import Follower


def key_of(event: dict[str, Any]) -> str | None:
    """The key of a row's event: what happened, and to which seat."""
    record, before = event["record"] or {}, event["old_record"] or {}
    match event["table"], event["type"]:
        case "participants", "DELETE":
            return f"leave {before['peer_id']}"
        case "participants", _ if record["peer_id"] != before.get("peer_id"):
            return f"join {record['peer_id']}"
        case "signals", "INSERT":
            return f"{record['kind']} {record['from_peer']}"
    return None


class RoomSeen:
    """`snapshots` are those after the first: the log did not reach back to what this follower had."""

    def __init__(self, follower: Follower) -> None:
        self.snapshots = -1
        self._follower = follower

    def event(self, event: dict[str, Any], at: float) -> None:
        key = key_of(event)
        if key is not None:
            self._follower.arrived(key, at)

    def snapshot(self, state: dict[str, Any], at: float) -> None:
        """A seat that is there has joined, one that is not there any more has left, a signal that waits was sent."""
        if "participants" not in state:
            return  # a stream that goes on after its cursor
        self.snapshots += 1
        if not self.snapshots or "audience" in state:  # nothing was missed; not all seats are named
            return
        seats = {seat["peer_id"] for seat in state["participants"]}
        joined = {key.removeprefix("join ") for key in self._known() if key.startswith("join ")}
        shown = [
            *(f"join {peer}" for peer in seats),
            *(f"leave {peer}" for peer in joined - seats),
            *(f"{signal['kind']} {signal['from_peer']}" for signal in state.get("signals", ())),
        ]
        for key in shown:
            if key not in self._known():
                self._follower.arrived(key, at)

    def _known(self) -> dict[str, list[float]]:
        return self._follower.arrivals
