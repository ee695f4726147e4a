"""Sounds to send: iterators of blocks of 960 samples, 48 kHz mono, 16 bit. None is a block of silence that is not sent.

The next block is taken when it is due, and only while there is a listener.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from .packets import BLOCK, RATE

Block = NDArray[np.int16]
Sound = Iterator[Block | None]


class SoundError(Exception):
    """A file cannot be played; the text says why."""


def silence() -> Sound:
    """Blocks of zeros, which are sent."""
    nothing = np.zeros(BLOCK, np.int16)
    while True:
        yield nothing


def tone(hertz: float) -> Sound:
    """A sine of this frequency and an amplitude of a quarter, without end."""
    return samples(lambda at: 0.25 * np.sin(2 * math.pi * hertz * at))


def samples(sound: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Sound:
    """A function of time: it gets 960 times in seconds, and returns the samples (-1 to 1) at these times."""
    steps = np.arange(BLOCK)
    for number in count():
        yield as_block(sound((number * BLOCK + steps) / RATE))


def pieces(parts: Iterator[NDArray[np.float32]]) -> Sound:
    """Samples (-1 to 1) in arrays of any length."""
    rest = np.zeros(0, np.float32)
    for part in parts:
        rest = np.concatenate([rest, part]) if rest.size else part
        whole = rest.size // BLOCK
        for number in range(whole):
            yield as_block(rest[number * BLOCK : (number + 1) * BLOCK])
        rest = rest[whole * BLOCK :]


def as_block(values: NDArray[np.floating]) -> Block:
    """Samples from -1 to 1 as 16 bit; louder ones are clipped."""
    block: Block = (np.clip(values, -1.0, 1.0) * 32767).astype(np.int16)
    return block


def play(path: Path) -> Sound:
    """The first audio stream of a file that FFmpeg can read, resampled and mixed to mono. Raises SoundError."""
    try:
        container = av.open(str(path))
    except (OSError, av.FFmpegError) as error:
        raise SoundError(f"{path} cannot be played: {error.strerror or error}") from error
    if not container.streams.audio:
        container.close()
        raise SoundError(f"{path} holds no sound")
    return _decoded(container)


def _decoded(container: av.container.InputContainer) -> Sound:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=BLOCK)
    with container:
        for decoded in container.decode(audio=0):
            for frame in resampler.resample(decoded):
                yield frame.to_ndarray()[0]
        for frame in resampler.resample(None):
            if frame.samples == BLOCK:
                yield frame.to_ndarray()[0]
