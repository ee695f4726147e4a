"""An echo: a sound that repeats what people said, a second later."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..types import UserId
from .packets import BLOCK, RATE
from .received_audio import ReceivedAudio
from .sounds import Sound

DELAY: Final = 1.0  # seconds
DRIFT_LIMIT: Final = 0.5
"""Seconds that a speaker's clock may drift before its position is set again."""

SILENT_BLOCKS: Final = 5  # sent after the last sound


class Echo:
    """`add` received audio, and `sound` repeats it. Bots are not repeated: two echoes would never end."""

    def __init__(self) -> None:
        self._delay = int(DELAY * RATE) // BLOCK * BLOCK
        self._ring = np.zeros(self._delay + int(2 * DRIFT_LIMIT * RATE) // BLOCK * BLOCK, np.int32)
        self._now = 0
        self._end_of: dict[UserId, int] = {}

    def add(self, audio: ReceivedAudio) -> None:
        """Repeat this block later."""
        if audio.seat.kind != "person" or audio.samples.size != BLOCK:
            return
        at = self._end_of.get(audio.seat.user, 0)
        if not 0 <= at - self._now - self._delay + DRIFT_LIMIT * RATE <= 2 * DRIFT_LIMIT * RATE:
            at = self._now + self._delay
        start = at % self._ring.size
        self._ring[start : start + BLOCK] += audio.samples
        self._end_of[audio.seat.user] = at + BLOCK

    def sound(self) -> Sound:
        """What was added, a second later; None while there is nothing."""
        quiet = SILENT_BLOCKS
        while True:
            start = self._now % self._ring.size
            block = np.clip(self._ring[start : start + BLOCK], -32768, 32767).astype(np.int16)
            self._ring[start : start + BLOCK] = 0
            self._now += BLOCK
            quiet = 0 if block.any() else quiet + 1
            yield None if quiet > SILENT_BLOCKS else block
