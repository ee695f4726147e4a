"""The private names of aiortc 1.16 and aioice 0.13 that are used here, with their types. A test checks each on a real connection.

A name with two underscores is written as Python mangles it: `__started` of RTCRtpSender is `_RTCRtpSender__started`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aioice import Candidate
from aiortc.rtcdtlstransport import State
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import StreamStatistics
from pylibsrtp import Session


class DatagramTransport(Protocol):
    """A UDP socket, or an allocation at a TURN server, which has no `get_write_buffer_size`."""

    def sendto(self, data: bytes, addr: tuple[str, int]) -> None: ...


class StunProtocol(Protocol):
    transport: DatagramTransport


class Transaction(Protocol):
    """`aioice.stun.Transaction`: whom a request was sent to, and the password that the answer must know."""

    _Transaction__addr: tuple[str, int]
    _Transaction__integrity_key: bytes | None


class CandidatePair(Protocol):
    protocol: StunProtocol

    @property
    def local_candidate(self) -> Candidate: ...
    @property
    def remote_candidate(self) -> Candidate: ...
    @property
    def remote_addr(self) -> tuple[str, int]: ...


class RemoteCandidate(Protocol):
    _network_host: str
    port: int


class IceConnection(Protocol):
    """`aioice.Connection`. The methods are replaced for one connection at a time."""

    _nominated: dict[int, CandidatePair]
    _protocols: list[Any]
    _queue: asyncio.Queue[tuple[bytes, int] | None]
    _remote_candidates: list[RemoteCandidate]
    data_received: Callable[[bytes, int], None]
    check_incoming: Callable[[Any, tuple[str, int], Any], None]
    get_component_candidates: Callable[..., Awaitable[list[Candidate]]]
    sendto: Callable[[bytes, int], Awaitable[None]]
    local_username: str
    stun_server: tuple[str, int] | None


class IceTransport(Protocol):
    _connection: IceConnection


class Certificate(Protocol):
    """`RTCCertificate`."""

    _create_ssl_context: Callable[..., Any]


class PeerConnection(Protocol):
    """`RTCPeerConnection`."""

    _RTCPeerConnection__certificates: list[Certificate]


class DtlsTransport(Protocol):
    _state: State
    _tx_srtp: Session
    _RTCDtlsTransport__tx_bytes: int
    _RTCDtlsTransport__tx_packets: int

    @property
    def transport(self) -> IceTransport: ...
    def _register_rtp_receiver(self, receiver: Receiver, parameters: Any) -> None: ...


class Receiver(Protocol):
    """`RTCRtpReceiver`."""

    _enabled: bool
    _RTCRtpReceiver__remote_streams: dict[int, StreamStatistics]
    _RTCRtpReceiver__rtcp_task: asyncio.Future[None] | None
    _RTCRtpReceiver__started: bool
    _handle_rtcp_packet: Callable[[Any], Awaitable[None]]
    _handle_rtp_packet: Callable[[Any, int], Awaitable[None]]
    _send_rtcp: Callable[[Any], Awaitable[None]]
    receive: Callable[[Any], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]

    @property
    def transport(self) -> DtlsTransport: ...
    async def _run_rtcp(self) -> None: ...


class Sender(Protocol):
    """`RTCRtpSender`."""

    _ssrc: int
    _stream_id: str
    _RTCRtpSender__cname: str | None
    _RTCRtpSender__ntp_timestamp: int
    _RTCRtpSender__octet_count: int
    _RTCRtpSender__packet_count: int
    _RTCRtpSender__rtcp_exited: asyncio.Event
    _RTCRtpSender__rtcp_started: asyncio.Event
    _RTCRtpSender__rtp_exited: asyncio.Event
    _RTCRtpSender__rtp_started: asyncio.Event
    _RTCRtpSender__rtp_timestamp: int
    _RTCRtpSender__started: bool
    _next_encoded_frame: Callable[[RTCRtpCodecParameters], Awaitable[Any]]
    _run_rtp: Callable[[RTCRtpCodecParameters], Awaitable[None]]
    _run_rtcp: Callable[[], Awaitable[None]]
    _send_rtcp: Callable[[list[Any]], Awaitable[None]]
    send: Callable[[Any], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]

    @property
    def transport(self) -> DtlsTransport: ...


class Transceiver(Protocol):
    """`RTCRtpTransceiver`."""

    _offerDirection: str | None  # noqa: N815 - aiortc spells it so
