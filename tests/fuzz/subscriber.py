"""What a subscriber of a room builds from the frames it receives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .threaded_stream import ThreadedStream


@dataclass
class Subscriber:
    """One session's subscription across its reconnects: the events it received, and its view of the room."""

    user: str
    session: int
    peer: str
    stream: ThreadedStream
    state: str = "following"  # or "disconnected", "refused", or the reason in the bye
    read: int = 0
    start: int | None = None
    cursor: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    seats: dict[int, dict[str, Any]] = field(default_factory=dict)
    signals: dict[int, str] = field(default_factory=dict)
    """Signals to this session that the database still keeps: id and the sender's `peer_id`."""

    def apply_frames(self) -> None:
        """Apply the frames that arrived since the last call to the view."""
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
                self.received.append(frame.data)
                self._apply(frame.data)

    def _apply(self, event: dict[str, Any]) -> None:
        record = event["record"]
        if event["table"] == "signals":
            peers = {seat["peer_id"] for seat in self.seats.values()}
            if record["to_peer"] == self.peer and record["from_peer"] in peers:
                self.signals[record["id"]] = record["from_peer"]
        elif event["table"] == "participants":
            old_peer = (event["old_record"] or {}).get("peer_id")
            if record is None or record["peer_id"] != old_peer:  # signals go with the seat
                self.signals = {
                    one: sender for one, sender in self.signals.items() if sender != old_peer
                }
            if record is None or record["peer_id"] is None:
                self.seats.pop((record or event["old_record"])["user_id"], None)
            else:
                self.seats[record["user_id"]] = record
