"""A room on an SFU: everybody hears all others on stage, each as a voice of its own, and never themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest
from roomtone.media.aiortc_internals.packets import receive_packets
from roomtone.media.node.sfu import Sfu
from roomtone.media.rtp import RtpPacket

from ....patience import PATIENCE, comes_true
from .people import Person, seat


@pytest.fixture
async def sfu() -> AsyncIterator[Sfu]:
    made = Sfu()
    yield made
    await made.close()


@pytest.fixture
async def people() -> AsyncIterator[list[Person]]:
    made = [Person(1, 440), Person(2, 660), Person(3, 0, "AUDIENCE"), Person(4, 880, "AUDIENCE")]
    yield made
    for each in made:
        await each.leave()


async def test_everybody_hears_those_on_stage_and_the_audience_is_heard_by_nobody(
    sfu: Sfu, people: list[Person]
) -> None:
    one, two, listener, loud = people
    await seat(sfu, people)
    await one.enter(sfu)
    await two.enter(sfu)
    await listener.enter(sfu, slots=2)
    await loud.enter(sfu, slots=2)
    await one.waits_to_hear("user-2", 660)
    await two.waits_to_hear("user-1", 440)
    for each in (listener, loud):
        await each.waits_to_hear("user-1", 440)
        await each.waits_to_hear("user-2", 660)
    assert "user-1" not in one.heard
    assert "user-4" not in one.heard
    assert sfu.speakers.order([1, 2, 4])[-1] == 4


async def test_a_muted_voice_stops_and_comes_back(sfu: Sfu, people: list[Person]) -> None:
    one, two, *_ = people
    await seat(sfu, [one, two])
    await one.enter(sfu)
    await two.enter(sfu)
    await two.waits_to_hear("user-1", 440)
    one.participant = replace(one.participant, muted=True)
    await seat(sfu, [one, two])
    before = len(two.heard["user-1"])
    one.tone.hertz = 550
    one.participant = replace(one.participant, muted=False)
    await seat(sfu, [one, two])
    await two.waits_to_hear("user-1", 550)
    assert before


async def test_a_listener_who_becomes_a_speaker_is_heard_without_a_gap_for_the_others(
    sfu: Sfu, people: list[Person]
) -> None:
    one, two, _, loud = people
    await seat(sfu, [one, two, loud])
    for each in (one, two):
        await each.enter(sfu)
    await loud.enter(sfu, slots=2)
    await one.waits_to_hear("user-2", 660)
    loud.participant = replace(loud.participant, role="SPEAKER")
    await seat(sfu, [one, two, loud])
    for each in (one, two):
        await each.enter(sfu, slots=2)
        await each.waits_to_hear("user-4", 880)
    await one.waits_to_hear("user-2", 660)


async def test_a_slot_is_one_stream_also_when_its_voice_changes_and_goes_to_who_spoke_last(
    sfu: Sfu, people: list[Person]
) -> None:
    quiet, two, listener, later = people
    quiet.tone.hertz = 0
    later.participant = replace(later.participant, role="SPEAKER")
    await seat(sfu, [quiet, two, listener])
    await quiet.enter(sfu)
    await two.enter(sfu)
    await comes_true(lambda: sfu.speakers.order([1, 2]) == [2, 1])

    # One slot for two voices, and its packets as they come.
    packets: list[RtpPacket] = []
    transceiver = listener.connection.addTransceiver("audio", direction="recvonly")
    receive_packets(transceiver, packets.append)

    async def hears(voice: str) -> None:
        await listener.enter(sfu)
        assert listener.voices == {str(transceiver.mid): voice}
        had = len(packets)
        await comes_true(lambda: len(packets) >= had + 10)

    await hears("user-2")
    # They leave, and another has the slot: what the listener's decoder sees is one stream.
    await seat(sfu, [later, listener])
    await later.enter(sfu)
    await hears("user-4")
    assert len({each.ssrc for each in packets}) == 1
    steps = [(b.seq - a.seq, b.timestamp - a.timestamp) for a, b in pairwise(packets)]
    assert {seq & 0xFFFF for seq, _ in steps} == {1}
    # As much time as passed, and never a step back.
    assert all(0 < timestamp & 0xFFFFFFFF < PATIENCE * 48_000 for _, timestamp in steps)


async def test_an_offer_of_a_new_connection_is_answered_by_a_new_one_although_nobody_ended_the_old(
    sfu: Sfu, people: list[Person]
) -> None:
    """A page that turned to an edge before it was connected here comes back."""
    one, _, listener, _ = people
    await seat(sfu, [one, listener])
    await one.enter(sfu)
    await sfu.answer(listener.peer, await listener.offer(1))
    await listener.hang_up()
    await listener.enter(sfu)
    await listener.waits_to_hear("user-1", 440)
    more = sfu.connections[listener.peer]
    await listener.enter(sfu, slots=2)  # the same connection
    assert sfu.connections[listener.peer] is more
