"""What a connection's parts know and aiortc does not tell, and the limits that it does not have."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from random import randrange
from typing import Any, Final, cast

from aioice.candidate import candidate_priority
from aiortc import RTCPeerConnection, RTCRtpTransceiver

from ..rtp import HEAD, OnPacket, RtpPacket
from .names import IceConnection, Receiver, Sender, Transceiver

DATAGRAM_LIMIT: Final = 1500  # bytes: the size of libsrtp's buffer, and of an Ethernet frame
DATAGRAMS_WAITING_LIMIT: Final = 500  # of one connection; audio that waits longer is too late
REPORTS_OF_AIORTC: Final = 5
"""For one of a browser: Chromium reports on audio every five seconds on average, aiortc every second."""

RECEIVER_REPORT: Final = b"\xc9"  # 201: the packet type (RFC 3550, 6.4.2)
REMOTE_CANDIDATES_LIMIT: Final = 128  # of one peer: signaled, or learnt from its checks
GATHERING_TIMEOUT: Final = 1.5  # seconds; aioice waits five for a STUN or TURN server


def peer_receives(transceiver: RTCRtpTransceiver) -> bool:
    """Whether the peer's offer asks to receive on this media section."""
    return cast(Transceiver, transceiver)._offerDirection in ("sendonly", "sendrecv")


def set_stream_id(transceiver: RTCRtpTransceiver, stream: str) -> None:
    """The stream id in `a=msid:` (RFC 8830) of our next description."""
    cast(Sender, transceiver.sender)._stream_id = stream


def path_of(pc: RTCPeerConnection) -> dict[str, str] | None:
    """The types of the two candidates in use: `{"local": "host", "remote": "prflx"}`."""
    for transceiver in pc.getTransceivers():
        for pair in ice_connection(transceiver)._nominated.values():
            return {"local": pair.local_candidate.type, "remote": pair.remote_candidate.type}
    return None


def limit_input(pc: RTCPeerConnection) -> None:
    """Bound what the network can make each transport of this connection do; call it again when there are more.

    Anybody who finds the port can send datagrams to it before anything is decrypted, and aiortc closes a transport at an
    empty datagram, or at one larger than its buffer. A peer can send checks from any number of ports: aioice keeps each as
    a candidate and sends checks to it, and raises KeyError at one without PRIORITY, so it gets one. Gathering waits five seconds for a server that does not answer.
    """
    for transceiver in pc.getTransceivers():
        connection = ice_connection(transceiver)
        if "data_received" not in vars(connection):  # bundled transceivers share a transport
            connection.data_received = partial(_received, connection, connection.data_received)
            connection.check_incoming = partial(_checked, connection, connection.check_incoming)
            connection.get_component_candidates = partial(
                connection.get_component_candidates, timeout=GATHERING_TIMEOUT
            )


def ignore_receiver_reports(pc: RTCPeerConnection) -> None:
    """Drop the peer's receiver reports before they are decrypted: nobody here reads what they say, and a room has many receivers.

    After `limit_input`; call it again when there are more transports.
    """
    for transceiver in pc.getTransceivers():
        connection = ice_connection(transceiver)
        if not isinstance(connection.data_received, _WithoutReports):
            connection.data_received = _WithoutReports(connection.data_received)


class _WithoutReports:
    def __init__(self, pass_on: Callable[[bytes, int], None]) -> None:
        self._pass_on = pass_on

    def __call__(self, data: bytes, component: int) -> None:
        # SRTCP encrypts what follows the first eight bytes (RFC 3711, 3.4).
        if data[1:2] != RECEIVER_REPORT or data[0] < 128:
            self._pass_on(data, component)


def read_headers(pc: RTCPeerConnection, on_header: OnPacket) -> None:
    """Of all RTP packets from now on only the header is read, which is not encrypted (RFC 3711, 3.1): nothing is decrypted or decoded.

    For measurements with many peers in a few processes. `on_header` gets packets without a payload. Receiver reports go out as often as a
    browser's.
    """
    for transceiver in pc.getTransceivers():
        connection = ice_connection(transceiver)
        connection.data_received = partial(_read_header, connection.data_received, on_header)
        receiver = cast(Receiver, transceiver.receiver)
        receiver._send_rtcp = _EachOf(REPORTS_OF_AIORTC, receiver._send_rtcp)


class _EachOf:
    """Passes on one call of so many."""

    def __init__(self, many: int, pass_on: Callable[[Any], Awaitable[None]]) -> None:
        self._many = many
        self._pass_on = pass_on
        self._calls = randrange(many)

    async def __call__(self, packet: Any) -> None:
        self._calls += 1
        if self._calls % self._many == 0:
            await self._pass_on(packet)


def _read_header(
    pass_on: Callable[[bytes, int], None], on_header: OnPacket, data: bytes, component: int
) -> None:
    if (
        len(data) < HEAD.size or not 128 <= data[0] < 192 or 192 <= data[1] < 224
    ):  # RFC 7983, RFC 5761
        pass_on(data, component)
        return
    _, kind, seq, timestamp, ssrc = HEAD.unpack_from(data)
    on_header(RtpPacket(ssrc, seq, timestamp, kind >= 128, b"", arrived_at=time.monotonic()))


def ice_connection(transceiver: RTCRtpTransceiver) -> IceConnection:
    return cast(Receiver, transceiver.receiver).transport.transport._connection


def _received(
    connection: IceConnection,
    pass_on: Callable[[bytes, int], None],
    data: bytes,
    component: int,
) -> None:
    waiting = connection._queue.qsize()
    if 0 < len(data) <= DATAGRAM_LIMIT and waiting < DATAGRAMS_WAITING_LIMIT:
        pass_on(data, component)


def _checked(
    connection: IceConnection,
    pass_on: Callable[[Any, tuple[str, int], Any], None],
    message: Any,
    addr: tuple[str, int],
    protocol: Any,
) -> None:
    # Required (RFC 8445, 7.1.1), and aioice looks it up; FFmpeg 8.0 does not send it.
    message.attributes.setdefault("PRIORITY", candidate_priority(1, "prflx"))
    known = connection._remote_candidates
    if len(known) < REMOTE_CANDIDATES_LIMIT or any(
        (candidate._network_host, candidate.port) == addr for candidate in known
    ):
        pass_on(message, addr, protocol)
