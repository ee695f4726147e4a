"""What a follower makes of the frames it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .listening import Listening


@dataclass
class Follower:
    """One session's reader across its reconnects: what it was told, and what it takes the room to be."""

    user: str
    session: int
    peer: str
    stream: Listening
    state: str = "following"  # hung up, or the reason why it is over
    read: int = 0
    start: int | None = None
    cursor: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    seats: dict[int, dict[str, Any]] = field(default_factory=dict)
    signals: list[int] = field(default_factory=list)

    def take(self) -> None:
        """Fold the frames that came since into the view."""
        frames = self.stream.frames[self.read :]
        self.read += len(frames)
        for frame in frames:
            if frame.id is not None:
                self.cursor = frame.id
            if frame.event == "snapshot" and frame.id is not None:
                assert self.start is None, "a second snapshot: the log should have reached back"
                self.start = int(frame.id.partition("-")[2])
                self.seats = {seat["user_id"]: seat for seat in frame.data["participants"]}
                self.signals = [signal["id"] for signal in frame.data["signals"]]
            elif frame.id is not None:
                self.told.append(frame.data)
                self._change(frame.data)

    def _change(self, event: dict[str, Any]) -> None:
        record = event["record"]
        if event["table"] == "signals":
            if record["to_peer"] == self.peer:
                self.signals.append(record["id"])
        elif event["table"] == "participants":
            if record is None or record["peer_id"] is None:
                self.seats.pop((record or event["old_record"])["user_id"], None)
            else:
                self.seats[record["user_id"]] = record
