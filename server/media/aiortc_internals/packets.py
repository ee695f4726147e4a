"""Encoded packets into and out of aiortc's senders and receivers, which encode and decode every frame by themselves.

A node forwards packets as they came, and sends one encoded mix to many listeners. A bot encodes its sound once. With
aiortc alone each listener costs an encoder, and a loop in Python over every sample for the audio level: about 6 % of a
core, against 0.3 %.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import random
from typing import Any, Final, cast

from aiortc import RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.exceptions import InvalidStateError
from aiortc.rtcdtlstransport import State
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import (
    RtcpByePacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)
from aiortc.rtp import RtpPacket as ParsedPacket

from ..packets import Packet
from ..rtp import HeaderExtensions, OnPacket, Place, RtpPacket
from .datagrams import Datagrams, Target
from .names import CandidatePair, DtlsTransport, Receiver, Sender

CONNECTED: Final = State.CONNECTED  # a member of an enum is looked up slowly
NTP_TO_UNIX: Final = 2_208_988_800  # seconds from 1900 to 1970 (RFC 5905, 6)

CNAME: Final = 1  # the type of that item (RFC 3550, 6.5.1)

SOURCES_LIMIT: Final = 32
"""SSRCs that one media section may use. A track has one, or a few; each costs memory, also in libsrtp, while the connection lives."""

REPORT_INTERVAL: Final = 5.0
"""Seconds between two sender reports, on average (RFC 3550, 6.2). aiortc sends five times as many, and a room has many senders."""

REPORTED_SOURCES: Final = 4
"""SSRCs of which receiver reports tell, once a second each."""


def send_encoded(sender: RTCRtpSender, next_packet: Callable[[], Awaitable[Packet]]) -> None:
    """Let a sender take encoded packets instead of encoding frames of its track."""

    async def next_encoded_frame(codec: RTCRtpCodecParameters) -> RTCEncodedFrame:
        packet = await next_packet()
        return RTCEncodedFrame([packet.payload], packet.timestamp, packet.level)

    cast(Sender, sender)._next_encoded_frame = next_encoded_frame


def receive_packets(transceiver: RTCRtpTransceiver, on_packet: OnPacket) -> PacketReceiver:
    """Receive this transceiver's packets as they come."""
    return PacketReceiver(transceiver.receiver, on_packet)


def on_first_packet(transceiver: RTCRtpTransceiver, then: Callable[[], None]) -> None:
    """Call `then` with this transceiver's first packet. After `receive_packets`, if that is used."""
    receiver = cast(Receiver, transceiver.receiver)
    handle = receiver._handle_rtp_packet

    async def first(packet: ParsedPacket, arrival_time_ms: int) -> None:
        receiver._handle_rtp_packet = handle
        then()
        await handle(packet, arrival_time_ms)

    receiver._handle_rtp_packet = first


def send_packets(transceiver: RTCRtpTransceiver) -> PacketSender:
    """Send packets on this transceiver."""
    return PacketSender(transceiver.sender)


