"""Received audio: 20 ms of one participant at a time, with its level."""

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

from .packets import BLOCK, RATE
from .signaling.events import Seat
from .sounds import Block

WAITING_LIMIT: Final = 250  # blocks, 5 s of one participant; a slow reader loses the oldest


@dataclass(frozen=True, slots=True)
class ReceivedAudio:
    """960 samples of a participant, 48 kHz mono; `position` in samples since the track began, `level` in dBov."""

    seat: Seat
    samples: Block
    position: int
    level: int


async def read_track(track: MediaStreamTrack, on_block: Callable[[Block, int], None]) -> None:
    """Read a track until it ends; `on_block(samples, position)` gets each 20 ms, however many are in a packet.

    Every track must be read, even when nobody needs it: aiortc queues its frames without bound.
    """
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if isinstance(frame, AudioFrame) and frame.sample_rate == RATE:
            samples, position = _mono(frame), frame.pts or 0
            for at in range(0, len(samples), BLOCK):
                on_block(samples[at : at + BLOCK], position + at)


def _mono(frame: AudioFrame) -> Block:
    """The first of two channels: Opus is decoded to stereo, and speech is the same in both."""
    channels = len(frame.layout.channels)
    return frame.to_ndarray().reshape(-1, channels)[:, 0].astype(np.int16)


class ReceivedAudioQueue:
    """A bounded queue of received audio, for one reader."""

    def __init__(self) -> None:
        self._waiting: deque[ReceivedAudio] = deque(maxlen=WAITING_LIMIT)
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, audio: ReceivedAudio) -> None:
        self._waiting.append(audio)
        self._changed.set()

    def close(self) -> None:
        self._closed = True
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[ReceivedAudio]:
        return self

    async def __anext__(self) -> ReceivedAudio:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()
