"""The frames of a mix in order and without gaps, from packets that may be late, lost, or of another node than before."""

from __future__ import annotations

from typing import Final

from ..formats.ogg import RATE
from ..formats.ogg_stream import FRAME_SAMPLES, SILENCE

FRAME: Final = FRAME_SAMPLES / RATE  # seconds
REORDERED: Final = 5
"""Frames that are waited for when later ones have come: 100 ms."""

STARVED_AFTER: Final = (
    0.4  # seconds without a packet, after which silence takes the place of frames
)
FAR: Final = 250
"""Frames. A packet that is further ahead is not a later one of the same clock: it comes next."""


class MixTimeline:
    """`push` packets, and `take` what can be played. Times are in seconds of one clock.

    While packets come, the node's clock decides how many frames there are; while none come, `now` does. So no clock runs away from
    another, and a room that changes its node, or has none, is silent for that time.
    """

    def __init__(self, now: float) -> None:
        self.late = 0  # frames whose place was already taken, by silence
        self.heard_at = now
        self._clock = now  # until when frames were taken
        self._next = 0
        self._waiting: dict[int, bytes] = {}
        self._source: int | None = None
        self._first = 0  # timestamp and place of a packet of this source
        self._place = 0

    def push(self, source: int, timestamp: int, opus: bytes, now: float) -> None:
        """A packet: its SSRC, its RTP timestamp, and a frame."""
        self.heard_at = now
        place = self._place_of(timestamp)
        if source != self._source or not -FAR < place - self._next < FAR:
            place = max(self._waiting, default=self._next - 1) + 1
            self._source, self._first, self._place = source, timestamp, place
        if place < self._next:
            self.late += 1
        else:
            self._waiting[place] = opus

    def take(self, now: float) -> list[bytes]:
        """The frames that are next."""
        frames = []
        while self._waiting:
            if (frame := self._waiting.pop(self._next, None)) is None:
                if (
                    max(self._waiting) - self._next < REORDERED
                    and now - self.heard_at < STARVED_AFTER
                ):
                    break
                frame = SILENCE
            frames.append(frame)
            self._next += 1
        if frames:
            self._clock = now
        elif now - self.heard_at >= STARVED_AFTER:
            missed = int((now - self._clock) / FRAME)
            frames = [SILENCE] * missed
            self._next += missed
            self._clock += missed * FRAME
        return frames

    def _place_of(self, timestamp: int) -> int:
        ahead = ((timestamp - self._first + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        return self._place + ahead // FRAME_SAMPLES
