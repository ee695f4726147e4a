"""Everybody's voices mixed for a recording, by a node that otherwise only forwards them.

Decodes and encodes, and therefore exists only while a recording runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Container

from ..metronome import ticks
from ..mixing import Mixed, soft_clip, total
from ..opus import Encoder
from ..playout import Playout
from ..rtp import RtpPacket


class Mixdown:
    """`push` what people send; `on_mix` gets every tick's mix, silence included, until `close`."""

    def __init__(self, on_mix: Mixed) -> None:
        self._on_mix = on_mix
        self._playouts: dict[str, Playout] = {}
        self._encoder = Encoder()
        self._mixing = asyncio.create_task(self._mix(), name="mixdown")

    def push(self, peer_id: str, packet: RtpPacket) -> None:
        """A packet of somebody who may be heard."""
        playout = self._playouts.get(peer_id)
        if playout is None:
            playout = self._playouts[peer_id] = Playout()
        playout.push(packet)

    def keep(self, peer_ids: Container[str]) -> None:
        """Nobody but these may be heard from now on."""
        self._playouts = {
            peer: playout for peer, playout in self._playouts.items() if peer in peer_ids
        }

    async def close(self) -> None:
        self._mixing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._mixing

    async def _mix(self) -> None:
        async for tick in ticks():
            frames = {
                peer: frame
                for peer, playout in self._playouts.items()
                if (frame := playout.pull()) is not None
            }
            samples = soft_clip(total(frames))
            self._on_mix(tick, samples, self._encoder.encode(samples))
