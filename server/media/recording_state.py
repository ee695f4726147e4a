"""Whether a room is being recorded, as its log says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .signaling.events import Changed, Event, Snapshot


class RecordingState:
    """`running` is the recording that is announced, or runs. `say` is told when one begins or ends.

    `leaves` asks whether to leave the room, for somebody who wants to leave when it is recorded.
    """

    def __init__(self, say: Callable[[str], None], *, leaves: bool) -> None:
        self.running: Mapping[str, Any] | None = None
        self._say = say
        self._leaves = leaves

    @property
    def leaves(self) -> bool:
        return self._leaves and self.running is not None

    def take(self, event: Event) -> None:
        match event:
            case Snapshot(recording=recording):
                self._now(recording)
            case Changed(table="recordings", record=record, old_record=old_record):
                if record is not None and not record["ended_at"]:
                    self._now(record)
                elif self.running and (record or old_record or {}).get("id") == self.running["id"]:
                    self._now(None)

    def _now(self, recording: Mapping[str, Any] | None) -> None:
        before, self.running = self.running, recording
        if recording is not None and (before is None or before["id"] != recording["id"]):
            self._say("this room is recorded")
        elif recording is None and before is not None:
            self._say("this room is no longer recorded")
