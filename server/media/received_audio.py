"""What others say: 20 ms at a time, person by person, with how loud it was."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from .packets import RATE
from .signaling.events import Seat
from .sounds import Block

MOST_WAITING: Final = 250  # blocks, 5 s of one person; a slow reader loses the oldest


@dataclass(frozen=True, slots=True)
class ReceivedAudio:
    """960 samples of somebody, 48 kHz mono, at `position` (samples) of what came from them; `level` in dBov."""

    seat: Seat
    samples: Block
    position: int
    level: int


async def read_track(track: MediaStreamTrack, say: Callable[[Block, int], None]) -> None:
    """Take what comes in on a track until it ends.

    Always taken, even when nobody wants it: aiortc queues it without bound.
    """
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if isinstance(frame, AudioFrame) and frame.sample_rate == RATE:
            say(_mono(frame), frame.pts or 0)


def _mono(frame: AudioFrame) -> Block:
    """Opus is decoded to two channels, and speech sits in the middle."""
    channels = len(frame.layout.channels)
    return frame.to_ndarray().reshape(-1, channels)[:, 0].astype(np.int16)


class ReceivedAudioQueue:
    """A bounded queue of what is heard, for one reader."""

    def __init__(self) -> None:
        self._waiting: deque[ReceivedAudio] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()
        self._closed = False

    def put(self, heard: ReceivedAudio) -> None:
        self._waiting.append(heard)
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    def __aiter__(self) -> AsyncIterator[ReceivedAudio]:
        return self

    async def __anext__(self) -> ReceivedAudio:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()
