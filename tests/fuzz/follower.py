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
    signals: dict[int, str] = field(default_factory=dict)
    """Those for this session that still wait, and from which session."""

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
                self.signals = {
                    signal["id"]: signal["from_peer"] for signal in frame.data["signals"]
                }
            elif frame.id is not None:
                self.told.append(frame.data)
                self._change(frame.data)

    def _change(self, event: dict[str, Any]) -> None:
        record = event["record"]
        if event["table"] == "signals":
            ends = {seat["peer_id"] for seat in self.seats.values()}
            if record["to_peer"] == self.peer and record["from_peer"] in ends:
                self.signals[record["id"]] = record["from_peer"]
        elif event["table"] == "participants":
            gone = (event["old_record"] or {}).get("peer_id")
            if record is None or record["peer_id"] != gone:  # signals go with the seat
                self.signals = {
                    one: sender for one, sender in self.signals.items() if sender != gone
                }
            if record is None or record["peer_id"] is None:
                self.seats.pop((record or event["old_record"])["user_id"], None)
            else:
                self.seats[record["user_id"]] = record
