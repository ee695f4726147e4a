"""The frames of a mix: without gaps, whatever arrives."""

from __future__ import annotations

from roomtone.formats.ogg_stream import SILENCE
from roomtone.listening.mix_timeline import REORDERED, MixTimeline

TICK = 960


def test_frames_come_in_order_and_a_lost_one_is_silence() -> None:
    timeline = MixTimeline(0)
    for number in (0, 2, 1):
        timeline.push(7, number * TICK, b"%d" % number, 0.1)
    assert timeline.take(0.1) == [b"0", b"1", b"2"]
    timeline.push(7, 4 * TICK, b"4", 0.2)
    assert timeline.take(0.2) == []  # the third may still come
    timeline.push(7, (3 + REORDERED) * TICK, b"8", 0.3)
    assert timeline.take(0.3) == [SILENCE, b"4"]
    assert timeline.take(0.8) == [SILENCE, SILENCE, SILENCE, b"8"]
    timeline.push(7, 3 * TICK, b"3", 0.8)
    assert (timeline.take(0.8), timeline.late) == ([], 1)


def test_a_timestamp_begins_again_after_its_largest() -> None:
    timeline = MixTimeline(0)
    timeline.push(7, 2**32 - TICK, b"a", 0)
    timeline.push(7, 0, b"b", 0)
    assert timeline.take(0) == [b"a", b"b"]


def test_without_packets_time_goes_on_in_silence_and_the_next_node_continues() -> None:
    timeline = MixTimeline(0)
    timeline.push(7, 5000, b"a", 0)
    assert timeline.take(0) == [b"a"]
    assert timeline.take(0.3) == []
    assert timeline.take(1.01) == [SILENCE] * 50
    assert timeline.take(1.11) == [SILENCE] * 5
    timeline.push(8, 123_456_789, b"b", 1.15)
    timeline.push(8, 123_456_789 + TICK, b"c", 1.17)
    assert timeline.take(1.2) == [b"b", b"c"]


def test_the_same_node_continues_in_its_place_after_a_pause() -> None:
    timeline = MixTimeline(0)
    timeline.push(7, 0, b"a", 0)
    timeline.take(0)
    assert len(timeline.take(1.01)) == 50
    for number in range(49, 53):  # two of them took part in the pause
        timeline.push(7, number * TICK, b"%d" % number, 1.05)
    assert (timeline.take(1.06), timeline.late) == ([b"51", b"52"], 2)


def test_a_jump_of_a_clock_is_no_gap_and_nothing_is_kept_for_long() -> None:
    timeline = MixTimeline(0)
    timeline.push(7, 0, b"a", 0)
    timeline.push(7, 10_000_000, b"b", 0)
    timeline.push(7, 20_000, b"c", 0)
    assert timeline.take(0) == [b"a", b"b", b"c"]
