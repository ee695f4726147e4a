"""Whether a room is being recorded, as its log says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .signaling.events import Changed, Event, Snapshot


class RecordingState:
    """`running` is the recording that is announced or runs. `report` gets a line of text when one begins or ends.

    `leaves` says whether to leave the room: for a participant that does not want to be recorded.
    """

    def __init__(self, report: Callable[[str], None], *, leaves: bool) -> None:
        self.running: Mapping[str, Any] | None = None
        self._report = report
        self._leaves = leaves

    @property
    def leaves(self) -> bool:
        return self._leaves and self.running is not None

    def update(self, event: Event) -> None:
        match event:
            case Snapshot(recording=recording):
                self._set(recording)
            case Changed(table="recordings", record=record, old_record=old_record):
                if record is not None and not record["ended_at"]:
                    self._set(record)
                elif self.running and (record or old_record or {}).get("id") == self.running["id"]:
                    self._set(None)

    def _set(self, recording: Mapping[str, Any] | None) -> None:
        before, self.running = self.running, recording
        if recording is not None and (before is None or before["id"] != recording["id"]):
            self._report("this room is recorded")
        elif recording is None and before is not None:
            self._report("this room is no longer recorded")
