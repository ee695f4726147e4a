"""RTP packets and how their header is written (RFC 3550, RFC 8285). Pure: `aiortc_internals` sends and receives them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

CLOCK_RATE: Final = 48_000  # Hz, of Opus in RTP whatever was recorded (RFC 7587, 4.1)
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 8843, 15


class RtpPacket(NamedTuple):
    """One encoded frame: its place in its sender's stream, and its audio level.

    `seq` (16 bits) and `timestamp` (32 bits, 1/48000 s) are those of RFC 3550. `level` is in dB below full scale, 0 (loudest) to
    127, None when the sender does not say; `speech` when the sender says that it is speech (RFC 6464, 3: the bit V).
    """

    ssrc: int
    seq: int
    timestamp: int
    marker: bool
    payload: bytes
    level: int | None = None
    arrived_at: float = 0.0  # time.monotonic()
    csrcs: tuple[int, ...] = ()  # the users in a mix (RFC 3550, 5.1), at most 15
    speech: bool = False


OnPacket = Callable[[RtpPacket], None]


Place = tuple[int, int, bool]
"""Sequence number, timestamp and marker of a packet in the stream of one receiver."""

HEAD: Final = struct.Struct("!BBHLL")
"""The first bytes of a header (RFC 3550, 5.1): two of flags, counts and payload type; sequence number, timestamp, SSRC."""

Head = tuple[int, int, int, int, int]


class HeaderExtensions:
    """The header extensions of one sender: always the mid, and the audio level where it is known (RFC 8285, one-byte form)."""

    def __init__(self, mid: tuple[int, bytes] | None = None, level_id: int | None = None) -> None:
        self._blocks: dict[tuple[int | None, bool], bytes] = {}
        self._mid = mid
        self._level_id = level_id
        self._none = mid is None and level_id is None
        self._packet: RtpPacket | None = None
        self._rest = b""
        self.first_byte = (
            0x80 if self._none else 0x90
        )  # version 2, and whether there are extensions

    @classmethod
    def of(cls, ids: Mapping[str, int], mid: str) -> HeaderExtensions:
        """`ids` by URI, as they were negotiated; `mid` is the media section's, or empty. Senders with the same share one object."""
        named = (ids[MID], mid.encode()) if MID in ids and mid else None
        return _shared(named, ids.get(AUDIO_LEVEL))

    def rest(self, packet: RtpPacket) -> bytes:
        """What follows the head, payload included. It is the same for all receivers with these extensions, so it is made once."""
        if packet is not self._packet:
            csrcs = struct.pack(f"!{len(packet.csrcs)}L", *packet.csrcs)
            self._rest = csrcs + self.block(packet.level, packet.speech) + packet.payload
            self._packet = packet
        return self._rest

    def block(self, level: int | None, speech: bool) -> bytes:
        """The extension block for this level. There are at most 256, so each is made once."""
        known = self._blocks.get((level, speech))
        if known is None:
            known = self._blocks[level, speech] = self._make(level, speech)
        return known

    def _make(self, level: int | None, speech: bool) -> bytes:
        if self._none:
            return b""
        body = b""
        if self._mid is not None:
            number, mid = self._mid
            body += bytes([number << 4 | len(mid) - 1]) + mid
        if self._level_id is not None and level is not None:
            body += bytes([self._level_id << 4, speech << 7 | level & 0x7F])
        body += bytes(-len(body) % 4)
        return struct.pack("!HH", 0xBEDE, len(body) // 4) + body


@lru_cache(maxsize=256)
def _shared(mid: tuple[int, bytes] | None, level_id: int | None) -> HeaderExtensions:
    return HeaderExtensions(mid, level_id)
