"""An echo: gives back what people said, a moment later, to everybody."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..types import UserId
from .packets import BLOCK, RATE
from .received_audio import ReceivedAudio
from .sounds import Sound

DELAY: Final = 1.0  # seconds
SLACK: Final = 0.5  # seconds a speaker's clock may drift before it is set anew
FADE: Final = 5  # blocks of silence that are sent after the last word


class Echo:
    """`hear` what is said, `sound` says it again. Bots are not repeated: two echoes would never end."""

    def __init__(self, delay: float = DELAY) -> None:
        self._delay = int(delay * RATE) // BLOCK * BLOCK
        self._ring = np.zeros(self._delay + int(2 * SLACK * RATE) // BLOCK * BLOCK, np.int32)
        self._now = 0
        self._said_until: dict[UserId, int] = {}

    def hear(self, heard: ReceivedAudio) -> None:
        """Keep this for later."""
        if heard.seat.kind != "person" or heard.samples.size != BLOCK:
            return
        at = self._said_until.get(heard.seat.user, 0)
        if not 0 <= at - self._now - self._delay + SLACK * RATE <= 2 * SLACK * RATE:
            at = self._now + self._delay
        start = at % self._ring.size
        self._ring[start : start + BLOCK] += heard.samples
        self._said_until[heard.seat.user] = at + BLOCK

    def sound(self) -> Sound:
        """What was said; nothing is sent while there is nothing to say."""
        quiet = FADE
        while True:
            start = self._now % self._ring.size
            block = np.clip(self._ring[start : start + BLOCK], -32768, 32767).astype(np.int16)
            self._ring[start : start + BLOCK] = 0
            self._now += BLOCK
            quiet = 0 if block.any() else quiet + 1
            yield None if quiet > FADE else block
