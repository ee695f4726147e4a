"""A room on an SFU: everybody hears all others on stage, each as a voice of its own, and never themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiortc import RTCConfiguration
from roomtone.media.node.leg import OfferRefused
from roomtone.media.node.sfu import Sfu

from .people import Person, seat


@pytest.fixture
async def sfu() -> AsyncIterator[Sfu]:
    made = Sfu(RTCConfiguration(iceServers=[]))
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
    one.sitter = replace(one.sitter, muted=True)
    await seat(sfu, [one, two])
    before = len(two.heard["user-1"])
    one.tone.hertz = 550
    one.sitter = replace(one.sitter, muted=False)
    await seat(sfu, [one, two])
    await two.waits_to_hear("user-1", 550)
    assert before


async def test_somebody_who_steps_up_is_heard_without_a_gap_for_the_others(
    sfu: Sfu, people: list[Person]
) -> None:
    one, two, _, loud = people
    await seat(sfu, [one, two, loud])
    for each in (one, two):
        await each.enter(sfu)
    await loud.enter(sfu, slots=2)
    await one.waits_to_hear("user-2", 660)
    loud.sitter = replace(loud.sitter, role="SPEAKER")
    await seat(sfu, [one, two, loud])
    for each in (one, two):
        await each.enter(sfu, slots=2)
        await each.waits_to_hear("user-4", 880)
    await one.waits_to_hear("user-2", 660)


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ("v=0\r\n", "audio"),
        ("x" * 200_000, "200000 characters"),
        ("no sdp at all", "session description|audio"),
        (
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
            "c=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\na=mid:0\r\n",
            "audio",
        ),
        (
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
            "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\n",
            "audio",
        ),
    ],
    ids=["empty", "huge", "not SDP", "video only", "data only"],
)
async def test_an_offer_that_is_none_is_refused_and_nobody_notices(
    sfu: Sfu, people: list[Person], offer: str, words: str
) -> None:
    one, two, *_ = people
    await seat(sfu, [one, two])
    with pytest.raises(OfferRefused, match=words):
        await sfu.answer(one.sitter.peer_id, offer)
    await one.enter(sfu)
    await two.enter(sfu)
    await two.waits_to_hear("user-1", 440)
