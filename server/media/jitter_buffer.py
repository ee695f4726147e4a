"""A jitter buffer: one speaker's packets, made into a steady stream of samples.

Packets are put in order, and missing ones are concealed. The delay follows the jitter: it grows when the buffer is empty,
and shrinks while packets wait longer than necessary. This also corrects clock drift: when the sender's clock is fast, a frame
is left out now and then; when it is slow, the buffer is empty now and then. Either is a few milliseconds in a minute.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .loss_concealment import Concealer
from .opus import FRAME_SAMPLES, Decoder, Samples
from .rtp import RtpPacket

FRAMES_LIMIT: Final = 50  # one second; when there are more, the oldest are dropped
BURST: Final = 10
"""Frames (200 ms) beyond the target delay. That many at once are no jitter: the sender or the network had stopped."""

SHORTEST_DELAY: Final = 2  # frames: 40 ms, on a network without jitter
LONGEST_DELAY: Final = 15
"""Frames: 300 ms; a longer delay disturbs a conversation more than gaps do."""

JUDGED_FRAMES: Final = 100  # frames (2 s) after which the delay is judged
SEQ_JUMP: Final = 500  # sequence numbers; a larger step is another stream, not loss


@dataclass(slots=True)
class JitterBuffer:
    """`push` each packet that arrives, `pull` 20 ms of samples at every tick of the mix.

    `lost` counts frames that did not arrive in time, `late` those of them that arrived later, `dropped` frames that were left
    out because of drift or a burst.
    """

    lost: int = 0
    late: int = 0
    dropped: int = 0
    target_delay: int = SHORTEST_DELAY
    _waiting: dict[int, RtpPacket] = field(default_factory=dict)
    _ssrc: int | None = None
    _next: int = 0  # extended sequence number whose turn it is
    _newest: int = 0
    _playing: bool = False
    _delay_to_add: int = 0  # frames
    _missed: deque[int] = field(default_factory=lambda: deque(maxlen=FRAMES_LIMIT))
    _samples: Samples = field(default_factory=lambda: np.empty(0, np.float32))
    _lengths: deque[int] = field(default_factory=lambda: deque(maxlen=JUDGED_FRAMES))
    _decoder: Decoder = field(default_factory=Decoder)
    _concealer: Concealer = field(default_factory=Concealer)

    def push(self, packet: RtpPacket) -> None:
        """A packet arrived; the order does not matter."""
        step = (packet.seq - self._newest + 0x8000 & 0xFFFF) - 0x8000
        if packet.ssrc != self._ssrc or abs(step) > SEQ_JUMP:
            self._restart(packet)
            step = 0
        seq = self._newest + step
        if seq < self._next:
            if seq in self._missed:
                # With a longer delay it would have been in time.
                self._missed.remove(seq)
                self.late += 1
                self._delay_to_add += self._lengthen_delay()
            return
        self._newest = max(self._newest, seq)
        self._waiting[seq] = packet
        self._skip(
            len(self._waiting) - (self.target_delay + BURST if self._playing else FRAMES_LIMIT)
        )

    def pull(self) -> Samples | None:
        """The next 960 samples; None for silence."""
        if not self._playing:
            if len(self._waiting) < self.target_delay:
                return self._concealer.conceal()
            self._playing = True
            self._next = min(self._waiting)
            # What a burst left behind.
            self._skip(len(self._waiting) - self.target_delay - SHORTEST_DELAY)
        if self._delay_to_add:
            self._delay_to_add -= 1
            return self._concealer.conceal()
        self._adapt()
        while len(self._samples) < FRAME_SAMPLES:
            packet = self._waiting.pop(self._next, None)
            if packet is None and not self._waiting:
                return self._when_empty()
            self._next += 1
            if packet is None:
                self.lost += 1
                self._missed.append(self._next - 1)
                return self._concealer.conceal()
            self._decode(packet)
        frame, self._samples = self._samples[:FRAME_SAMPLES], self._samples[FRAME_SAMPLES:]
        return self._concealer.continue_with(frame)

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
        self._delay_to_add = 0
        self._missed.clear()
        self._decoder = Decoder()

    def _decode(self, packet: RtpPacket) -> None:
        try:
            decoded = self._decoder.decode(packet.payload)
        except ValueError:
            self.lost += 1  # bytes that are no Opus
            return
        self._samples = np.concatenate([self._samples, decoded]) if len(self._samples) else decoded

    def _when_empty(self) -> Samples | None:
        if self._concealer.concealing:
            # The sender is muted, or the network has stopped: start again with a full buffer.
            self._playing = False
            self._lengths.clear()
        else:
            self._lengthen_delay()
        return self._concealer.conceal()

    def _lengthen_delay(self) -> int:
        """Wait a frame longer from now on, if that is allowed; how many frames were added."""
        added = min(LONGEST_DELAY, self.target_delay + 1) - self.target_delay
        self.target_delay += added
        self._lengths.clear()
        return added

    def _adapt(self) -> None:
        """Leave a frame out when the buffer was longer than the target delay during all of the last two seconds."""
        self._lengths.append(len(self._waiting))
        if len(self._lengths) < JUDGED_FRAMES:
            return
        spare = min(self._lengths)
        if spare > self.target_delay:
            self._skip(
                1 if spare - self.target_delay < SHORTEST_DELAY else spare - self.target_delay
            )
            self._lengths.clear()
        elif spare >= self.target_delay - 1 and self.target_delay > SHORTEST_DELAY:
            self.target_delay -= 1
            self._lengths.clear()
