"""Percentiles of measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    p50, p95, p99 = (_rank(ranked, share) for share in (50, 95, 99))
    return Spread(p50, p95, p99, round(ranked[-1], 3))


def percentiles(milliseconds: Sequence[float]) -> dict[int, float]:
    """{percentile: value}; empty without values."""
    ranked = sorted(milliseconds)
    return {share: _rank(ranked, share) for share in SHARES} if ranked else {}


def _rank(ranked: Sequence[float], share: int) -> float:
    return round(ranked[min(len(ranked) - 1, share * len(ranked) // 100)], 3)
