"""From the 48 kHz of a room to the 16 kHz of recognisers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..packets import RATE as FROM
from ..sounds import Block
from .recogniser import RATE, Samples

STEP = FROM // RATE
TAPS = 63


def _low_pass() -> NDArray[np.float32]:
    """A windowed sinc (Hamming) that ends below 8 kHz, where frequencies would be folded back (Oppenheim and Schafer, 7.5)."""
    middle = (TAPS - 1) / 2
    cut = 0.9 / STEP
    taps = np.sinc(cut * (np.arange(TAPS) - middle)) * np.hamming(TAPS)
    low_pass: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return low_pass


class Downsampler:
    """One speaker's samples, a block after the other; a block's length is a multiple of three."""

    FILTER = _low_pass()

    def __init__(self) -> None:
        self._before = np.zeros(TAPS - 1, np.float32)

    def __call__(self, block: Block) -> Samples:
        sound = np.concatenate([self._before, block.astype(np.float32)])
        self._before = sound[-(TAPS - 1) :]
        slow = np.convolve(sound, self.FILTER, "valid")[::STEP]
        samples: Samples = np.clip(np.rint(slow), -32768, 32767).astype(np.int16)
        return samples
