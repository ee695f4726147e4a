"""What a node knows of a room's participants: who may be heard, and who spoke last."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..node_rules import voice_of

LOUD: Final = 50  # dB below full scale; speech is louder, background noise is not
SMOOTHING: Final = 0.2


@dataclass(frozen=True, slots=True)
class Participant:
    """A seat, as a node needs it. `invited`: to speak, and not on stage yet."""

    peer_id: str
    user_id: int
    role: str
    muted: bool
    kind: str = "person"
    invited: bool = False

    @property
    def on_stage(self) -> bool:
        return self.role != "AUDIENCE" and self.kind in ("person", "bot")

    @property
    def may_be_heard(self) -> bool:
        """Whether the role and the mute allow it. What the client sends does not matter."""
        return self.on_stage and not self.muted

    @property
    def voice(self) -> str:
        return voice_of(self.user_id)


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
