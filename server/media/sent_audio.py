"""Sent audio: a sound, encoded once for all listeners.

While nobody listens, or the seat may not speak, no sample and no packet is made. Afterwards the timestamps continue where
the clock is, so that receivers see a pause and no jump into the past.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np

from .opus import Encoder
from .packets import BLOCK, SECONDS, SILENT, Packet
from .sounds import Block, Sound

WAITING_LIMIT: Final = 10  # packets for one connection, 200 ms; a slow one loses the oldest
TOO_LATE: Final = 0.2  # seconds behind the clock; then the missed blocks are left out
BIT_RATE: Final = 48_000  # bit/s, for music


class PacketQueue:
    """The packets that wait for one connection."""

    def __init__(self) -> None:
        self._packets: deque[Packet] = deque(maxlen=WAITING_LIMIT)
        self._changed = asyncio.Event()

    def put(self, packet: Packet) -> None:
        self._packets.append(packet)
        self._changed.set()

    async def next(self) -> Packet:
        """Wait for the next packet."""
        while not self._packets:
            self._changed.clear()
            await self._changed.wait()
        return self._packets.popleft()


class SentAudio:
    """Encodes a sound while `run` runs, and only while `allowed` is true and there is a queue to send to."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._queues: set[PacketQueue] = set()
        self._allowed = False
        self._wanted = asyncio.Event()
        self.ended = asyncio.Event()
        self.encoded_blocks = 0
        """How many blocks were encoded."""

    @property
    def allowed(self) -> bool:
        return self._allowed

    @allowed.setter
    def allowed(self, allowed: bool) -> None:
        self._allowed = allowed
        self._update()

    @contextmanager
    def sending_to(self, queue: PacketQueue) -> Iterator[None]:
        """Put each packet into this queue, too, until the block ends."""
        self._queues.add(queue)
        self._update()
        try:
            yield
        finally:
            self._queues.discard(queue)
            self._update()

    async def run(self) -> None:
        """Run until the sound ends, which sets `ended`. Raises what the sound raises."""
        clock = asyncio.get_running_loop().time
        began, position = clock(), 0
        encoder = Encoder(BIT_RATE)
        while True:
            if not self._wanted.is_set():
                await self._wanted.wait()
                position = math.ceil((clock() - began) / SECONDS)
            behind = clock() - began - position * SECONDS
            if behind > TOO_LATE:
                position += int(behind / SECONDS)
            elif behind < 0:
                await asyncio.sleep(-behind)
                if not self._wanted.is_set():
                    continue
            try:
                block = next(self._sound)
            except StopIteration:
                self.ended.set()
                return
            if block is not None:
                self.encoded_blocks += 1
                opus = encoder.encode(np.asarray(block / 32768, np.float32))
                packet = Packet(opus, position * BLOCK, level_of(block))
                for queue in self._queues:
                    queue.put(packet)
            position += 1

    def _update(self) -> None:
        if self._allowed and self._queues:
            self._wanted.set()
        else:
            self._wanted.clear()


def level_of(block: Block) -> int:
    """The level of a block in dBov, -127 to 0 (RFC 6465, appendix A)."""
    power = float(np.mean(np.square(block, dtype=np.float64))) / 32767.0**2
    return SILENT if power <= 0 else max(SILENT, min(0, round(10 * math.log10(power))))
