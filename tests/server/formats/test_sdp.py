"""Attributes of the session level apply to each media section, as the standards say."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription
from roomtone.formats.sdp import UnusableSdp, audio_of, inherited

CASE = (Path(__file__).parents[2] / "cases" / "session-setup-offer.sdp").read_text("ascii")
SESSION = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n"

ATTRIBUTES = [
    *("setup:actpass", "ice-ufrag:x0Yz", "ice-pwd:2vG8wq0sTn5Yc3Lr7Hd1Kp4J", "ice-options:trickle"),
    *("fingerprint:sha-256 6B:8B", "tls-id:abc", "sendonly", "extmap:1 urn:x", "end-of-candidates"),
]  # fmt: skip


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_each_section_inherits_the_attributes_that_it_does_not_have(attribute: str) -> None:
    line = f"a={attribute}\r\n"
    own = line.replace(":", ":own", 1) if ":" in attribute else line
    if attribute == "sendonly":
        own = "a=recvonly\r\n"
    head, first, second = inherited(f"{SESSION}{line}{AUDIO}{AUDIO}{own}").split("m=audio")
    assert line not in head
    assert line in first
    assert second.count("\r\na=") == AUDIO.count("\r\na=") + 1
    assert own in second


def test_attributes_of_the_session_only_are_not_copied_and_copying_twice_changes_nothing() -> None:
    whole = inherited(CASE)
    assert "a=group:BUNDLE 0\r\n" in whole.partition("m=")[0]
    assert inherited(whole) == whole


def test_a_setup_attribute_of_the_session_makes_the_node_passive() -> None:
    offer = audio_of(CASE, "sendonly")
    [section] = SessionDescription.parse(offer.sdp).media
    assert section.dtls is not None
    assert section.dtls.role == "client"  # theirs: active
    assert len(section.dtls.fingerprints) == 1
    assert section.ice is not None
    assert section.ice.usernameFragment == "x0Yz"
    assert "a=setup:actpass" not in offer.sdp


def test_a_direction_of_the_session_counts() -> None:
    listening = CASE.replace("a=sendonly\r\n", "").replace("a=setup", "a=recvonly\r\na=setup", 1)
    if "\r\n" not in CASE:
        listening = CASE.replace("a=sendonly\n", "").replace("a=setup", "a=recvonly\na=setup", 1)
    with pytest.raises(UnusableSdp, match="recvonly, not sendonly"):
        audio_of(listening, "sendonly")
    assert audio_of(listening, "recvonly").audio == 0


def test_the_first_section_of_a_group_has_the_transport_of_the_bundle() -> None:
    video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=ice-ufrag:wrong\r\n"
    tagged = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:w\r\na=ice-ufrag:right\r\n"
    group = "a=group:BUNDLE w 0\r\n"
    offer = audio_of(f"{SESSION}{group}{video}{tagged}{AUDIO}a=sendonly\r\n", "sendonly")
    assert "a=ice-ufrag:right" in offer.sdp
    assert "wrong" not in offer.sdp
