"""A speaker's packets, renumbered for a listener: one stream, whatever happens upstream."""

from __future__ import annotations

import itertools

from roomtone.media.renumbering import Renumbering
from roomtone.media.rtp import RtpPacket


def packet(seq: int, *, ssrc: int = 1, at: float = 0.0, marker: bool = False) -> RtpPacket:
    return RtpPacket(ssrc, seq & 0xFFFF, (seq * 960) & 0xFFFFFFFF, marker, b"opus", 20, at)


def sent(renumbering: Renumbering, *packets: RtpPacket) -> list[RtpPacket]:
    places = [(each, renumbering.place(each)) for each in packets]
    assert all(place is not None for _, place in places)
    return [RtpPacket(each.ssrc, *place, each.payload) for each, place in places if place]


def steps(packets: list[RtpPacket]) -> list[int]:
    return [(b.seq - a.seq) & 0xFFFF for a, b in itertools.pairwise(packets)]


def test_packets_keep_their_distances_across_the_wrap() -> None:
    out = sent(Renumbering(), *(packet(seq) for seq in range(65_530, 65_545)))
    assert steps(out) == [1] * 14
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(out)} == {960}


def test_what_is_lost_upstream_is_missing_downstream_too() -> None:
    out = sent(Renumbering(), packet(5), packet(6), packet(9), packet(10))
    assert steps(out) == [1, 3, 1]


def test_a_late_packet_keeps_its_place() -> None:
    renumbering = Renumbering()
    out = sent(renumbering, packet(5), packet(6), packet(8), packet(7), packet(9))
    assert steps(out) == [1, 2, 0xFFFF, 2]
    assert renumbering.place(packet(4)) is None


def test_a_pause_leaves_no_gap_in_the_numbers_and_its_length_in_the_timestamps() -> None:
    renumbering = Renumbering()
    before = sent(renumbering, packet(5, at=1.0), packet(6, at=1.02))
    renumbering.pause()
    after = sent(renumbering, packet(400, at=3.02), packet(401, at=3.04))
    assert steps([*before, *after]) == [1, 1, 1]
    assert (after[0].timestamp - before[-1].timestamp) & 0xFFFFFFFF == 2 * 48_000
    assert [each.marker for each in after] == [True, False]


def test_what_was_on_its_way_before_a_pause_is_not_sent_after_it() -> None:
    renumbering = Renumbering()
    sent(renumbering, packet(5), packet(6))
    renumbering.pause()
    sent(renumbering, packet(100, at=1.0))
    assert renumbering.place(packet(99, at=1.01)) is None


def test_another_source_goes_on_where_the_first_left_off() -> None:
    renumbering = Renumbering()
    before = sent(renumbering, packet(5, at=1.0), packet(6, at=1.02))
    after = sent(renumbering, packet(30_000, ssrc=2, at=1.12), packet(30_001, ssrc=2, at=1.14))
    assert steps([*before, *after]) == [1, 1, 1]
    assert (after[0].timestamp - before[-1].timestamp) & 0xFFFFFFFF == 4800
