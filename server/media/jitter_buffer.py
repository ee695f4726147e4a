"""One speaker's packets, made into an even stream of samples: the buffer between the network's clock and the mix's.

Packets are put in order, what is missing is concealed, and the delay is as long as the jitter asks for: it grows when the buffer
runs dry, and shrinks while packets lie longer than they must. That also takes up drift: of a sender whose clock is fast a frame is
left out now and then, one that is slow runs dry now and then, a hundredth of a second at most in minutes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .loss_concealment import Concealer
from .opus import FRAME_SAMPLES, RATE, Decoder, Samples
from .rtp import RtpPacket

FRAMES_KEPT: Final = 50  # one second; more is not jitter but a stall, and the oldest goes
STALL: Final = (
    10  # frames beyond the wanted delay, 200 ms; so much at once is no jitter, somebody stood still
)
SHALLOWEST: Final = 2  # frames of delay on a quiet network: 40 ms
DEEPEST: Final = 15  # frames: 300 ms, beyond which conversation suffers more than from gaps
CALM: Final = 100  # frames (2 s) over which the depth is judged
SEQ_JUMP: Final = 500  # numbers; a larger step is another stream, not loss


@dataclass(slots=True)
class JitterBuffer:
    """`push` what arrives, `pull` 20 ms of it on every tick of the mix.

    `lost`, `late` and `dropped` count frames that never came, came after their turn, and were left out for drift or a stall.
    """

    lost: int = 0
    late: int = 0
    dropped: int = 0
    depth_wanted: int = SHALLOWEST
    _waiting: dict[int, RtpPacket] = field(default_factory=dict)
    _ssrc: int | None = None
    _next: int = 0  # extended sequence number whose turn it is
    _newest: int = 0
    _playing: bool = False
    _owed: int = 0  # frames by which the delay is yet to grow
    _missed: deque[int] = field(default_factory=lambda: deque(maxlen=FRAMES_KEPT))
    _samples: Samples = field(default_factory=lambda: np.empty(0, np.float32))
    _depths: deque[int] = field(default_factory=lambda: deque(maxlen=CALM))
    _decoder: Decoder = field(default_factory=Decoder)
    _concealer: Concealer = field(default_factory=Concealer)

    def push(self, packet: RtpPacket) -> None:
        """A packet arrived, in whatever order."""
        step = (packet.seq - self._newest + 0x8000 & 0xFFFF) - 0x8000
        if packet.ssrc != self._ssrc or abs(step) > SEQ_JUMP:
            self._restart(packet)
            step = 0
        seq = self._newest + step
        if seq < self._next:
            if seq in self._missed:
                # Waiting a little longer would have been worth it: from now on that is what is done.
                self._missed.remove(seq)
                self.late += 1
                self._owed += self._deepen()
            return
        self._newest = max(self._newest, seq)
        self._waiting[seq] = packet
        self._skip(
            len(self._waiting) - (self.depth_wanted + STALL if self._playing else FRAMES_KEPT)
        )

    def pull(self) -> Samples | None:
        """The next 960 samples; None while there is nothing to be heard."""
        if not self._playing:
            if len(self._waiting) < self.depth_wanted:
                return self._concealer.fade()
            self._playing = True
            self._next = min(self._waiting)
            self._skip(
                len(self._waiting) - self.depth_wanted - SHALLOWEST
            )  # what a stall left behind
        if self._owed:
            self._owed -= 1
            return self._concealer.fade()
        self._settle()
        while len(self._samples) < FRAME_SAMPLES:
            packet = self._waiting.pop(self._next, None)
            if packet is None and not self._waiting:
                return self._run_dry()
            self._next += 1
            if packet is None:
                self.lost += 1
                self._missed.append(self._next - 1)
                return self._concealer.fade()
            self._decode(packet)
        frame, self._samples = self._samples[:FRAME_SAMPLES], self._samples[FRAME_SAMPLES:]
        return self._concealer.heard(frame)

    @property
    def delay(self) -> float:
        """Seconds of audio that wait here."""
        return len(self._waiting) * FRAME_SAMPLES / RATE

    def _skip(self, frames: int) -> None:
        """Leave out the oldest frames, if this is a positive number."""
        for seq in sorted(self._waiting)[: max(0, frames)]:
            del self._waiting[seq]
            self.dropped += 1
            self._next = seq + 1

    def _restart(self, packet: RtpPacket) -> None:
        self._ssrc = packet.ssrc
        self._waiting.clear()
        self._newest = self._next = packet.seq
        self._playing = False
        self._owed = 0
        self._missed.clear()
        self._decoder = Decoder()

    def _decode(self, packet: RtpPacket) -> None:
        try:
            decoded = self._decoder.decode(packet.payload)
        except ValueError:
            self.lost += 1  # bytes that are no Opus are as good as none
            return
        self._samples = np.concatenate([self._samples, decoded]) if len(self._samples) else decoded

    def _run_dry(self) -> Samples | None:
        if self._concealer.fading:
            # It fell silent, as a muted sender does, or the network stalls: begin again with a full buffer.
            self._playing = False
            self._depths.clear()
        else:
            self._deepen()
        return self._concealer.fade()

    def _deepen(self) -> int:
        """Wait a frame longer from now on, within bounds; how many frames that is."""
        deeper = min(DEEPEST, self.depth_wanted + 1) - self.depth_wanted
        self.depth_wanted += deeper
        self._depths.clear()
        return deeper

    def _settle(self) -> None:
        """Leave a frame out when even the emptiest moment of the last seconds was fuller than it had to be."""
        self._depths.append(len(self._waiting))
        if len(self._depths) < CALM:
            return
        spare = min(self._depths)
        if spare > self.depth_wanted:
            self._skip(1 if spare - self.depth_wanted < SHALLOWEST else spare - self.depth_wanted)
            self._depths.clear()
        elif spare >= self.depth_wanted - 1 and self.depth_wanted > SHALLOWEST:
            self.depth_wanted -= 1
            self._depths.clear()
