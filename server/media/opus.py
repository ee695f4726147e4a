"""Opus frames to samples and back, 48 kHz mono, 20 ms at a time (RFC 6716, RFC 7587), by PyAV's libopus."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.packet import Packet
from numpy.typing import NDArray

from ..formats import ogg, ogg_stream

RATE: Final = ogg.RATE  # Hz
FRAME_SAMPLES: Final = ogg_stream.FRAME_SAMPLES  # 20 ms
EFFORT: Final = 5  # of 10: half the cost of 10, and no audible difference
BIT_RATE: Final = 40_000  # bit/s, fullband speech and modest music (RFC 7587, 3.1.1)

Samples = NDArray[np.float32]
"""Mono, −1 to 1."""


class Decoder:
    """Decodes one speaker's frames, in order."""

    def __init__(self) -> None:
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate = RATE
        self._codec.format = "flt"
        self._codec.layout = "mono"

    def decode(self, payload: bytes) -> Samples:
        """All samples of one frame. Raises ValueError for bytes that are no Opus."""
        try:
            frames = self._codec.decode(Packet(payload))
        except (av.FFmpegError, ValueError) as error:
            raise ValueError(f"not an Opus frame: {error}") from None
        parts = [_mono(frame) for frame in frames]
        return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty(0, np.float32)])


class Encoder:
    """Encodes one stream of 20 ms frames."""

    def __init__(self, bit_rate: int = BIT_RATE) -> None:
        self._codec: Any = av.CodecContext.create("libopus", "w")
        self._codec.bit_rate = bit_rate
        self._codec.format = "flt"
        self._codec.layout = "mono"
        self._codec.sample_rate = RATE
        self._codec.time_base = Fraction(1, RATE)
        self._codec.options = {
            "application": "audio",
            "frame_duration": "20",
            "compression_level": str(EFFORT),
        }
        self._pts = 0

    def encode(self, samples: Samples) -> bytes:
        """The Opus frame of 960 samples; empty for the first ones, because the encoder looks ahead."""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._pts
        frame.time_base = Fraction(1, RATE)
        self._pts += len(samples)
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


def _mono(frame: AudioFrame) -> Samples:
    data = frame.to_ndarray()
    if data.dtype == np.int16:
        data = data.astype(np.float32) / 32768
    channels = len(frame.layout.channels)
    if channels == 1:
        return np.asarray(data, np.float32).reshape(-1)
    planar: NDArray[Any] = data if data.shape[0] == channels else data.reshape(-1, channels).T
    return np.asarray(planar.mean(axis=0), np.float32)
