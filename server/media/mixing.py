"""The mix: everybody's samples added up once, each speaker's taken out again for themselves, peaks rounded off."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import numpy as np

from .opus import FRAME_SAMPLES, Samples

KNEE: Final = np.float32(0.7)
"""Up to here nothing is changed; beyond, ever less, and never past 1: softer on the ear than a clipped edge."""

Who = TypeVar("Who")

Mixed = Callable[[int, Samples, bytes], None]
"""`(tick, samples, opus)` of the mix of everybody, for a recording."""


def total(frames: Mapping[Who, Samples]) -> Samples:
    """The sum of all frames, unlimited; the basis of every mix of one tick."""
    mixed = np.zeros(FRAME_SAMPLES, np.float32)
    for frame in frames.values():
        mixed += frame
    return mixed


def without(mixed: Samples, own: Samples | None) -> Samples:
    """The mix as a speaker receives it: without themselves."""
    return mixed if own is None else mixed - own


def soft_clip(samples: Samples) -> Samples:
    """At most 1 in size, and unchanged below the knee."""
    size = np.abs(samples)
    if float(size.max(initial=0.0)) <= KNEE:
        return samples
    room = 1 - KNEE
    rounded = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(size > KNEE, np.copysign(rounded, samples), samples).astype(np.float32)


def level(samples: Samples) -> int:
    """How loud, in dB below full scale, 0 to 127 (RFC 6464, 3)."""
    power = float(np.dot(samples, samples)) / len(samples) if len(samples) else 0.0
    if power <= 0:
        return 127
    return int(min(127, max(0, -10 * math.log10(power))))