class PacketReceiver:
    """Replaces the methods of a receiver before it starts: packets go to `on_packet`, and no decoder runs.

    Receiver reports stay true, because the statistics are aiortc's own. Raises InvalidStateError for one that runs.
    """

    def __init__(self, receiver: RTCRtpReceiver, on_packet: OnPacket) -> None:
        self._receiver = cast(Receiver, receiver)
        if self._receiver._RTCRtpReceiver__started:
            raise InvalidStateError("the receiver is decoding already")
        self._public = receiver
        self._on_packet = on_packet
        self._clock_rates: dict[int, int] = {}
        self._sources: set[int] = set()
        self._stopped = False
        self._receiver.receive = self._receive
        self._receiver.stop = self._stop
        self._receiver._handle_rtp_packet = self._handle

    async def _receive(self, parameters: Any) -> None:
        receiver = self._receiver
        # aiortc starts the receivers of a connection even when it was closed while it connected.
        if receiver._RTCRtpReceiver__started or self._stopped:
            return
        self._clock_rates = {
            codec.payloadType: codec.clockRate
            for codec in parameters.codecs
            if codec.mimeType.lower() == "audio/opus"
        }
        receiver.transport._register_rtp_receiver(receiver, parameters)
        receiver._RTCRtpReceiver__started = True

    def _begin_reports(self) -> None:
        """With the first packet: most media sections of a room only send, and have nothing to report."""
        receiver = self._receiver
        if receiver._RTCRtpReceiver__rtcp_task is None:
            receiver._RTCRtpReceiver__rtcp_task = asyncio.ensure_future(receiver._run_rtcp())

    async def _stop(self) -> None:
        self._stopped = True
        if self._receiver._RTCRtpReceiver__started:
            self._begin_reports()  # aiortc waits for this task
        await RTCRtpReceiver.stop(self._public)

    async def _handle(self, packet: ParsedPacket, arrival_time_ms: int) -> None:
        if not self._receiver._enabled or packet.payload_type not in self._clock_rates:
            return
        self._statistics_of(packet).add(packet)
        if not packet.payload:
            return
        level = packet.extensions.audio_level
        self._on_packet(
            RtpPacket(
                packet.ssrc,
                packet.sequence_number,
                packet.timestamp,
                bool(packet.marker),
                packet.payload,
                None if level is None else level[1],
                time.monotonic(),
                speech=level is not None and level[0],
            )
        )

    def _statistics_of(self, packet: ParsedPacket) -> StreamStatistics:
        streams = self._receiver._RTCRtpReceiver__remote_streams
        statistics = streams.get(packet.ssrc)
        if statistics is None:
            self._begin_reports()
            self._sources.add(packet.ssrc)
            if len(self._sources) > SOURCES_LIMIT:
                # aiortc closes the connection at this error.
                raise ConnectionError(f"more than {SOURCES_LIMIT} SSRCs on one media section")
            while len(streams) >= REPORTED_SOURCES:
                del streams[next(iter(streams))]
            statistics = StreamStatistics(self._clock_rates[packet.payload_type])
            streams[packet.ssrc] = statistics
        return statistics


