"""What `inside.py` touches in aiortc is where it was; if this fails, read that file again before the pin moves."""

from __future__ import annotations

import inspect
from pathlib import Path

import aioice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.rtcrtpsender import RTCEncodedFrame
from roomtone.media.connection import OPUS, configuration_of
from roomtone.media.signaling.line import Ice
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


def test_nothing_else_reaches_into_aiortc() -> None:
    for path in (PACKAGE / "media").rglob("*.py"):
        if path.name != "inside.py":
            text = Path(path).read_text("utf-8")
            assert "_next_encoded_frame" not in text, path.name
            assert "._connection" not in text, path.name
