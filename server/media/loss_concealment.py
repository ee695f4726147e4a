"""Replaces a missing frame by the last pitch period of the voice, repeated and faded out (as in ITU-T G.711 Appendix I).

A voice is nearly periodic for some hundredths of a second, so its last period, repeated, is less noticeable than silence. After
60 ms it would buzz, so it is silent by then.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .opus import FRAME_SAMPLES, Samples

CONCEALED_FRAMES: Final = 3  # 60 ms
SHORTEST: Final = 120  # samples: a pitch of 400 Hz
LONGEST: Final = 720  # samples: 67 Hz
CROSSFADE: Final = 120  # samples from the concealed to the real voice: 2.5 ms


class Concealer:
    """Remembers the last 40 ms, and how many frames in a row were missing."""

    def __init__(self) -> None:
        self._past: Samples = np.zeros(2 * FRAME_SAMPLES, np.float32)
        self._missing = CONCEALED_FRAMES
        # How the concealed voice would have continued, for the crossfade.
        self._ahead: Samples | None = None

    @property
    def concealing(self) -> bool:
        """Whether the last frame was concealed or silent."""
        return self._missing > 0

    def continue_with(self, frame: Samples) -> Samples:
        """A real frame; after a concealed one it is faded in."""
        if self._ahead is not None:
            ramp = np.linspace(0, 1, CROSSFADE, dtype=np.float32)
            frame = frame.copy()
            frame[:CROSSFADE] = frame[:CROSSFADE] * ramp + self._ahead[:CROSSFADE] * (1 - ramp)
            self._ahead = None
        self._remember(frame)
        self._missing = 0
        return frame

    def conceal(self) -> Samples | None:
        """A frame in place of a missing one, softer each time; None when it has faded out."""
        if self._missing >= CONCEALED_FRAMES:
            self._ahead = None
            return None
        period = self._period()
        loudness = np.linspace(
            1 - self._missing / CONCEALED_FRAMES,
            1 - (self._missing + 1) / CONCEALED_FRAMES,
            FRAME_SAMPLES,
            dtype=np.float32,
        )
        last = self._past[-period:]
        continued = np.resize(last, FRAME_SAMPLES + CROSSFADE)
        self._missing += 1
        made = continued[:FRAME_SAMPLES] * loudness
        self._ahead = continued[FRAME_SAMPLES:] * loudness[-1]
        # The wave is remembered at full volume: the next frame would otherwise be faded twice.
        self._remember(continued[:FRAME_SAMPLES])
        return np.asarray(made, np.float32)

    def _remember(self, frame: Samples) -> None:
        self._past = np.concatenate([self._past, frame])[-2 * FRAME_SAMPLES :]

    def _period(self) -> int:
        """The lag in samples at which the last 15 ms resemble the past most."""
        tail = self._past[-LONGEST:]
        before = self._past[-2 * LONGEST : -SHORTEST]
        likeness = np.correlate(before, tail, "valid")
        squares = np.concatenate([[0.0], np.cumsum(np.square(before, dtype=np.float64))])
        energy = squares[LONGEST:] - squares[:-LONGEST]
        return LONGEST - int(np.argmax(likeness / np.sqrt(energy + 1e-6)))
