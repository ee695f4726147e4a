"""A multipoint control unit for one room: everybody receives one mix, in which a speaker does not hear their own voice.

(RFC 7667, 3.4: a media mixer.) One clock for all. Each speaker has an encoder of their own, because they must not hear
themselves. All listeners get the same encoded mix, so a further listener costs one packet per tick. A silent room costs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import randrange
from typing import Final

from ...supervision import Supervisor
from ..jitter_buffer import JitterBuffer
from ..mix_clock import FRAME, ticks
from ..mixing import OnMix, level, soft_clip, total, without
from ..node_rules import MIX
from ..opus import FRAME_SAMPLES, Encoder, Samples
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from ..signaling.events import Seat
from .notice import notice
from .participant_connection import ParticipantConnection
from .room_media import RoomMedia
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


class Mcu(RoomMedia):
    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        super().__init__(ice)
        self._outputs: dict[str, MixOutput] = {}
        self._buffers: dict[str, JitterBuffer] = {}
        self._shared: Encoder | None = None
        self._audio_arrived = asyncio.Event()
        self._on_mix: OnMix | None = None
        self._tasks = Supervisor()
        self._tasks.keep(self._mix, "mix")

    def record(self, on_mix: OnMix | None) -> None:
        self._on_mix = on_mix
        self._audio_arrived.set()

    def notify(self, peer_id: str) -> None:
        """Play the notice that the room is recorded to this participant alone. It is in no other mix, and not in the recording."""
        output = self._outputs.get(peer_id)
        if output is not None:
            output.notice = deque(notice())
            self._audio_arrived.set()

    async def hang_up(self, peer_id: str) -> None:
        self._outputs.pop(peer_id, None)
        self._buffers.pop(peer_id, None)
        await super().hang_up(peer_id)

    async def close(self) -> None:
        await self._tasks.close()
        await super().close()

    def _receive(self, peer_id: str, packet: RtpPacket) -> None:
        participant = self._participants.get(peer_id)
        if participant is None or not participant.audible:
            return
        buffer = self._buffers.get(peer_id)
        if buffer is None:
            buffer = self._buffers[peer_id] = JitterBuffer()
        buffer.push(packet)
        self._audio_arrived.set()

    def _voices_for(self, participant: Seat) -> list[str]:
        return [MIX]

    def _keep(self, audible: set[str], before: list[Seat]) -> None:
        self._outputs = {p: output for p, output in self._outputs.items() if p in self.connections}
        self._buffers = {p: buffer for p, buffer in self._buffers.items() if p in audible}

    async def _connect(self, peer_id: str) -> ParticipantConnection:
        connection = await super()._connect(peer_id)
        self._outputs[peer_id] = MixOutput(connection)
        return connection

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
                self._buffers.clear()
                await asyncio.sleep(FRAME)
            self._audio_arrived.clear()
            self._shared = None

    async def _mix_until_silent(self, began: int) -> None:
        quiet = 0
        async with contextlib.aclosing(ticks()) as counting:
            async for count in counting:
                quiet = 0 if self._tick(began + count) else quiet + 1
                if quiet >= QUIET_AFTER and self._on_mix is None:
                    return

    def _tick(self, tick: int) -> bool:
        frames: dict[str, Samples] = {}
        # The users who are louder than an open microphone in a quiet room.
        contributing: tuple[int, ...] = ()
        for peer, buffer in self._buffers.items():
            frame = buffer.pull()
            if frame is not None:
                frames[peer] = frame
                if level(frame) < LOUD:
                    contributing += (self._participants[peer].user & 0xFFFFFFFF,)
        noticed = any(output.notice for output in self._outputs.values())
        if not frames and not noticed and self._on_mix is None:
            return False
        mixed = total(frames)
        self._to_speakers(tick, mixed, frames, contributing)
        self._to_listeners(tick, mixed, frames, contributing)
        self._sockets.together.send()
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
            own_id = self._participants[peer].user & 0xFFFFFFFF
            others = tuple(each for each in contributing if each != own_id)
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
        if not listeners and self._on_mix is None:
            return
        self._shared = self._shared or Encoder()
        samples = soft_clip(mixed)
        opus, loudness = self._shared.encode(samples), level(samples)
        for output in listeners:
            output.encoder = None
            self._send(output, tick, opus, loudness, contributing)
        if self._on_mix is not None:
            self._on_mix(tick, samples, opus)

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
