"""Who spoke last in a room."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

LOUD: Final = 50  # dB below full scale; speech is louder, background noise is not
SMOOTHING: Final = 0.2


class Speakers:
    """Who spoke last, from the audio levels in packets (RFC 6464)."""

    def __init__(self) -> None:
        self._loudness: dict[int, float] = {}
        self._spoke_at: dict[int, float] = {}

    def update(self, user_id: int, level: int) -> None:
        before = self._loudness.get(user_id, 127.0)
        # A louder level counts at once, a softer one slowly, because speech has pauses.
        share = 0.8 if level < before else SMOOTHING
        now = self._loudness[user_id] = before + share * (level - before)
        if now < LOUD:
            self._spoke_at[user_id] = time.monotonic()

    def forget(self, user_id: int) -> None:
        self._loudness.pop(user_id, None)
        self._spoke_at.pop(user_id, None)

    def order(self, of: Iterable[int]) -> list[int]:
        """These users, those who spoke last first. Those who never spoke come last, in the given order."""
        return sorted(of, key=lambda user_id: -self._spoke_at.get(user_id, 0.0))
