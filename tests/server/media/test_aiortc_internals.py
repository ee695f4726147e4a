"""Every private name of aiortc and aioice that is used exists, and does what `aiortc_internals` expects of it.

When one of these fails after an upgrade, read `server/media/aiortc_internals/` and docs/internals.md before the pin moves.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any

import aioice
import aioice.ice
import pytest
from aioice import stun
from aiortc import (
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
)
from aiortc.rtcrtpsender import RTCEncodedFrame
from roomtone.media.aiortc_internals import names
from roomtone.media.aiortc_internals.connections import (
    DATAGRAM_LIMIT,
    DATAGRAMS_WAITING_LIMIT,
    ice_connection,
    ignore_receiver_reports,
    limit_input,
    path_of,
    peer_receives,
    set_stream_id,
)
from roomtone.media.audio_connection import OPUS
from roomtone.media.rtc_connection import configuration_of
from roomtone.media.signaling.client import Ice
from roomtone.paths import PACKAGE

from ...patience import PATIENCE

OWNERS = [each for each in vars(names).values() if getattr(each, "_is_protocol", False)]
TOUCHED = sorted(
    {
        (owner.__name__, name)
        for owner in OWNERS
        if owner.__module__ == names.__name__
        for name in (*inspect.get_annotations(owner), *vars(owner))
        if not name.startswith(("__", "_abc", "_is_"))
    }
)


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@pytest.fixture
async def connected(loopback: None) -> AsyncIterator[RTCPeerConnection]:
    """One end of a connection that is made."""
    one, other = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    one.addTransceiver("audio", direction="sendrecv")
    changed = asyncio.Event()
    one.on("connectionstatechange", changed.set)
    await one.setLocalDescription(await one.createOffer())
    await other.setRemoteDescription(one.localDescription)
    await other.setLocalDescription(await other.createAnswer())
    await one.setRemoteDescription(other.localDescription)
    async with asyncio.timeout(PATIENCE):
        while one.connectionState != "connected":
            await changed.wait()
            changed.clear()
    yield one
    await asyncio.gather(one.close(), other.close())


@pytest.mark.parametrize(("owner", "name"), TOUCHED)
async def test_the_private_name_exists(connected: RTCPeerConnection, owner: str, name: str) -> None:
    [transceiver] = connected.getTransceivers()
    dtls = transceiver.receiver.transport
    ice: Any = ice_connection(transceiver)
    pair = ice._nominated[1]
    found = {
        "Transceiver": transceiver,
        "Sender": transceiver.sender,
        "Receiver": transceiver.receiver,
        "DtlsTransport": dtls,
        "IceTransport": dtls.transport,
        "PeerConnection": connected,
        "Certificate": RTCCertificate.generateCertificate(),
        "IceConnection": ice,
        "RemoteCandidate": ice._remote_candidates[0],
        "CandidatePair": pair,
        "StunProtocol": pair.protocol,
        "Transaction": stun.Transaction(
            ice.build_request(pair, False), pair.remote_addr, pair.protocol
        ),
        "DatagramTransport": pair.protocol.transport,
    }
    assert hasattr(found[owner], name)


def test_a_sender_asks_a_method_of_its_own_for_encoded_frames() -> None:
    method = inspect.signature(RTCRtpSender._next_encoded_frame)
    assert list(method.parameters) == ["self", "codec"]
    assert "self._next_encoded_frame(codec)" in inspect.getsource(RTCRtpSender._run_rtp)
    assert list(inspect.signature(RTCEncodedFrame).parameters) == [
        "payloads",
        "timestamp",
        "audio_level",
    ]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        (RTCRtpReceiver._handle_rtp_packet, ["self", "packet", "arrival_time_ms"]),
        (RTCRtpReceiver._run_rtcp, ["self"]),
        (RTCRtpReceiver.receive, ["self", "parameters"]),
        (RTCRtpSender._run_rtcp, ["self"]),
        (RTCRtpSender._run_rtp, ["self", "codec"]),
        (RTCRtpSender._send_rtcp, ["self", "packets"]),
        (RTCRtpSender.send, ["self", "parameters"]),
        (RTCCertificate._create_ssl_context, ["self", "srtp_profiles"]),
        (aioice.Connection.sendto, ["self", "data", "component"]),
        (aioice.Connection.data_received, ["self", "data", "component"]),
        (aioice.Connection.check_incoming, ["self", "message", "addr", "protocol"]),
        (aioice.Connection.get_component_candidates, ["self", "component", "addresses", "timeout"]),
    ],
    ids=lambda each: getattr(each, "__qualname__", None),
)
def test_a_replaced_method_has_the_parameters_it_had(method: Any, parameters: list[str]) -> None:
    assert list(inspect.signature(method).parameters) == parameters


async def test_a_transport_knows_the_path_it_found(connected: RTCPeerConnection) -> None:
    assert path_of(connected) == {"local": "host", "remote": "host"}
    unconnected = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection: Any = ice_connection(unconnected.addTransceiver("audio"))
    assert isinstance(connection, aioice.Connection)
    assert connection._nominated == {}
    assert path_of(unconnected) is None
    await unconnected.close()


async def test_receiver_reports_are_dropped_and_nothing_else() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection = ice_connection(pc.addTransceiver("audio"))
    limit_input(pc)
    ignore_receiver_reports(pc)
    ignore_receiver_reports(pc)
    sender_report, receiver_report, rtp, dtls = b"\x80\xc8", b"\x81\xc9", b"\x90\x6f", b"\x16\xc9"
    for start in (receiver_report, sender_report, rtp, dtls, b"\x80"):
        connection.data_received(start + bytes(60), 1)
    starts = []
    while not connection._queue.empty():
        datagram = connection._queue.get_nowait()
        assert datagram is not None
        starts.append(datagram[0][:2])
    assert starts == [sender_report, rtp, dtls, b"\x80\0"]
    await pc.close()


async def test_datagrams_of_no_peer_s_size_and_too_many_at_once_are_dropped() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection = ice_connection(pc.addTransceiver("audio"))
    limit_input(pc)
    for size in (0, DATAGRAM_LIMIT + 1):
        connection.data_received(bytes(size), 1)
    assert connection._queue.empty()
    for _ in range(2 * DATAGRAMS_WAITING_LIMIT):
        connection.data_received(bytes(DATAGRAM_LIMIT), 1)
    assert connection._queue.qsize() == DATAGRAMS_WAITING_LIMIT
    await pc.close()


def test_without_servers_no_public_server_is_asked() -> None:
    assert configuration_of(Ice()).iceServers == []
    assert [codec.mimeType for codec in OPUS] == ["audio/opus"]


async def test_an_answerer_knows_on_which_media_sections_it_may_send_and_names_their_streams() -> (
    None
):
    one, other = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    one.addTransceiver("audio", direction="sendonly")
    one.addTransceiver("audio", direction="recvonly")
    await one.setLocalDescription(await one.createOffer())
    await other.setRemoteDescription(one.localDescription)
    transceivers = other.getTransceivers()
    assert [peer_receives(each) for each in transceivers] == [False, True]
    for each in transceivers:
        each.direction = "sendrecv"
        set_stream_id(each, f"voice-{each.mid}")
    await other.setLocalDescription(await other.createAnswer())
    assert "a=msid:voice-1 " in other.localDescription.sdp
    await one.close()
    await other.close()


def test_no_other_module_uses_a_private_name_of_anything_but_its_own() -> None:
    """Neither aiortc's nor anything else's: `self._x`, `cls._x` and `super()._x` are its own, another object's `_x` is not."""
    found = set()
    for path in (PACKAGE / "media").rglob("*.py"):
        if path.parent.name == "aiortc_internals":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr.startswith("_")
                and not node.attr.startswith("__")
                and ast.unparse(node.value) not in ("self", "cls", "super()")
            ):
                found.add(f"{path.relative_to(PACKAGE)}: {ast.unparse(node)}")
    assert found == set()
