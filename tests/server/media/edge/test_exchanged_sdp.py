"""The descriptions by which a viewer and Janus, who both offer, get each other's offer as the answer to their own."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription
from roomtone.formats.sdp import audio_of
from roomtone.media.edge.exchanged_sdp import offered_stream
from roomtone.media.node.viewers import ViewerRefused

VIEWER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio0
a=ice-options:trickle
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0
c=IN IP4 0.0.0.0
a=recvonly
a=mid:audio0
a=rtcp-mux
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000
a=rtcp-fb:109 transport-cc
a=ice-ufrag:view
a=ice-pwd:viewerviewerviewerviewer
a=fingerprint:sha-512 FF:FF
a=fingerprint:sha-256 AA:AA
a=setup:actpass
a=candidate:1 1 udp 1 192.0.2.9 5000 typ host
"""
JANUS = """v=0
o=- 7 1 IN IP4 192.0.2.2
s=Mountpoint 1
t=0 0
a=group:BUNDLE 0
a=fingerprint:sha-256 BB:BB
m=audio 9 UDP/TLS/RTP/SAVPF 109
c=IN IP4 192.0.2.2
a=sendonly
a=mid:0
a=rtcp-mux
a=ice-ufrag:janu
a=ice-pwd:janusjanusjanusjanus
a=setup:actpass
a=rtpmap:109 opus/48000/2
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=ssrc:42 cname:janus
a=candidate:1 1 udp 1 192.0.2.2 20000 typ host
a=end-of-candidates
"""


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("setup", "viewer_is", "janus_is"),
    [
        ("actpass", "active", "passive"),
        ("active", "active", "passive"),
        ("passive", "passive", "active"),
    ],
)
def test_each_gets_the_other_s_offer_under_its_own_names(
    setup: str, viewer_is: str, janus_is: str
) -> None:
    offered = offered_stream(audio_of(VIEWER.replace("actpass", setup), "recvonly").sdp)
    assert offered.payload_type == 109
    for_viewer, for_janus = offered.answered_by(crlf(JANUS)), offered.as_answer(crlf(JANUS))
    for sdp, mid, name, key, direction, end, port in (
        (for_viewer, "audio0", "janu", "BB:BB", "sendonly", janus_is, 20000),
        (for_janus, "0", "view", "AA:AA", "recvonly", viewer_is, 5000),
    ):
        [media] = SessionDescription.parse(sdp).media
        assert (media.rtp.muxId, f"a=ice-ufrag:{name}\r\n" in sdp) == (mid, True)
        assert [each.value for each in media.dtls.fingerprints] == [key]  # type: ignore[union-attr]
        assert (media.direction, f"a=setup:{end}\r\n" in sdp) == (direction, True)
        assert [each.port for each in media.ice_candidates] == [port]
        assert [each.payloadType for each in media.rtp.codecs] == [109]
        assert media.rtp.headerExtensions == [], "the two number them differently"
    assert "a=ssrc:42 cname:janus\r\n" in for_viewer
    assert "a=ssrc" not in for_janus


@pytest.mark.parametrize(
    "offer",
    [
        VIEWER.replace("opus", "speex"),
        VIEWER.replace("rtpmap:109", "rtpmap:10900000000000000"),
        VIEWER.replace("a=rtcp-mux\n", ""),
        VIEWER.replace("a=fingerprint:sha-256 AA:AA\n", ""),
        VIEWER.replace("a=mid:audio0\n", ""),
        VIEWER + "a=maxptime:20\n",
        VIEWER.replace("actpass", "holdconn"),
        VIEWER.replace("a=ice-pwd:viewerviewerviewerviewer\n", ""),
        "",
    ],
)
def test_what_janus_cannot_serve_is_refused_so_that_the_stage_serves_it(offer: str) -> None:
    with pytest.raises(ViewerRefused):
        offered_stream(crlf(offer))
