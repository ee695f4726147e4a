"""What `aiortc_internals.py` touches in aiortc is where it was; if this fails, read that file again before the pin moves."""

from __future__ import annotations

import inspect
from pathlib import Path

import aioice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.rtcrtpsender import RTCEncodedFrame
from roomtone.media.aiortc_internals import may_be_sent_to, name_stream
from roomtone.media.peer_connection import OPUS, configuration_of
from roomtone.media.signaling.client import Ice
from roomtone.paths import PACKAGE


def test_a_sender_asks_a_method_of_its_own_for_encoded_frames() -> None:
    method = inspect.signature(RTCRtpSender._next_encoded_frame)
    assert list(method.parameters) == ["self", "codec"]
    assert "self._next_encoded_frame(codec)" in inspect.getsource(RTCRtpSender._run_rtp)
    assert list(inspect.signature(RTCEncodedFrame).parameters) == [
        "payloads",
        "timestamp",
        "audio_level",
    ]


async def test_a_transport_knows_the_path_it_found() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    line = pc.addTransceiver("audio")
    connection = line.receiver.transport.transport._connection
    assert isinstance(connection, aioice.Connection)
    assert connection._nominated == {}
    await pc.close()


def test_without_servers_nobodys_server_is_asked() -> None:
    assert configuration_of(Ice()).iceServers == []
    assert [codec.mimeType for codec in OPUS] == ["audio/opus"]


async def test_an_answerer_knows_which_lines_it_may_send_on_and_names_their_streams() -> None:
    one, other = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    one.addTransceiver("audio", direction="sendonly")
    one.addTransceiver("audio", direction="recvonly")
    await one.setLocalDescription(await one.createOffer())
    await other.setRemoteDescription(one.localDescription)
    lines = other.getTransceivers()
    assert [may_be_sent_to(line) for line in lines] == [False, True]
    for line in lines:
        line.direction = "sendrecv"
        name_stream(line, f"voice-{line.mid}")
    await other.setLocalDescription(await other.createAnswer())
    assert "a=msid:voice-1 " in other.localDescription.sdp
    await one.close()
    await other.close()


def test_nothing_else_reaches_into_aiortc() -> None:
    inside = (
        "_next_encoded_frame",
        "transport._connection",
        "._offerDirection",
        "._stream_id",
        "_RTCRtp",
    )
    for path in (PACKAGE / "media").rglob("*.py"):
        if path.name not in ("aiortc_internals.py", "rtp.py"):
            text = Path(path).read_text("utf-8")
            assert [part for part in inside if part in text] == [], path.name
