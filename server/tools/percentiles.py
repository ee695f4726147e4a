"""Percentiles of measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Milliseconds: the median, what 95 and 99 of 100 stay below, and the worst."""

    p50: float
    p95: float
    p99: float
    most: float


def spread(milliseconds: Sequence[float]) -> Spread | None:
    """Nearest-rank percentiles; None of nothing."""
    if not milliseconds:
        return None
    ranked = sorted(milliseconds)

    def rank(share: float) -> float:
        return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 3)

    return Spread(rank(0.5), rank(0.95), rank(0.99), round(ranked[-1], 3))