class PacketSender:
    """Replaces the methods of a sender before it starts: packets are given to `send` one by one.

    The header is written here (this sender's SSRC, payload type, mid and audio level), and sender reports count what was
    sent. Packets before the connection is made, or after it ended, are dropped. Raises InvalidStateError for one that runs.
    """

    def __init__(self, sender: RTCRtpSender) -> None:
        self._sender = cast(Sender, sender)
        if self._sender._RTCRtpSender__started:
            raise InvalidStateError("the sender is encoding already")
        self._public = sender
        self._payload_type: int | None = None
        self._extensions = HeaderExtensions()
        self._stopped = False
        self._transport: DtlsTransport | None = None
        self._nominated: dict[int, CandidatePair] = {}
        self._pair: CandidatePair | None = None
        self._target: Target | None = None
        self._sender.send = self._start
        self._sender.stop = self._stop
        self._sender._run_rtp = self._wait_until_stopped
        self._sender._run_rtcp = self._run_reports

    @property
    def ssrc(self) -> int:
        return self._sender._ssrc

    @property
    def sent(self) -> int:
        """How many packets were sent."""
        return self._sender._RTCRtpSender__packet_count

    async def _start(self, parameters: Any) -> None:
        if not self._stopped:  # as for a receiver
            ids = {each.uri: each.id for each in parameters.headerExtensions}
            self._extensions = HeaderExtensions.of(ids, parameters.muxId)
            await RTCRtpSender.send(self._public, parameters)

    async def _stop(self) -> None:
        self._stopped = True
        await RTCRtpSender.stop(self._public)

    async def _wait_until_stopped(self, codec: RTCRtpCodecParameters) -> None:
        sender = self._sender
        self._payload_type = codec.payloadType
        # Looked up here and not for each packet: they stay as long as the sender runs.
        self._transport = sender.transport
        self._nominated = sender.transport.transport._connection._nominated
        sender._RTCRtpSender__rtp_started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        finally:
            self._payload_type = None
            sender._RTCRtpSender__rtp_exited.set()

    def send(self, packet: RtpPacket, together: Datagrams, place: Place | None = None) -> bool:
        """Encrypt, and send with what else is sent together; false if there is no connection.

        Place and time in the stream are the packet's own, or these. Not a coroutine: aiortc's coroutines down to the socket never
        wait either, and cost as much as the encryption.
        """
        payload_type = self._payload_type
        if payload_type is None:
            return False
        sender, transport = self._sender, self._transport
        pair = self._nominated.get(1)
        if pair is None or transport is None or transport._state is not CONNECTED:
            return False
        if pair is not self._pair or self._target is None:
            self._pair = pair
            self._target = Target(
                pair.protocol.transport, pair.remote_addr, transport._tx_srtp, self._lost
            )
        seq, timestamp, marker = place or (packet.seq, packet.timestamp, packet.marker)
        extensions = self._extensions
        head = (
            extensions.first_byte | len(packet.csrcs),
            payload_type | 0x80 if marker else payload_type,
            seq,
            timestamp,
            sender._ssrc,
        )
        size = together.add(self._target, head, extensions.rest(packet))
        if not size:
            return False
        transport._RTCDtlsTransport__tx_bytes += size
        transport._RTCDtlsTransport__tx_packets += 1
        sent = sender._RTCRtpSender__packet_count
        ahead = (timestamp - sender._RTCRtpSender__rtp_timestamp) & 0xFFFFFFFF
        if ahead < 1 << 31 or not sent:
            # The two times of a report belong to the same moment, so an older packet does not change them.
            sender._RTCRtpSender__ntp_timestamp = int((time.time() + NTP_TO_UNIX) * (1 << 32))
            sender._RTCRtpSender__rtp_timestamp = timestamp
        sender._RTCRtpSender__octet_count += len(packet.payload)
        sender._RTCRtpSender__packet_count = sent + 1
        return True

    def _lost(self, size: int) -> None:
        """A datagram of this size, which was counted, could not be sent."""
        transport = self._sender.transport
        transport._RTCDtlsTransport__tx_bytes -= size
        transport._RTCDtlsTransport__tx_packets -= 1
        self._sender._RTCRtpSender__packet_count -= 1

    async def _run_reports(self) -> None:
        """Who has sent no packet is no sender: no sender report and no BYE (RFC 3550, 6.4 and 6.3.7). The first report comes soon."""
        sender = self._sender
        sender._RTCRtpSender__rtcp_started.set()
        try:
            await asyncio.sleep(0.5 + random())
            while True:
                if self.sent:
                    await sender._send_rtcp(self._reports())
                await asyncio.sleep(REPORT_INTERVAL * (0.5 + random()))
        except asyncio.CancelledError:
            pass
        if self.sent:
            await sender._send_rtcp([RtcpByePacket(sources=[sender._ssrc])])
        sender._RTCRtpSender__rtcp_exited.set()

    def _reports(self) -> list[Any]:
        sender = self._sender
        info = RtcpSenderInfo(
            ntp_timestamp=sender._RTCRtpSender__ntp_timestamp,
            rtp_timestamp=sender._RTCRtpSender__rtp_timestamp,
            packet_count=self.sent & 0xFFFFFFFF,
            octet_count=sender._RTCRtpSender__octet_count & 0xFFFFFFFF,
        )
        name = (sender._RTCRtpSender__cname or "").encode()
        source = RtcpSourceInfo(ssrc=sender._ssrc, items=[(CNAME, name)])
        return [RtcpSrPacket(ssrc=sender._ssrc, sender_info=info), RtcpSdesPacket(chunks=[source])]
