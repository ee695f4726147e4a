"""The mix: the samples of all speakers, added once, and for each speaker without their own; loud peaks are rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import numpy as np

from .opus import FRAME_SAMPLES, Samples

KNEE: Final = np.float32(0.7)
"""Samples up to this size are not changed. Larger ones are compressed to less than 1, which sounds softer than clipping."""

Speaker = TypeVar("Speaker")

OnMix = Callable[[int, Samples, bytes], None]
"""Called with `(tick, samples, opus)` of the mix of all speakers: a recording, for example, reads it."""


def total(frames: Mapping[Speaker, Samples]) -> Samples:
    """The sum of all frames, not limited."""
    mixed = np.zeros(FRAME_SAMPLES, np.float32)
    for frame in frames.values():
        mixed += frame
    return mixed


def without(mixed: Samples, own: Samples | None) -> Samples:
    """The mix that a speaker gets: without their own samples."""
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
    """The level in dB below full scale, 0 to 127 (RFC 6464, 3)."""
    power = float(np.dot(samples, samples)) / len(samples) if len(samples) else 0.0
    if power <= 0:
        return 127
    return int(min(127, max(0, -10 * math.log10(power))))
