"""What one says: a sound, encoded once, for everybody who listens.

Nothing is made while nobody listens or the voice is held back: no sample, no packet. When it goes on, the
timestamps go on where the clock is, so that receivers see a pause and not a jump into the past.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import av
import numpy as np

from .packets import BLOCK, RATE, SECONDS, SILENT, Packet
from .sounds import Block, Sound

MOST_WAITING: Final = 10  # packets for one listener, 200 ms; a slow one loses the oldest
TOO_LATE: Final = 0.2  # seconds behind the clock; then what was missed is left out
BITRATE: Final = 48_000  # bit/s
EFFORT: Final = 5  # of 10: half the cost of the best, and no ear can tell


class PacketQueue:
    """One listener's packets on their way."""

    def __init__(self) -> None:
        self._packets: deque[Packet] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()

    def put(self, packet: Packet) -> None:
        self._packets.append(packet)
        self._news.set()

    async def next(self) -> Packet:
        """The next packet, whenever there is one."""
        while not self._packets:
            self._news.clear()
            await self._news.wait()
        return self._packets.popleft()


class SentAudio:
    """Says a sound while `run` runs. `allowed` holds it back until it is true."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._queues: set[PacketQueue] = set()
        self._allowed = False
        self._wanted = asyncio.Event()
        self.ended = asyncio.Event()
        self.encoded_blocks = 0
        """Blocks that were encoded, ever."""

    @property
    def allowed(self) -> bool:
        return self._allowed

    @allowed.setter
    def allowed(self, allowed: bool) -> None:
        self._allowed = allowed
        self._look()

    @contextmanager
    def sending_to(self, queue: PacketQueue) -> Iterator[None]:
        """Somebody listens until the block ends."""
        self._queues.add(queue)
        self._look()
        try:
            yield
        finally:
            self._queues.discard(queue)
            self._look()

    async def run(self) -> None:
        """Until the sound ends, which sets `ended`, or this is cancelled. Raises what the sound raises."""
        clock = asyncio.get_running_loop().time
        born, position = clock(), 0
        encoder = _Encoder()
        while True:
            if not self._wanted.is_set():
                await self._wanted.wait()
                position = math.ceil((clock() - born) / SECONDS)
            behind = clock() - born - position * SECONDS
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
                packet = Packet(encoder.encode(block), position * BLOCK, level_of(block))
                for queue in self._queues:
                    queue.put(packet)
            position += 1

    def _look(self) -> None:
        if self._allowed and self._queues:
            self._wanted.set()
        else:
            self._wanted.clear()


class _Encoder:
    """Opus, mono; a block in, a packet out."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libopus", "w")
        self._codec.format = "s16"
        self._codec.layout = "mono"
        self._codec.sample_rate = RATE
        self._codec.bit_rate = BITRATE
        self._codec.options = {"application": "audio", "compression_level": str(EFFORT)}
        self._position = 0

    def encode(self, block: Block) -> bytes:
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._position
        self._position += BLOCK
        (packet,) = self._codec.encode(frame)
        return bytes(packet)


def level_of(block: Block) -> int:
    """Its level in dBov, -127 to 0 (RFC 6465, appendix A)."""
    power = float(np.mean(np.square(block, dtype=np.float64))) / 32767.0**2
    return SILENT if power <= 0 else max(SILENT, min(0, round(10 * math.log10(power))))
