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
from collections.abc import Awaitable, Callable, Iterable
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
from .notice import notice
from .participant_connection import ParticipantConnection
from .speakers import LOUD, Participant, Speakers

QUIET_AFTER: Final = (
    50  # ticks, a second of silence, after which the clock stops until the next packet
)

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


class Mcu:
    """One room. `set_participants` says who is there, `answer` answers an offer. `ice` is called before each connection."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self._ice = ice
        self._participants: dict[str, Participant] = {}
        self._outputs: dict[str, MixOutput] = {}
        self._buffers: dict[str, JitterBuffer] = {}
        self._shared: Encoder | None = None
        self._audio_arrived = asyncio.Event()
        self._on_mix: OnMix | None = None
        self.speakers = Speakers()
        self._tasks = Supervisor()
        self._tasks.keep(self._mix, "mix")

    async def set_participants(self, participants: Iterable[Participant]) -> None:
        """Who is in the room now: connections of others are closed, muted participants are not mixed in."""
        before, self._participants = (
            self._participants,
            {each.peer_id: each for each in participants},
        )
        audible = {each.user_id for each in self._participants.values() if each.may_be_heard}
        for previous in before.values():
            if previous.user_id not in audible:
                self.speakers.forget(previous.user_id)
        gone = [
            output.connection
            for peer, output in self._outputs.items()
            if peer not in self._participants
        ]
        self._outputs = {
            peer: output for peer, output in self._outputs.items() if peer in self._participants
        }
        self._buffers = {
            peer: buffer for peer, buffer in self._buffers.items()
            if peer in self._participants and self._participants[peer].may_be_heard
        }  # fmt: skip
        await asyncio.gather(*(connection.close() for connection in gone))

    async def answer(self, peer_id: str, offer: str) -> str:
        """Answer an offer, with one voice: the mix. Raises OfferRefused, and KeyError for a session that is not in the room."""
        if peer_id not in self._participants:
            raise KeyError(peer_id)
        output = self._outputs.get(peer_id)
        if output is None or not output.connection.usable:
            connection = ParticipantConnection(
                await self._ice(), lambda packet: self._receive(peer_id, packet)
            )
            if peer_id not in self._participants:  # the participant has left
                await connection.close()
                raise KeyError(peer_id)
            old, output = output, MixOutput(connection)
            self._outputs[peer_id] = output
            if old is not None:
                await old.connection.close()
        return await output.connection.answer(offer, [MIX])

    def record(self, on_mix: OnMix | None) -> None:
        """Call `on_mix` with the mix of every tick, also of silent ones; None ends that."""
        self._on_mix = on_mix
        self._audio_arrived.set()

    def notify(self, peer_id: str) -> None:
        """Play the notice that the room is recorded to this participant alone. It is in no other mix, and not in the recording."""
        output = self._outputs.get(peer_id)
        if output is not None:
            output.notice = deque(notice())
            self._audio_arrived.set()

    async def candidates(self, peer_id: str, body: object) -> None:
        """More candidates of this participant."""
        connection = self.connections.get(peer_id)
        if connection is not None:
            await connection.add_candidates(body)

    async def hang_up(self, peer_id: str) -> None:
        """Close this participant's connection. They may offer a new one."""
        output = self._outputs.pop(peer_id, None)
        self._buffers.pop(peer_id, None)
        if output is not None:
            await output.connection.close()

    async def close(self) -> None:
        await self._tasks.close()
        await self.set_participants([])

    @property
    def connections(self) -> dict[str, ParticipantConnection]:
        return {peer: output.connection for peer, output in self._outputs.items()}

    def _receive(self, peer_id: str, packet: RtpPacket) -> None:
        participant = self._participants.get(peer_id)
        if participant is None or not participant.may_be_heard:
            return
        buffer = self._buffers.get(peer_id)
        if buffer is None:
            buffer = self._buffers[peer_id] = JitterBuffer()
        buffer.push(packet)
        self._audio_arrived.set()

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
                user_id, loudness = self._participants[peer].user_id, level(frame)
                self.speakers.update(user_id, loudness)
                if loudness < LOUD:
                    contributing += (user_id & 0xFFFFFFFF,)
        noticed = any(output.notice for output in self._outputs.values())
        if not frames and not noticed and self._on_mix is None:
            return False
        mixed = total(frames)
        self._to_speakers(tick, mixed, frames, contributing)
        self._to_listeners(tick, mixed, frames, contributing)
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
            own_id = self._participants[peer].user_id & 0xFFFFFFFF
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
