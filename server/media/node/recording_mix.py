"""Mixes the voices of a room for a recording, on an SFU. It decodes and encodes, so it exists only while a recording runs."""

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
    """`push` received packets; `on_mix` gets the mix of every tick, silence included, until `close`."""

    def __init__(self, on_mix: OnMix) -> None:
        self._on_mix = on_mix
        self._buffers: dict[str, JitterBuffer] = {}
        self._encoder = Encoder()
        self._opened = time.monotonic()
        self._tasks = Supervisor()
        self._tasks.keep(self._mix, "recording mix")

    def push(self, peer_id: str, packet: RtpPacket) -> None:
        """A packet of a participant who may be heard."""
        buffer = self._buffers.get(peer_id)
        if buffer is None:
            buffer = self._buffers[peer_id] = JitterBuffer()
        buffer.push(packet)

    def keep(self, peer_ids: Container[str]) -> None:
        """Only these participants may be heard from now on."""
        self._buffers = {peer: buffer for peer, buffer in self._buffers.items() if peer in peer_ids}

    async def close(self) -> None:
        await self._tasks.close()

    async def _mix(self) -> None:
        # After a fault the mix starts again, at the tick where the recording is by then.
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
