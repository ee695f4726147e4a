"""What is heard instead of a frame that did not come: the last period of the voice, going on and fading out.

As in ITU-T G.711 Appendix I: a voice is nearly periodic for some hundredths of a second, so its last pitch period, repeated,
bridges a lost frame better than silence; after 60 ms it would buzz, so by then it is gone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .opus import FRAME_SAMPLES, Samples

FADED_AFTER: Final = 3  # frames: 60 ms
SHORTEST: Final = 120  # samples: a pitch of 400 Hz
LONGEST: Final = 720  # samples: 67 Hz
SEAM: Final = 120  # samples over which the real voice takes over again: 2.5 ms


class Concealer:
    """Knows the last 40 ms that were heard, and how long nothing has been."""

    def __init__(self) -> None:
        self._past: Samples = np.zeros(2 * FRAME_SAMPLES, np.float32)
        self._missing = FADED_AFTER
        self._ahead: Samples | None = (
            None  # how the concealed voice would have gone on, for the seam
        )

    @property
    def fading(self) -> bool:
        """Whether the last thing heard was made up, or nothing."""
        return self._missing > 0

    def heard(self, frame: Samples) -> Samples:
        """A real frame; after a concealed one it is let in over the seam."""
        if self._ahead is not None:
            ramp = np.linspace(0, 1, SEAM, dtype=np.float32)
            frame = frame.copy()
            frame[:SEAM] = frame[:SEAM] * ramp + self._ahead[:SEAM] * (1 - ramp)
            self._ahead = None
        self._remember(frame)
        self._missing = 0
        return frame

    def fade(self) -> Samples | None:
        """A frame in place of one that is not there, softer each time; None once it has faded out."""
        if self._missing >= FADED_AFTER:
            self._ahead = None
            return None
        period = self._period()
        loudness = np.linspace(
            1 - self._missing / FADED_AFTER,
            1 - (self._missing + 1) / FADED_AFTER,
            FRAME_SAMPLES,
            dtype=np.float32,
        )
        last = self._past[-period:]
        going_on = np.resize(last, FRAME_SAMPLES + SEAM)
        self._missing += 1
        made = going_on[:FRAME_SAMPLES] * loudness
        self._ahead = going_on[FRAME_SAMPLES:] * loudness[-1]
        # The unfaded wave is remembered, so that the next one fades from there and not twice.
        self._remember(going_on[:FRAME_SAMPLES])
        return np.asarray(made, np.float32)

    def _remember(self, frame: Samples) -> None:
        self._past = np.concatenate([self._past, frame])[-2 * FRAME_SAMPLES :]

    def _period(self) -> int:
        """The lag at which the last 15 ms resemble what came before the most."""
        tail = self._past[-LONGEST:]
        before = self._past[-2 * LONGEST : -SHORTEST]
        likeness = np.correlate(before, tail, "valid")
        squares = np.concatenate([[0.0], np.cumsum(np.square(before, dtype=np.float64))])
        energy = squares[LONGEST:] - squares[:-LONGEST]
        return LONGEST - int(np.argmax(likeness / np.sqrt(energy + 1e-6)))
