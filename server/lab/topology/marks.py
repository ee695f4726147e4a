"""Marks in a sound: bursts of noise that the far end finds again, so that a delay is measured in the audio and nowhere else.

Each speaker has marks of their own, which tell them apart in a mix. A burst of noise is like itself at one moment only and like
no other burst ever, so correlation finds it to within a sample or two after two codecs, with others talking over it. Four kinds in
turn make a delay of up to four periods unmistakable.
"""

from __future__ import annotations

import math
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...media.packets import BLOCK, RATE, SECONDS
from ...media.sounds import Sound, as_block

EVERY: Final = 20  # blocks between two marks of one speaker, 0.4 s
LONG: Final = 3  # blocks that a mark lasts, 60 ms
KINDS: Final = 4
BAND: Final = (400.0, 4000.0)  # Hz, which every codec for speech preserves
LOUD: Final = 0.2  # amplitude of a mark, of 1
HUM: Final = 0.02  # amplitude of the tone in between: a voice that is there, and hardly heard
FOUND: Final = 0.55  # of what is expected of a mark; chance gets to 0.45 with twelve who mark at once, two codecs leave 0.8

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Mark:
    """A mark of speaker `voice`, of one of the kinds; `at` is when it began (time.monotonic())."""

    voice: int
    kind: int
    at: float


@cache
def burst(voice: int, kind: int) -> Wave:
    """The samples of a mark, -1 to 1."""
    noise = np.random.default_rng([voice, kind]).standard_normal(LONG * BLOCK)
    spectrum = np.fft.rfft(noise)
    pitches = np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum[(pitches < BAND[0]) | (pitches > BAND[1])] = 0
    shaped = np.fft.irfft(spectrum, len(noise)) * np.hanning(len(noise))
    mark: Wave = (LOUD * shaped / np.abs(shaped).max()).astype(np.float32)
    return mark


def marked(voice: int, said: list[Mark]) -> Sound:
    """A hum with a mark every 0.4 s; each is noted in `said` when its first block is asked for.

    A block is asked for when a microphone would have finished recording it, so it began 20 ms before.
    """
    steps = np.arange(BLOCK) / RATE
    hertz = 150.0 + 50 * voice
    first = (voice * 7) % EVERY  # not all at once
    number = 0
    while True:
        block = HUM * np.sin(2 * np.pi * hertz * (steps + number * SECONDS))
        turn, place = divmod(number - first, EVERY)
        if number >= first and place < LONG:
            kind = turn % KINDS
            if place == 0:
                said.append(Mark(voice, kind, time.monotonic() - SECONDS))
            block = block + burst(voice, kind)[place * BLOCK : (place + 1) * BLOCK]
        yield as_block(block)
        number += 1


def spoken(
    said: Iterable[Mark], voices: Container[int], begin: float, seconds: float
) -> NDArray[np.float64]:
    """What these speakers said from `begin` (time.monotonic()) on, made again from their marks."""
    sound = np.zeros(int(seconds * RATE))
    for mark in said:
        start = round((mark.at - begin) * RATE)
        wave = burst(mark.voice, mark.kind)
        if mark.voice in voices and 0 <= start <= len(sound) - len(wave):
            sound[start : start + len(wave)] += wave
    return sound


def find(sound: Wave, heard_at: Sequence[float], voices: Iterable[int]) -> Iterator[Mark]:
    """The marks of these speakers in a sound whose every 20 ms were heard at these times.

    `sound` has 960 samples for each of `heard_at`, which tells when the first of them could be heard.
    """
    if len(sound) < LONG * BLOCK:
        return
    size = 1 << (len(sound) + LONG * BLOCK - 1).bit_length()
    spectrum = np.fft.rfft(sound, size)
    for voice in voices:
        for kind in range(KINDS):
            mark = burst(voice, kind)
            likeness = np.fft.irfft(spectrum * np.conj(np.fft.rfft(mark, size)), size)
            alike = np.abs(likeness[: len(sound)]) / float(np.dot(mark, mark))
            for place in _peaks(alike):
                yield Mark(voice, kind, heard_at[place // BLOCK] + (place % BLOCK) / RATE)


def delays(
    said: Sequence[Mark], heard: Iterable[Mark], until: float = math.inf
) -> tuple[dict[Mark, float], int]:
    """Seconds from mouth to ear of each mark that one person heard, and how many were not of those said before `until`."""
    begun: dict[tuple[int, int], list[float]] = {}
    for mark in said:
        begun.setdefault((mark.voice, mark.kind), []).append(mark.at)
    taken: dict[Mark, float] = {}
    for mark in heard:
        before = [at for at in begun.get((mark.voice, mark.kind), ()) if at <= mark.at]
        if before:
            begun_at = Mark(mark.voice, mark.kind, max(before))
            taken.setdefault(begun_at, mark.at - begun_at.at)
    due = {mark for mark in said if mark.at < until}
    return taken, len(due - taken.keys())


def _peaks(alike: NDArray[np.floating]) -> Iterator[int]:
    """Where it is most like a mark, once for each."""
    places = np.flatnonzero(alike > FOUND)
    if not len(places):
        return
    for group in np.split(places, np.flatnonzero(np.diff(places) > LONG * BLOCK) + 1):
        yield int(group[np.argmax(alike[group])])
