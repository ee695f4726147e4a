"""How many are in a room whose roster is counted, and when its readers are told: at most four times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..types import RoomId
from . import control_events
from .frame import Frame

PAUSE: Final = 0.25  # seconds between two events about one room


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of a room's log at its position `seq`; `changed_at` is the event that changed them last."""

    seq: int
    changed_at: int
    here: int
    on_stage: int


class Audience:
    """The numbers of one counted room. `newest` are those that were read; `frame` tells those that were published at `seq`.

    `publish` is called with each frame, for readers that are written to and those that wait.
    """

    def __init__(self, room: RoomId, publish: Callable[[Frame], None]) -> None:
        self._room = room
        self._publish_frame = publish
        self._later: asyncio.TimerHandle | None = None
        self._published_at = float("-inf")
        self.newest: Counts | None = None
        self.frame: Frame | None = None
        self.seq = -1

    def update(self, counts: Counts | None, before: int) -> None:
        """The numbers at the head of the log, of which the part after `before` is new; None while the roster is full."""
        is_news = counts is not None and (self.newest is None or counts.changed_at > before)
        self.newest = counts
        if counts is None:
            self.reset()
        elif is_news and self._later is None:
            loop = asyncio.get_running_loop()
            due = self._published_at + PAUSE
            if due <= loop.time():
                self._publish()
            else:
                self._later = loop.call_at(due, self._publish)

    def reset(self) -> None:
        """Nothing is known."""
        if self._later is not None:
            self._later.cancel()
        self._later = self.newest = self.frame = None
        self.seq = -1

    def newest_frame(self) -> Frame | None:
        """The newest numbers, also before they are published."""
        counts = self.newest
        return (
            None
            if counts is None
            else control_events.audience(self._room, counts.here, counts.on_stage)
        )

    def _publish(self) -> None:
        self._later = None
        self.frame = self.newest_frame()
        if self.newest is not None and self.frame is not None:
            self.seq = self.newest.seq
            self._published_at = asyncio.get_running_loop().time()
            self._publish_frame(self.frame)


class Told:
    """The numbers that one reader was told, which reads the log by itself, and when."""

    def __init__(self) -> None:
        self._data: str | None = None
        self._at = float("-inf")

    def pause_before(self, frame: Frame | None, now: float) -> float | None:
        """Seconds until it is to be told these; 0 means now, after which they count as told. None if it knows them, or there are none."""
        if frame is None or frame.data == self._data:
            self._data = None if frame is None else self._data
            return None
        pause = self._at + PAUSE - now
        if pause > 0:
            return pause
        self._data, self._at = frame.data, now
        return 0.0
