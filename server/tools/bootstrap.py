"""Figures one may quote: a median with its 95 % interval, by the bootstrap (Efron, Annals of Statistics 7, 1979), and when two differ.

What was measured in one repetition, or at one moment, goes up and down together. So repetitions are drawn first, then moments in them
(Davison and Hinkley, Bootstrap Methods and their Application, 1997, 3.8), and not single values: these would promise too narrow an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

DRAWS: Final = 1000
COVERED: Final = 95  # of 100
Moments = Sequence[Sequence[float]]
"""What was measured in one repetition: for each moment, such as one join, its values."""
Array = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A value with its 95 % interval, and of how many repetitions it was made."""

    value: float
    low: float
    high: float
    repetitions: int


class Sample:
    """Repetitions of one measurement, and what the bootstrap draws from them: {share: the percentile of each draw}.

    The same `seed` draws the same. Repetitions without any value are left out.
    """

    def __init__(
        self, repetitions: Sequence[Moments], shares: Sequence[int] = (50,), *, seed: int = 0
    ) -> None:
        kept = [[np.array(m, float) for m in moments if len(m)] for moments in repetitions]
        self._repetitions = [moments for moments in kept if moments]
        self._shares = shares
        self.draws = {share: np.empty(0) for share in shares}
        if self._repetitions:
            generator = np.random.default_rng(seed)
            drawn = np.array([self._draw(generator) for _ in range(DRAWS)])
            self.draws = {share: drawn[:, place] for place, share in enumerate(shares)}

    def interval(self, share: int = 50) -> Interval | None:
        """This percentile of all values with its interval; None without values."""
        if not self._repetitions:
            return None
        every = np.concatenate([values for moments in self._repetitions for values in moments])
        (value,) = _ranked(every, [share])
        tail = (100 - COVERED) / 2
        low, high = np.percentile(self.draws[share], [tail, 100 - tail])
        return Interval(
            round(value, 4),
            round(min(float(low), value), 4),
            round(max(float(high), value), 4),
            len(self._repetitions),
        )

    def _draw(self, generator: np.random.Generator) -> list[float]:
        values = []
        for place in generator.integers(len(self._repetitions), size=len(self._repetitions)):
            moments = self._repetitions[place]
            values += [moments[n] for n in generator.integers(len(moments), size=len(moments))]
        return _ranked(np.concatenate(values), self._shares)


def of_repetitions(values: Sequence[float], *, seed: int = 0) -> Interval | None:
    """The median of one value for each repetition. With fewer than six it is not narrower than from the smallest to the largest."""
    sample = Sample([[[value]] for value in values], seed=seed)
    found = sample.interval()
    if found is None:
        return None
    if len(values) < FEW:
        return found._replace(low=round(min(values), 4), high=round(max(values), 4))
    return found


FEW: Final = 6
"""Below this, the median of the population is outside of all values more often than 5 times in 100 (2 × ½ⁿ)."""


def differ(one: Sample, other: Sample, noise: float, share: int = 50) -> bool:
    """Whether two samples differ by more than chance and than the machine's noise: both in the same unit.

    Chance: 95 of 100 differences of their draws are on one side of zero.
    """
    a, b = one.draws[share], other.draws[share]
    if not len(a) or not len(b):
        return False
    tail = (100 - COVERED) / 2
    low, high = np.percentile(a - b, [tail, 100 - tail])
    return bool((low > 0 or high < 0) and abs(float(np.median(a) - np.median(b))) > noise)


def _ranked(values: Array, shares: Sequence[int]) -> list[float]:
    """Nearest-rank percentiles, as in `percentiles.py`."""
    ranked = np.sort(values)
    return [float(ranked[min(len(ranked) - 1, share * len(ranked) // 100)]) for share in shares]
