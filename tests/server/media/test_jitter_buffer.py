"""What a speaker's packets become at the mix: an even stream, whatever the network did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random

import numpy as np
import pytest
from roomtone.media.jitter_buffer import SHORTEST_DELAY, JitterBuffer
from roomtone.media.opus import FRAME_SAMPLES, RATE, Encoder, Samples
from roomtone.media.rtp import RtpPacket

TONE = 440.0


def spoken(ssrc: int = 7, first: int = 65_500, hertz: float = TONE) -> Iterator[RtpPacket]:
    """A tone in packets, whose sequence numbers soon wrap."""
    encoder = Encoder()
    for frame in count():
        at = (np.arange(FRAME_SAMPLES) + frame * FRAME_SAMPLES) / RATE
        payload = encoder.encode((0.3 * np.sin(2 * np.pi * hertz * at)).astype(np.float32))
        if payload:
            yield RtpPacket(ssrc, first + frame & 0xFFFF, frame * FRAME_SAMPLES, False, payload)


def heard(buffer: JitterBuffer, ticks: list[list[RtpPacket]]) -> list[Samples | None]:
    """What comes out, a frame a tick, while these packets arrive before each."""
    out = []
    for arriving in ticks:
        for packet in arriving:
            buffer.push(packet)
        out.append(buffer.pull())
    return out


def delay(buffer: JitterBuffer) -> float:
    """Seconds of audio that wait in it."""
    return len(buffer._waiting) * FRAME_SAMPLES / RATE


def pitch(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE / len(samples)


def purity(samples: Samples) -> float:
    """How much of the energy stands within 30 Hz of the tone."""
    spectrum = np.square(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))))
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(spectrum[np.abs(hertz - TONE) < 30].sum() / spectrum.sum())


def test_an_even_stream_comes_out_whole_after_two_frames() -> None:
    buffer = JitterBuffer()
    out = heard(buffer, [[packet] for packet in islice(spoken(), 100)])
    assert [frame is None for frame in out[:3]] == [True, False, False]
    assert all(frame is not None and len(frame) == FRAME_SAMPLES for frame in out[1:])
    assert purity(np.concatenate([f for f in out[10:] if f is not None])) > 0.99
    assert (buffer.lost, buffer.late, buffer.dropped) == (0, 0, 0)


def test_packets_in_the_wrong_order_are_put_right() -> None:
    packets = list(islice(spoken(), 100))
    for place in range(10, 90, 5):
        packets[place], packets[place + 1] = packets[place + 1], packets[place]
    buffer = JitterBuffer()
    out = heard(buffer, [[packet] for packet in packets])
    assert purity(np.concatenate([f for f in out[10:] if f is not None])) > 0.99
    assert buffer.lost == 0


def test_doubled_packets_are_heard_once() -> None:
    buffer = JitterBuffer()
    heard(buffer, [[packet, packet] for packet in islice(spoken(), 60)])
    assert delay(buffer) <= (SHORTEST_DELAY + 1) * 0.02


def test_what_is_lost_is_concealed_by_the_same_pitch() -> None:
    random = Random(3)
    ticks = [[packet] if random.random() > 0.05 else [] for packet in islice(spoken(), 300)]
    buffer = JitterBuffer()
    out = heard(buffer, ticks)
    assert buffer.lost >= 5
    sound = np.concatenate([f for f in out[10:] if f is not None])
    assert abs(pitch(sound) - TONE) < 5
    # With every lost frame left silent it would be 0.96 at best.
    assert purity(sound) > 0.97
    assert np.count_nonzero([frame is None for frame in out[5:]]) == 0


def test_jitter_makes_the_delay_grow_and_calm_makes_it_shrink() -> None:
    random = Random(5)
    packets = spoken()
    buffer = JitterBuffer()
    heard(buffer, [[packet] for packet in islice(packets, 50)])
    underway: list[tuple[float, RtpPacket]] = []
    delays, silent = [], 0
    for tick in range(400):
        underway.append((tick + random.random() * 4, next(packets)))  # up to 80 ms on its way
        for each in [each for each in underway if each[0] <= tick]:
            underway.remove(each)
            buffer.push(each[1])
        silent += buffer.pull() is None and tick > 50
        delays.append(delay(buffer))
    assert silent == 0
    assert buffer.lost <= 2
    grown = sum(delays[50:]) / len(delays[50:])
    assert grown > 0.04
    for packet in islice(packets, 1000):
        buffer.push(packet)
        buffer.pull()
    assert delay(buffer) < grown
    assert delay(buffer) <= (SHORTEST_DELAY + 2) * 0.02


@pytest.mark.parametrize("fast", [1.002, 0.998])
def test_a_clock_that_drifts_neither_fills_the_buffer_nor_breaks_the_sound(fast: float) -> None:
    packets = spoken()
    buffer, due = JitterBuffer(), 0.0
    out = []
    for _tick in range(3000):  # a minute, at four seconds an hour
        due += fast
        while due >= 1:
            buffer.push(next(packets))
            due -= 1
        out.append(buffer.pull())
    assert delay(buffer) <= (SHORTEST_DELAY + 4) * 0.02
    sound = np.concatenate([f for f in out[10:] if f is not None])
    assert purity(sound) > 0.97


def test_a_speaker_who_falls_silent_fades_within_60_ms_and_costs_nothing() -> None:
    buffer = JitterBuffer()
    packets = spoken()
    heard(buffer, [[packet] for packet in islice(packets, 50)])
    after = heard(buffer, [[] for _ in range(20)])
    quiet = [frame is None for frame in after]
    assert quiet.index(True) <= SHORTEST_DELAY + 3
    assert all(quiet[quiet.index(True) :])
    again = heard(buffer, [[packet] for packet in islice(packets, 50)])
    assert again[10] is not None


def test_a_stall_is_not_played_late() -> None:
    buffer = JitterBuffer()
    packets = spoken()
    heard(buffer, [[packet] for packet in islice(packets, 50)])
    heard(buffer, [[] for _ in range(100)])
    playout_ticks = [list(islice(packets, 100))] + [[packet] for packet in islice(packets, 400)]
    heard(buffer, playout_ticks)
    assert delay(buffer) < 0.4
    assert buffer.dropped >= 50


def test_another_stream_begins_anew() -> None:
    buffer = JitterBuffer()
    heard(buffer, [[packet] for packet in islice(spoken(ssrc=1), 30)])
    other = heard(buffer, [[packet] for packet in islice(spoken(ssrc=2, first=9, hertz=880), 60)])
    sound = np.concatenate([f for f in other[15:] if f is not None])
    assert abs(pitch(sound) - 880) < 5


def test_bytes_that_are_no_opus_harm_nobody() -> None:
    buffer = JitterBuffer()
    packets = [
        RtpPacket(p.ssrc, p.seq, p.timestamp, False, b"\xff" * 300 if n % 7 == 3 else p.payload)
        for n, p in enumerate(islice(spoken(), 100))
    ]
    out = heard(buffer, [[packet] for packet in packets])
    assert out[-1] is not None
    assert buffer.lost > 5
