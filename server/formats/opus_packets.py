"""Several Opus frames in one packet (RFC 6716, 3.2.5): nothing is decoded or encoded, and a receiver decodes as if they had come one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SEVERAL: Final = (
    3  # the two lowest bits of the first byte, if the number of frames follows; 0 is one frame
)
OF_DIFFERENT_LENGTHS: Final = 0x80
SHORT: Final = 252  # bytes; a longer length is written in two bytes


def fit_together(frame: bytes, next_frame: bytes) -> bool:
    """Whether both may be in one packet: packets of one frame each, with the same mode, bandwidth, length and channels."""
    return frame[:1] == next_frame[:1] and frame[0] & SEVERAL == 0


def together(frames: Sequence[bytes]) -> bytes:
    """One packet of these packets of one frame each, of which each fits together with the first."""
    if len(frames) == 1:
        return frames[0]
    head = bytes([frames[0][0] | SEVERAL, OF_DIFFERENT_LENGTHS | len(frames)])
    bodies = [frame[1:] for frame in frames]
    return head + b"".join([_length(len(body)) for body in bodies[:-1]] + bodies)


def _length(count: int) -> bytes:
    """As RFC 6716, 3.2.1 writes it."""
    if count < SHORT:
        return bytes([count])
    first = SHORT + (count - SHORT) % 4
    return bytes([first, (count - first) // 4])
