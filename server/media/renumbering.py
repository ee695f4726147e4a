"""Renumbers one speaker's packets for one listener, so that the listener receives one stream (RFC 3550, 5.1 and 7.1).

Sequence numbers get an offset. So a packet that is lost on its way to the node is missing for the listener, too, and the
listener's decoder conceals it. When the speaker continues with another SSRC (a new microphone track, a new connection), the offset
changes: the next number follows the last one, and the timestamp is ahead of the last one by the time that passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import randrange

from .rtp import CLOCK_RATE, Place, RtpPacket

HALF = 1 << 15  # of the sequence numbers; a packet that is ahead by more is older (RFC 3550, A.1)


@dataclass(slots=True)
class Renumbering:
    """Maps one speaker's packets to one listener's stream."""

    seq: int = -1  # the newest number sent, extended beyond 16 bits; -1 before the first
    timestamp: int = 0
    _ssrc: int | None = None
    _seq_offset: int = 0
    _timestamp_offset: int = 0
    _newest: int = 0  # of the speaker's own numbers, on the present SSRC
    _sent_at: float = 0.0
    _paused: bool = False

    def place(self, packet: RtpPacket) -> Place | None:
        """Where the packet is in the listener's stream; None for one from before the stream began or was paused."""
        if packet.ssrc != self._ssrc or self._paused:
            self._begin(packet)
        seq = packet.seq
        mapped = (packet.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        ahead = (seq - self._newest) & 0xFFFF
        if ahead >= HALF:  # late or duplicated: it keeps its place
            behind = 0x10000 - ahead
            if behind > self.seq - self._first:
                return None
        else:
            self.seq += ahead
            self._newest = seq
            self.timestamp = mapped
            self._sent_at = packet.arrived_at
        begins = packet.marker or self._begins
        self._begins = False
        return (seq + self._seq_offset) & 0xFFFF, mapped, begins

    _first: int = 0
    _begins: bool = False

    def pause(self) -> None:
        """The speaker is not forwarded for now. The next packet begins a new talkspurt, without a gap in the numbers."""
        self._paused = self._ssrc is not None

    def _begin(self, packet: RtpPacket) -> None:
        if self.seq < 0:
            # A random start below half, as RFC 3550 and SRTP (RFC 3711, 3.3.1) require.
            self.seq = randrange(HALF)
            wanted = packet.timestamp
        else:
            self.seq += 1
            passed = max(0.02, packet.arrived_at - self._sent_at)
            wanted = self.timestamp + round(passed * CLOCK_RATE)
        self._ssrc = packet.ssrc
        self._newest = packet.seq
        self._seq_offset = (self.seq - packet.seq) & 0xFFFF
        self._timestamp_offset = (wanted - packet.timestamp) & 0xFFFFFFFF
        self._first = self.seq
        self._begins = True
        self._paused = False
