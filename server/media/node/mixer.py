"""The mix of one room, made once for all who want it: listeners' connections, recordings and other consumers of its frames.

One clock for all (RFC 7667, 3.4: a media mixer). Each speaker has an encoder of their own, because they must not hear
themselves. All listeners and consumers get the same encoded frames, so one more of them costs one packet per tick. Without listeners and
consumers, and in silence, nothing runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import partial
from math import inf
from random import randrange
from typing import Final

from ...supervision import Supervisor
from ..jitter_buffer import JitterBuffer
from ..mix_clock import FRAME, ticks
from ..mixing import OnMix, level, soft_clip, total, without
from ..node_rules import MIX
from ..opus import FRAME_SAMPLES, Encoder, Samples
from ..rtp import RtpPacket
from .notice import notice
from .participant_connection import ParticipantConnection
from .speakers import LOUD

QUIET_AFTER: Final = 50
"""Ticks, a second of silence, after which the clock stops until the next packet."""


log = logging.getLogger(__name__)


@dataclass(slots=True)
class MixOutput:
    """What one participant receives: their connection, the RTP numbers of their stream, and an encoder while they speak."""

    connection: ParticipantConnection
    seq: int = field(default_factory=lambda: randrange(1 << 15))
    origin: int = field(default_factory=lambda: randrange(1 << 31))
    last_tick: int = -2
    encoder: Encoder | None = None
    notice: deque[Samples] = field(default_factory=deque)  # mixed in for this participant alone

    def with_notice(self, samples: Samples) -> Samples:
        return samples + self.notice.popleft() if self.notice else samples


@dataclass(slots=True)
class _Voice:
    """What one participant says. `source` names them in packets of the mix (RFC 3550, 5.1: a contributing source)."""

    user: int
    source: int
    spoke_at: float = -inf  # by the monotonic clock
    buffer: JitterBuffer = field(default_factory=JitterBuffer)


class Mixer:
    """`push` packets of those who may be heard. `flush` is called after the packets of a tick were given to the connections."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._outputs: dict[str, MixOutput] = {}
        self._consumers: list[OnMix] = []
        self._voices: dict[str, _Voice] = {}
        self._shared: Encoder | None = None
        self._audio_arrived = asyncio.Event()
        self._tasks = Supervisor()
        self._tasks.keep(self._mix, "mix")

    @property
    def wanted(self) -> bool:
        """Whether anybody listens or consumes."""
        return bool(self._outputs or self._consumers)

    def push(self, peer_id: str, user: int, packet: RtpPacket) -> None:
        """A packet of this participant."""
        if not self.wanted:
            return
        voice = self._voices.get(peer_id)
        if voice is None:
            voice = self._voices[peer_id] = _Voice(user, user & 0xFFFFFFFF)
        voice.buffer.push(packet)
        self._audio_arrived.set()

    def listen(self, peer_id: str, connection: ParticipantConnection) -> None:
        """Send the mix to this participant from now on, over this connection."""
        before = self._outputs.get(peer_id)
        if before is None or before.connection is not connection:
            self._outputs[peer_id] = MixOutput(connection)

    def consume(self, on_mix: OnMix) -> Callable[[], None]:
        """Call `on_mix` with every tick of the mix, silent ones included, until the returned function is called."""
        self._consumers.append(on_mix)
        self._audio_arrived.set()

        return partial(self._stop_consuming, on_mix)

    def notify(self, peer_id: str) -> None:
        """Play the notice that the room is recorded to this listener alone. It is in no other mix, and not in the recording."""
        output = self._outputs.get(peer_id)
        if output is not None:
            output.notice = deque(notice())
            self._audio_arrived.set()

    def keep(self, *, speakers: Container[str], listeners: Container[str]) -> None:
        """Only these are heard, and only these hear, from now on."""
        self._voices = {peer: voice for peer, voice in self._voices.items() if peer in speakers}
        self._outputs = {peer: each for peer, each in self._outputs.items() if peer in listeners}

    def hang_up(self, peer_id: str) -> None:
        """This participant no longer receives the mix, and what they said is forgotten."""
        self._outputs.pop(peer_id, None)
        self._voices.pop(peer_id, None)

    def speaking(self, seconds: float) -> list[int]:
        """The users who were louder than background noise within this time. Known only while the mix is made."""
        since = time.monotonic() - seconds
        return [voice.user for voice in self._voices.values() if voice.spoke_at >= since]

    async def close(self) -> None:
        await self._tasks.close()

    def _stop_consuming(self, on_mix: OnMix) -> None:
        if on_mix in self._consumers:
            self._consumers.remove(on_mix)

    async def _mix(self) -> None:
        opened = time.monotonic()
        while True:
            await self._audio_arrived.wait()
            # Timestamps also count the time of silence.
            began = int((time.monotonic() - opened) / FRAME)
            try:
                await self._mix_until_silent(began)
            except Exception:
                # What one participant sent must not silence the others.
                log.exception("a mix failed, and starts again")
                self._voices.clear()
                await asyncio.sleep(FRAME)
            self._audio_arrived.clear()
            self._shared = None
            if self._consumers:  # after a fault, or in the last tick; they get silence, too
                self._audio_arrived.set()

    async def _mix_until_silent(self, began: int) -> None:
        quiet = 0
        async with contextlib.aclosing(ticks()) as counting:
            async for count in counting:
                quiet = 0 if self._tick(began + count) else quiet + 1
                if quiet >= QUIET_AFTER and not self._consumers:
                    return

    def _tick(self, tick: int) -> bool:
        frames: dict[str, Samples] = {}
        # The users who are louder than an open microphone in a quiet room.
        contributing: tuple[int, ...] = ()
        for peer, voice in self._voices.items():
            frame = voice.buffer.pull()
            if frame is not None:
                frames[peer] = frame
                if level(frame) < LOUD:
                    contributing += (voice.source,)
                    voice.spoke_at = time.monotonic()
        noticed = any(output.notice for output in self._outputs.values())
        if not frames and not noticed and not self._consumers:
            return False
        mixed = total(frames)
        self._to_speakers(tick, mixed, frames, contributing)
        self._to_listeners(tick, mixed, frames, contributing)
        self._flush()
        return bool(frames) or noticed

    def _to_speakers(
        self, tick: int, mixed: Samples, frames: dict[str, Samples], contributing: tuple[int, ...]
    ) -> None:
        for peer, own in frames.items():
            output = self._outputs.get(peer)
            if output is None:
                continue
            output.encoder = output.encoder or Encoder()
            samples = soft_clip(output.with_notice(without(mixed, own)))
            others = tuple(each for each in contributing if each != self._voices[peer].source)
            self._send(output, tick, output.encoder.encode(samples), level(samples), others)

    def _to_listeners(
        self, tick: int, mixed: Samples, frames: dict[str, Samples], contributing: tuple[int, ...]
    ) -> None:
        listeners = [output for peer, output in self._outputs.items() if peer not in frames]
        for output in [output for output in listeners if output.notice]:
            listeners.remove(output)
            output.encoder = output.encoder or Encoder()
            noticed = soft_clip(output.with_notice(mixed))
            self._send(output, tick, output.encoder.encode(noticed), level(noticed), contributing)
        if not listeners and not self._consumers:
            return
        self._shared = self._shared or Encoder()
        samples = soft_clip(mixed)
        opus, loudness = self._shared.encode(samples), level(samples)
        for output in listeners:
            output.encoder = None
            self._send(output, tick, opus, loudness, contributing)
        for consumer in tuple(self._consumers):
            try:
                consumer(tick, samples, opus)
            except Exception:
                log.exception("a consumer of a mix failed, and gets no more of it")
                self._stop_consuming(consumer)

    def _send(
        self,
        output: MixOutput,
        tick: int,
        opus: bytes,
        loudness: int,
        contributing: tuple[int, ...],
    ) -> None:
        if not opus:
            return
        resumed = tick != output.last_tick + 1
        output.seq = (output.seq + 1) & 0xFFFF
        output.last_tick = tick
        timestamp = (output.origin + tick * FRAME_SAMPLES) & 0xFFFFFFFF
        output.connection.send(
            MIX,
            RtpPacket(0, output.seq, timestamp, resumed, opus, loudness, csrcs=contributing[:15]),
        )
