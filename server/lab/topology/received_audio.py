"""The audio that a person receives, counted packet by packet; decoded only afterwards, so that decoding costs no processor time during the measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ...media.opus import Decoder
from ...media.packets import BLOCK, RATE, SECONDS
from ...media.rtp import RtpPacket
from .intelligibility import intelligibility
from .marks import Mark, Wave, find, spoken

KEPT: Final = 3000  # packets of one stream, a minute
LEAD: Final = 0.5  # seconds that were said before what was heard
LATEST: Final = LEAD + 0.5  # seconds after which a stretch of speech is not looked for any more


@dataclass
class Stream:
    """What came from one voice, or of a mix, since `begin`."""

    received: int = 0
    first: int = 0
    last: int = 0  # numbers, extended beyond 16 bits
    kept: list[tuple[float, bytes]] = field(default_factory=list)

    def take(self, packet: RtpPacket, *, keep: bool) -> None:
        if not self.received:
            self.first = self.last = packet.seq
        seq = self.last + ((packet.seq - self.last + 0x8000 & 0xFFFF) - 0x8000)
        self.first, self.last = min(self.first, seq), max(self.last, seq)
        self.received += 1
        if keep and len(self.kept) < KEPT:
            self.kept.append((packet.arrived_at, packet.payload))

    def decoded(self) -> tuple[Wave, list[float]]:
        """The samples of what was kept, and the time at which every 20 ms of them arrived; in a packet of more than one frame, when the one before could be heard to its end."""
        decoder, parts, times = Decoder(), [], []
        for at, payload in self.kept:
            try:
                samples = decoder.decode(payload)
            except ValueError:
                continue
            if len(samples) % BLOCK == 0:
                parts.append(samples)
                times += [at + place * SECONDS for place in range(len(samples) // BLOCK)]
        return (np.concatenate(parts) if parts else np.zeros(0, np.float32)), times

    @property
    def lost(self) -> int:
        """Packets that are missing between the first and the last that came."""
        return max(0, self.last - self.first + 1 - self.received)


class Ears:
    """What one person hears; `keeps` for the few whose audio is decoded."""

    def __init__(self, *, keeps: bool) -> None:
        self.keeps = keeps
        self.known: set[int] = set()
        """All users that were heard, ever."""
        self.first_at: float | None = None
        self.streams: dict[int, Stream] = {}
        self._counting = False

    def hear(self, user: int, packet: RtpPacket) -> None:
        if self.first_at is None:
            self.first_at = packet.arrived_at
        self.known.add(user)
        if self._counting:
            stream = self.streams.get(user)
            if stream is None:
                stream = self.streams[user] = Stream()
            stream.take(packet, keep=self.keeps)

    def begin(self) -> None:
        self.streams = {}
        self._counting = True

    def end(self) -> None:
        self._counting = False

    def marks(self, voice_of: Mapping[int, int], watched: Sequence[int]) -> list[Mark]:
        """The marks of these voices that were heard; in the stream of a user is their own, in any other one (a mix) all."""
        found: list[Mark] = []
        for user, stream in self.streams.items():
            voices = [voice_of[user]] if user in voice_of else watched
            if not set(voices) & set(watched):
                continue
            sound, times = stream.decoded()
            if times:
                found += find(sound, times, voices)
        return found

    def understood(self, voice_of: Mapping[int, int], said: Sequence[Mark]) -> list[float]:
        """How intelligible each stream was, 0 to 1, beside what was said."""
        found: list[float] = []
        for user, stream in self.streams.items():
            voices = [voice_of[user]] if user in voice_of else [*voice_of.values()]
            sound, times = stream.decoded()
            if times:
                clean = spoken(said, voices, times[0] - LEAD, len(sound) / RATE + LEAD)
                scores = intelligibility(clean, sound.astype(np.float64), 0, LATEST)
                found += [float(np.mean(scores))] if len(scores) else []
        return found
