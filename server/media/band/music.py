"""Generates music that never ends and never repeats: soft chords, a bass, brushes and a melody.

Everything is made from sines and noise; there are no recordings or samples. Slow minor-seventh chords go in fourths, and the
key changes now and then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..packets import RATE

Samples = NDArray[np.float32]

BEAT: Final = 0.86  # seconds
SWING: Final = 0.64  # where in a beat its second half begins
BEATS: Final = 4  # in a bar
LONGEST: Final = 5 * BEATS // 4 + 2  # beats that a note may go on
VOLUME: Final = 0.5

TURNS: Final = (
    (2, "m7"),
    (7, "7"),
    (0, "maj7"),
    (9, "m7"),
    (2, "m9"),
    (7, "9"),
    (4, "m7"),
    (9, "7"),
)
"""A turn of the harmony: roots in semitones above the key, and what is built on them."""

CHORDS: Final = {
    "m7": (3, 7, 10), "7": (4, 10, 14), "maj7": (4, 7, 11), "m9": (3, 10, 14), "9": (4, 10, 14),
}  # fmt: skip
SCALE: Final = (0, 2, 4, 7, 9)  # pentatonic: nothing in it hurts over any of the chords

TABLE: Final = np.sin(np.linspace(0, 2 * math.pi, 4096, endpoint=False)).astype(np.float32)


def music(seed: int | None = None) -> Iterator[Samples]:
    """A beat at a time: samples from -1 to 1, about 0.86 s each. The same seed is the same piece."""
    dice = np.random.default_rng(seed)
    length = int(BEAT * RATE)
    sounding = np.zeros(length * LONGEST, np.float32)
    key, place = int(dice.integers(-4, 5)), 2
    while True:
        for turn, (root, kind) in enumerate(TURNS):
            chord = [_fold(key + root + step, 55, 67) for step in CHORDS[kind]]
            for beat in range(BEATS):
                if beat == 0:
                    for pitch in chord:
                        _add(sounding, 0.0, _pad(pitch))
                _bass(sounding, dice, key + root, beat)
                _brush(sounding, dice, beat)
                place = _melody(sounding, dice, key, place, turn)
                yield np.tanh(sounding[:length] * np.float32(VOLUME))
                sounding[:-length] = sounding[length:]
                sounding[-length:] = 0
        key = _fold(key + int(dice.choice([0, 0, 5, -3, 2])), -5, 6)


def _bass(sounding: Samples, dice: np.random.Generator, root: int, beat: int) -> None:
    low = _fold(root, 33, 45)
    if beat in (0, 2):
        _add(sounding, 0.0, _pluck(low if beat == 0 else low + 7, 1.5, 0.26))
    elif beat == 3 and dice.random() < 0.35:
        _add(sounding, SWING, _pluck(low + int(dice.choice([-1, 2])), 0.5, 0.18))


def _brush(sounding: Samples, dice: np.random.Generator, beat: int) -> None:
    if beat % 2:
        _add(sounding, 0.0, _swish(dice, 0.30, 0.05))
    else:
        _add(sounding, 0.0, _swish(dice, 0.5, 0.025))
        _add(sounding, SWING, _swish(dice, 0.12, 0.03))


def _melody(sounding: Samples, dice: np.random.Generator, key: int, place: int, turn: int) -> int:
    """Add two notes, one, or none; the new position in the scale."""
    for when in (0.0, SWING):
        if dice.random() < (0.42 if turn % 4 != 3 else 0.16):
            place = int(np.clip(place + dice.choice([-2, -1, -1, 1, 1, 2]), -3, 8))
            octave, step = divmod(place, len(SCALE))
            pitch = _fold(key, 60, 72) + 12 * octave + SCALE[step]
            _add(sounding, when, _chime(pitch, float(dice.uniform(0.09, 0.17))))
    return place


def _add(sounding: Samples, when: float, note: Samples) -> None:
    """Let a note begin this number of beats from now."""
    start = int(when * BEAT * RATE)
    end = min(sounding.size, start + note.size)
    sounding[start:end] += note[: end - start]


def _pad(pitch: int) -> Samples:
    seconds = BEATS * BEAT + 0.9
    note = _wave(pitch, seconds) + 0.35 * _wave(pitch, seconds, ratio=1.004)
    note += 0.12 * _wave(pitch + 12, seconds)
    return note * _envelope(note.size, rise=0.7, fall=1.4) * np.float32(0.07)


def _pluck(pitch: int, seconds: float, loudness: float) -> Samples:
    note: Samples = _wave(pitch, seconds) + 0.3 * _wave(pitch + 12, seconds)
    return note * _decay(note.size, 0.5, rise=0.008) * np.float32(loudness)


def _chime(pitch: int, loudness: float) -> Samples:
    note: Samples = _wave(pitch, 1.6) + 0.18 * _wave(pitch + 24, 1.6) * _decay(
        int(1.6 * RATE), 0.12
    )
    return note * _decay(note.size, 0.42, rise=0.012) * np.float32(loudness)


def _swish(dice: np.random.Generator, seconds: float, loudness: float) -> Samples:
    noise = dice.standard_normal(int(seconds * RATE), dtype=np.float32)
    noise[1:] -= 0.7 * noise[:-1]  # removes low frequencies
    noise *= _envelope(noise.size, rise=0.3 * seconds, fall=0.6 * seconds) * np.float32(loudness)
    return noise


def _wave(pitch: int, seconds: float, *, ratio: float = 1.0) -> Samples:
    """A sine at a pitch (69 is 440 Hz), from a table."""
    step = int(440.0 * 2 ** ((pitch - 69) / 12) * ratio / RATE * 2**32)
    turns = np.arange(int(seconds * RATE), dtype=np.uint32) * np.uint32(step)  # wraps on purpose
    wave: Samples = TABLE[turns >> np.uint32(20)]
    return wave


def _envelope(size: int, *, rise: float, fall: float) -> Samples:
    shape = np.ones(size, np.float32)
    up, down = min(size, int(rise * RATE)), min(size, int(fall * RATE))
    shape[:up] *= np.linspace(0, 1, up, dtype=np.float32)
    shape[size - down :] *= np.linspace(1, 0, down, dtype=np.float32)
    return shape


def _decay(size: int, seconds: float, *, rise: float = 0.0) -> Samples:
    """Falls to a third in this number of seconds, and to zero at the end."""
    shape: Samples = np.exp(np.arange(size, dtype=np.float32) * np.float32(-1 / (seconds * RATE)))
    shape *= _envelope(size, rise=rise, fall=0.05)
    return shape


def _fold(pitch: int, low: int, high: int) -> int:
    """The same note in another octave, from `low` up to but not including `high`."""
    while pitch < low:
        pitch += 12
    while pitch >= high:
        pitch -= 12
    return pitch
