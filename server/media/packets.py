"""One encoded Opus packet, and its units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RATE: Final = 48_000  # Hz, the clock of Opus in RTP (RFC 7587, section 4.1)
BLOCK: Final = 960  # samples, 20 ms
SECONDS: Final = BLOCK / RATE
SILENT: Final = -127  # dBov: digital silence (RFC 6464, section 3)


@dataclass(frozen=True, slots=True)
class Packet:
    """20 ms of Opus (RFC 6716). `timestamp` counts samples of 48 kHz, `level` is in dBov, -127 to 0."""

    payload: bytes
    timestamp: int
    level: int
