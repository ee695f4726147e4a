"""Percentiles of measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

SHARES: Final = (10, 25, 50, 75, 90, 99)  # of 100


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
    p50, p95, p99 = (round(rank(ranked, share), 3) for share in (50, 95, 99))
    return Spread(p50, p95, p99, round(ranked[-1], 3))


def percentiles(milliseconds: Sequence[float]) -> dict[int, float]:
    """{percentile: value}; empty without values."""
    ranked = sorted(milliseconds)
    return {share: round(rank(ranked, share), 3) for share in SHARES} if ranked else {}


def rank(ranked: Sequence[float], share: int) -> float:
    """Of sorted values, the one that `share` of 100 do not exceed (nearest rank); the median of an even number is between the middle two."""
    many = len(ranked)
    if share == 50:
        return (ranked[(many - 1) // 2] + ranked[many // 2]) / 2
    return ranked[max(0, ceil(share * many / 100) - 1)]
