"""Delays are found in sound whose delays are known."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from roomtone.lab.topology.marks import Mark, Wave, delays, find, marked
from roomtone.media.opus import Decoder, Encoder
from roomtone.media.packets import BLOCK, SECONDS

MANY = 100  # blocks, two seconds
LOOKAHEAD = 312 / 48_000  # seconds that Opus looks ahead (RFC 6716, 2.1.7, at 48 kHz)


def spoken(voice: int) -> tuple[Wave, list[Mark]]:
    """Two seconds of a voice, and when its marks began, counted from its first sample."""
    said: list[Mark] = []
    sent = islice(marked(voice, said), MANY)
    samples = np.concatenate([np.zeros(BLOCK, np.int16) if each is None else each for each in sent])
    sound: Wave = (samples / 32768).astype(np.float32)
    times = [number * SECONDS for number in range(MANY)]
    heard = sorted(find(sound, times, [voice]), key=lambda mark: mark.at)
    assert [mark.kind for mark in heard] == [mark.kind for mark in said]
    return sound, heard


def through_opus(sound: Wave) -> Wave:
    encoder, decoder = Encoder(), Decoder()
    frames = [sound[at : at + BLOCK] for at in range(0, len(sound), BLOCK)]
    return np.concatenate([decoder.decode(packet) for f in frames if (packet := encoder.encode(f))])


def test_a_delay_is_found_to_the_sample_after_a_codec() -> None:
    sound, said = spoken(0)
    late = [number * SECONDS + 0.123 for number in range(MANY)]
    heard = list(find(through_opus(sound), late, [0]))
    taken, missed = delays(said, heard)
    assert missed == 0
    assert [*taken.values()] == [pytest.approx(0.123 + LOOKAHEAD, abs=0.0005)] * len(said)


def test_marks_of_many_are_told_apart_in_a_mix_that_went_through_two_codecs() -> None:
    voices = {voice: spoken(voice) for voice in range(4)}
    mix: Wave = np.sum(np.stack([through_opus(sound) for sound, _ in voices.values()]), axis=0)
    times = [number * SECONDS for number in range(MANY)]
    heard = list(find(through_opus(mix), times, range(6)))
    assert {mark.voice for mark in heard} == set(voices)
    for voice, (_, said) in voices.items():
        taken, missed = delays(said, [mark for mark in heard if mark.voice == voice])
        assert missed == 0
        assert [*taken.values()] == [pytest.approx(2 * LOOKAHEAD, abs=0.001)] * len(said)


def test_a_mark_that_was_cut_out_is_missed() -> None:
    sound, said = spoken(1)
    gone = sound.copy()
    at = round(said[1].at * 48_000)
    gone[at : at + 3 * BLOCK] = 0
    heard = list(find(gone, [number * SECONDS for number in range(MANY)], [1]))
    assert delays(said, heard)[1] == 1


def test_nothing_is_heard_in_noise() -> None:
    noise = np.random.default_rng(7).standard_normal(MANY * BLOCK).astype(np.float32) * 0.02
    assert list(find(noise, [0.0] * MANY, range(12))) == []


def test_a_mark_said_shortly_before_the_end_is_not_missed() -> None:
    said = [Mark(0, 0, 1.0), Mark(0, 1, 1.4)]
    taken, missed = delays(said, [Mark(0, 0, 1.05)], until=1.2)
    assert (taken, missed) == ({said[0]: 1.05 - 1.0}, 0)
