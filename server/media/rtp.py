"""RTP packets in and out of aiortc's connections, without decoding or encoding them.

aiortc hands out decoded frames and takes frames to encode. A node forwards what it received as it came, and sends
one encoded mix to many. This is the one module that knows aiortc from the inside (1.16, pinned); a test fails loudly
when the inside has moved.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import pylibsrtp
from aiortc import RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.exceptions import InvalidStateError
from aiortc.rtcrtpparameters import RTCRtpParameters
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import RtpPacket as Parsed

CLOCK_RATE: Final = 48_000  # Hz, of Opus in RTP whatever was recorded (RFC 7587, 4.1)
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 8843, 15

SILENT: Final = 127
"""The level of digital silence (RFC 6464, 3)."""

BEHIND: Final = 16_384
"""Bytes. When a line cannot keep up with so much, what comes next is dropped, for late audio is worse than none."""

SINCE_1900: Final = 2_208_988_800  # seconds from NTP's beginning to Unix's (RFC 5905, 6)

SOURCES_LIMIT: Final = 32
"""SSRCs that one line may send from. A track has one, or a few; each costs memory down to libsrtp for as long as the connection lives."""


class RtpPacket(NamedTuple):
    """One encoded frame on its way: where it stands in its sender's stream, and how loud it is.

    `seq` (16 bits) and `timestamp` (32 bits, 1/48000 s) are those of RFC 3550; `level` in dB below full scale, 0 (loudest) to 127,
    None when the sender does not tell; `speech` is the sender's word that this is a voice (RFC 6464, 3: the bit V).
    """

    ssrc: int
    seq: int
    timestamp: int
    marker: bool
    payload: bytes
    level: int | None = None
    arrived_at: float = 0.0  # time.monotonic()
    csrcs: tuple[int, ...] = ()  # who is in a mix (RFC 3550, 5.1), at most 15
    speech: bool = False


Arrive = Callable[[RtpPacket], None]


class PacketReceiver:
    """Takes over a transceiver's receiver before it starts: packets go to `arrive`, and no decoder runs.

    Receiver reports stay true, for the statistics are aiortc's own.
    """

    def __init__(self, receiver: RTCRtpReceiver, arrive: Arrive) -> None:
        inside: Any = receiver
        if inside._RTCRtpReceiver__started:
            raise InvalidStateError("the receiver is decoding already")
        self._inside = inside
        self._arrive = arrive
        self._clock_rates: dict[int, int] = {}
        self._sources: set[int] = set()
        self._over = False
        inside.receive = self._receive
        inside.stop = self._stop
        inside._handle_rtp_packet = self._handle

    async def _receive(self, parameters: Any) -> None:
        inside = self._inside
        if inside._RTCRtpReceiver__started or self._over:
            return
        self._clock_rates = {
            codec.payloadType: codec.clockRate
            for codec in parameters.codecs
            if codec.mimeType.lower() == "audio/opus"
        }
        inside.transport._register_rtp_receiver(inside, parameters)
        inside._RTCRtpReceiver__rtcp_task = asyncio.ensure_future(inside._run_rtcp())
        inside._RTCRtpReceiver__started = True

    async def _stop(self) -> None:
        self._over = (
            True  # a connection that is closed while it comes about starts its receivers afterwards
        )
        await RTCRtpReceiver.stop(self._inside)

    async def _handle(self, packet: Parsed, arrival_time_ms: int) -> None:
        inside = self._inside
        if not inside._enabled or packet.payload_type not in self._clock_rates:
            return
        streams: dict[int, StreamStatistics] = inside._RTCRtpReceiver__remote_streams
        statistics = streams.get(packet.ssrc)
        if statistics is None:
            self._sources.add(packet.ssrc)
            if len(self._sources) > SOURCES_LIMIT:
                raise ConnectionError("nobody speaks with that many voices")  # aiortc hangs up
            while len(streams) >= 4:  # each is reported on once a second
                del streams[next(iter(streams))]
            rate = self._clock_rates[packet.payload_type]
            statistics = streams[packet.ssrc] = StreamStatistics(rate)
        statistics.add(packet)
        if not packet.payload:
            return
        level = packet.extensions.audio_level
        speech = level is not None and level[0]
        self._arrive(
            RtpPacket(
                packet.ssrc,
                packet.sequence_number,
                packet.timestamp,
                bool(packet.marker),
                packet.payload,
                None if level is None else level[1],
                time.monotonic(),
                speech=speech,
            )
        )


class PacketSender:
    """Takes over a transceiver's sender before it starts: what is sent are packets, given to `send` one by one.

    The header is written here (this sender's SSRC, payload type, mid and audio level), sender reports count what was
    really sent. Packets before the connection stands, or after it ended, are dropped.
    """

    def __init__(self, sender: RTCRtpSender) -> None:
        inside: Any = sender
        if inside._RTCRtpSender__started:
            raise InvalidStateError("the sender is encoding already")
        self._inside = inside
        self._payload_type: int | None = None
        self._extensions = _Extensions()
        self._send_reports = inside._send_rtcp
        self._over = False
        inside.send = self._start
        inside.stop = self._stop
        inside._run_rtp = self._park
        inside._send_rtcp = self._report

    @property
    def ssrc(self) -> int:
        return int(self._inside._ssrc)

    @property
    def sent(self) -> int:
        """How many packets went out."""
        return int(self._inside._RTCRtpSender__packet_count)

    async def _start(self, parameters: Any) -> None:
        if not self._over:
            self._extensions = _Extensions.of(parameters)
            await RTCRtpSender.send(self._inside, parameters)

    async def _stop(self) -> None:
        self._over = True  # as above
        await RTCRtpSender.stop(self._inside)

    async def _park(self, codec: Any) -> None:
        inside = self._inside
        self._payload_type = codec.payloadType
        inside._RTCRtpSender__rtp_started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        finally:
            self._payload_type = None
            inside._RTCRtpSender__rtp_exited.set()

    def send(self, packet: RtpPacket) -> bool:
        """Protect and send; false if there is no connection to send on. `seq` and `timestamp` go out as they are.

        Nothing is waited for: aiortc's coroutines down to the socket never wait either, and cost as much as the cipher.
        """
        inside = self._inside
        transport = inside.transport
        pair = transport.transport._connection._nominated.get(1)
        if self._payload_type is None or pair is None or transport.state != "connected":
            return False
        socket = pair.protocol.transport
        if _waiting(socket) > BEHIND:
            return False
        head = struct.pack(
            "!BBHLL",
            (0x90 if self._extensions else 0x80) | len(packet.csrcs),
            self._payload_type | (0x80 if packet.marker else 0),
            packet.seq,
            packet.timestamp,
            inside._ssrc,
        )
        if packet.csrcs:
            head += struct.pack(f"!{len(packet.csrcs)}L", *packet.csrcs)
        extensions = self._extensions.block(packet.level, packet.speech)
        try:
            data = transport._tx_srtp.protect(head + extensions + packet.payload)
        except (pylibsrtp.Error, ValueError):
            return False  # too late or too large to be protected: lost, like any packet
        socket.sendto(data, pair.remote_addr)
        transport._RTCDtlsTransport__tx_bytes += len(data)
        transport._RTCDtlsTransport__tx_packets += 1
        ahead = (packet.timestamp - inside._RTCRtpSender__rtp_timestamp) & 0xFFFFFFFF
        if ahead < 1 << 31 or not self.sent:
            # The two times of a report are one moment's, so a packet that comes late does not count.
            inside._RTCRtpSender__ntp_timestamp = int((time.time() + SINCE_1900) * (1 << 32))
            inside._RTCRtpSender__rtp_timestamp = packet.timestamp
        inside._RTCRtpSender__octet_count += len(packet.payload)
        inside._RTCRtpSender__packet_count += 1
        return True

    async def _report(self, packets: list[Any]) -> None:
        """Who has sent nothing is no sender, has no times to tell, and does not say goodbye (RFC 3550, 6.4 and 6.3.7)."""
        if self.sent:
            await self._send_reports(packets)


def _waiting(socket: Any) -> int:
    """Bytes that the kernel would not take yet; nobody counts them towards a TURN server."""
    count = getattr(socket, "get_write_buffer_size", None)
    return 0 if count is None else int(count())


class _Extensions:
    """The header extensions of one sender: mid always, audio level where it is known (RFC 8285, one-byte form)."""

    def __init__(self, mid: tuple[int, bytes] | None = None, level_id: int | None = None) -> None:
        self._by_level: dict[tuple[int | None, bool], bytes] = {}
        self._mid = mid
        self._level_id = level_id

    def __bool__(self) -> bool:
        return self._mid is not None or self._level_id is not None

    @classmethod
    def of(cls, parameters: RTCRtpParameters) -> _Extensions:
        ids = {each.uri: each.id for each in parameters.headerExtensions}
        mid = None
        if MID in ids and parameters.muxId:
            mid = (ids[MID], parameters.muxId.encode())
        return cls(mid, ids.get(AUDIO_LEVEL))

    def block(self, level: int | None, speech: bool) -> bytes:
        """The extension block for this level; there are 256 of them at most, so each is made once."""
        if not self:
            return b""
        known = self._by_level.get((level, speech))
        if known is None:
            known = self._by_level[level, speech] = self._made(level, speech)
        return known

    def _made(self, level: int | None, speech: bool) -> bytes:
        body = b""
        if self._mid is not None:
            number, mid = self._mid
            body += bytes([number << 4 | len(mid) - 1]) + mid
        if self._level_id is not None and level is not None:
            body += bytes([self._level_id << 4, speech << 7 | level & 0x7F])
        body += bytes(-len(body) % 4)
        return struct.pack("!HH", 0xBEDE, len(body) // 4) + body


def take_packets(transceiver: RTCRtpTransceiver, arrive: Arrive) -> PacketReceiver:
    """Receive this transceiver's packets as they come."""
    return PacketReceiver(transceiver.receiver, arrive)


def send_packets(transceiver: RTCRtpTransceiver) -> PacketSender:
    """Send packets on this transceiver."""
    return PacketSender(transceiver.sender)
