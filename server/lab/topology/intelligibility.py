"""How much of speech can still be understood: short-time objective intelligibility.

After Taal, Hendriks, Heusdens, Jensen, "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy
Speech" (IEEE TASLP 2011): the loudness of 15 third-octave bands goes up and down as in the clean speech, or it does not.
Here each stretch of clean speech is looked for around the time at which it must be heard, for a jitter buffer moves it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 48_000
STEP: Final = 600  # samples, 12.5 ms
WINDOW: Final = 1200  # samples
STRETCH: Final = 30  # steps, 375 ms: about a syllable or two
EARS: Final = [150 * 2 ** (band / 3) for band in range(15)]  # Hz, the middles of the bands
CLIPPED: Final = 10 ** (
    15 / 20
)  # a band that is much too loud counts as no better than one that is absent

Sound = NDArray[np.float64]


def bands(sound: Sound) -> Sound:
    """Amplitude by band and step: (15, steps)."""
    starts = np.arange(0, len(sound) - WINDOW, STEP)
    frames = sound[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, 4 * WINDOW)) ** 2
    hertz = np.fft.rfftfreq(4 * WINDOW, 1 / RATE)
    edges = [(middle / 2 ** (1 / 6), middle * 2 ** (1 / 6)) for middle in EARS]
    parts = [power[:, (hertz >= low) & (hertz < high)].sum(1) for low, high in edges]
    return np.asarray(np.sqrt(parts), np.float64)


def intelligibility(clean: Sound, heard: Sound, earliest: int, latest: float) -> Sound:
    """For each stretch of clean speech, 0 (noise) to 1 (as it was).

    It may be heard from `earliest` on (samples by which it is later in any case), at most `latest` seconds after that.
    """
    one, other = bands(clean), bands(heard)
    loud = one.sum(0)
    scores = []
    for start in range(0, one.shape[1] - STRETCH, STRETCH // 3):
        if loud[start : start + STRETCH].mean() < loud.mean() / 10:
            continue  # a pause says nothing
        stretch = one[:, start : start + STRETCH]
        first = start + earliest // STEP
        last = min(first + round(latest * RATE / STEP), other.shape[1] - STRETCH)
        places = (other[:, place : place + STRETCH] for place in range(first, last + 1))
        scores.append(max((_likeness(stretch, place) for place in places), default=0.0))
    return np.array(scores)


def _likeness(clean: Sound, heard: Sound) -> float:
    gain = np.linalg.norm(clean, axis=1, keepdims=True) / (
        np.linalg.norm(heard, axis=1, keepdims=True) + 1e-9
    )
    clipped = np.minimum(heard * gain, clean * (1 + CLIPPED))
    a = clean - clean.mean(1, keepdims=True)
    b = clipped - clipped.mean(1, keepdims=True)
    together = (a * b).sum(1)
    apart = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1) + 1e-9
    return float((together / apart).mean())
