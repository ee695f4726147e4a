"""Something like speech, whose intelligibility is measured."""

from __future__ import annotations

import numpy as np
from roomtone.lab.topology.intelligibility import RATE, Sound


def speech(seconds: float, seed: int = 7) -> Sound:
    """Something like speech, made up: a gliding pitch, three formants that move with every syllable, and pauses."""
    chance = np.random.default_rng(seed)
    rate = RATE // 4  # there is nothing in it above 4.5 kHz
    time = np.arange(int(seconds * rate))
    knots = np.arange(0, len(time) + rate, rate // 5)  # five sounds a second

    def glides(low: float, high: float) -> Sound:
        return np.asarray(np.interp(time, knots, chance.uniform(low, high, len(knots))))

    pitch = glides(90, 180)
    phase = np.cumsum(pitch) * 2 * np.pi / rate
    formants = [(glides(300, 800), 1.0), (glides(900, 2200), 0.5), (glides(2300, 3300), 0.25)]
    sound = np.zeros(len(time))
    for harmonic in range(1, 25):
        for middle, part in formants:
            loudness = part / (1 + ((pitch * harmonic - middle) / 120) ** 2)
            sound += loudness * np.sin(harmonic * phase)
    sound *= np.sqrt(np.clip(glides(-0.3, 1.0), 0, 1))
    fine = np.interp(np.arange(4 * len(time)) / 4, time, sound)
    return np.asarray(fine / np.abs(fine).max() / 2, np.float64)
