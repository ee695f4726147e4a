"""Everybody's voices mixed for a recording, by a node that otherwise only forwards them.

Decodes and encodes, and therefore exists only while a recording runs.
"""

from __future__ import annotations

import time
from collections.abc import Container

from ...supervision import Supervisor
from ..jitter_buffer import JitterBuffer
from ..mix_clock import FRAME, ticks
from ..mixing import OnMix, soft_clip, total
from ..opus import Encoder
from ..rtp import RtpPacket


class RecordingMix:
    """`push` what people send; `on_mix` gets every tick's mix, silence included, until `close`."""

    def __init__(self, on_mix: OnMix) -> None:
        self._on_mix = on_mix
        self._buffers: dict[str, JitterBuffer] = {}
        self._encoder = Encoder()
        self._opened = time.monotonic()
        self._tasks = Supervisor()
        self._tasks.keep(self._mix, "recording mix")

    def push(self, peer_id: str, packet: RtpPacket) -> None:
        """A packet of somebody who may be heard."""
        buffer = self._buffers.get(peer_id)
        if buffer is None:
            buffer = self._buffers[peer_id] = JitterBuffer()
        buffer.push(packet)

    def keep(self, peer_ids: Container[str]) -> None:
        """Nobody but these may be heard from now on."""
        self._buffers = {peer: buffer for peer, buffer in self._buffers.items() if peer in peer_ids}

    async def close(self) -> None:
        await self._tasks.close()

    async def _mix(self) -> None:
        # Begun anew after a fault, it goes on where the recording is by then.
        began = int((time.monotonic() - self._opened) / FRAME)
        async for count in ticks():
            tick = began + count
            frames = {
                peer: frame
                for peer, buffer in self._buffers.items()
                if (frame := buffer.pull()) is not None
            }
            samples = soft_clip(total(frames))
            self._on_mix(tick, samples, self._encoder.encode(samples))
