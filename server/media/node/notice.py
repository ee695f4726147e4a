"""The tones that tell the user of a WHEP player that the room is recorded. A page shows it; a WHEP player cannot."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from ..opus import FRAME_SAMPLES, RATE, Samples

TONES: Final = ((880.0, 0.16), (0.0, 0.08), (660.0, 0.16), (0.0, 0.08), (880.0, 0.24))
"""Hz and seconds: high, low, high, which nobody takes for speech. 0 Hz is a pause."""

LOUDNESS: Final = 0.2
RAMP: Final = RATE // 200  # samples, 5 ms, without which a tone begins with a click


@cache
def notice() -> tuple[Samples, ...]:
    """The frames of the notice, in order."""
    sound = np.concatenate([_tone(hertz, int(seconds * RATE)) for hertz, seconds in TONES])
    sound = np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
    return tuple(sound[at : at + FRAME_SAMPLES] for at in range(0, len(sound), FRAME_SAMPLES))


def _tone(hertz: float, size: int) -> Samples:
    tone = LOUDNESS * np.sin(2 * np.pi * hertz * np.arange(size) / RATE)
    ramp = np.minimum(1.0, np.minimum(np.arange(size), np.arange(size)[::-1]) / RAMP)
    return (tone * ramp).astype(np.float32)
