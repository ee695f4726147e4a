"""Figures one may quote: a median with its 95 % interval, by the bootstrap (Efron, Annals of Statistics 7, 1979), and when two differ.

What was measured in one repetition, or at one moment, goes up and down together. So repetitions are drawn first, then moments in them
(Davison and Hinkley, Bootstrap Methods and their Application, 1997, 3.8), and not single values: these would promise too narrow an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from .percentiles import rank

DRAWS: Final = 1000
AT_ONCE: Final = 2_000_000  # values of draws in memory
COVERED: Final = 95  # of 100
Moments = Sequence[Sequence[float]]
"""What was measured in one repetition: for each moment, such as one join, its values."""
Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


FEW: Final = 6
"""Below this, the median of the population is outside of all values more often than 5 times in 100 (2 × ½ⁿ)."""


class Interval(NamedTuple):
    """A value with its 95 % interval, and of how many repetitions it was made.

    Of fewer than six it is no 95 % interval, but from the smallest to the largest repetition.
    """

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
        self._seed = seed

    @cached_property
    def draws(self) -> dict[int, Array]:
        """Made when they are needed: of a single repetition they never are."""
        if not self._repetitions:
            return {share: np.empty(0) for share in self._shares}
        often = self._often(np.random.default_rng(self._seed))
        moments = [values for each in self._repetitions for values in each]
        every = np.concatenate(moments)
        order = np.argsort(every)
        of_moment = np.repeat(np.arange(len(moments)), [len(values) for values in moments])[order]
        at_once = max(1, AT_ONCE // len(every))
        drawn = [
            _ranked_draws(every[order], often[begin : begin + at_once, of_moment], self._shares)
            for begin in range(0, DRAWS, at_once)
        ]
        return {
            share: np.concatenate([ranked[place] for ranked in drawn])
            for place, share in enumerate(self._shares)
        }

    def __len__(self) -> int:
        """How many repetitions have a value."""
        return len(self._repetitions)

    def interval(self, share: int = 50) -> Interval | None:
        """This percentile of all values with its interval; None without values, or of too few moments: the 99th of fewer than 100 is one of them.

        Of fewer than `FEW` repetitions each has to have enough, because the interval is from one's percentile to another's.
        """
        if not self._repetitions or (share > 50 and self._moments * (100 - share) < 100):
            return None
        every = np.concatenate([values for moments in self._repetitions for values in moments])
        (value,) = _ranked(every, [share])
        low, high = self.limits(share)
        return Interval(
            round(value, 4),
            round(min(low, value), 4),
            round(max(high, value), 4),
            len(self._repetitions),
        )

    @property
    def _moments(self) -> int:
        """Of which a percentile is, at the least."""
        each = [len(moments) for moments in self._repetitions]
        return min(each) if len(self) < FEW else sum(each)

    def limits(self, share: int) -> tuple[float, float]:
        """From where to where the interval is: of fewer than `FEW` repetitions, from the smallest to the largest percentile of one."""
        if len(self) < FEW:
            each = [_ranked(np.concatenate(moments), [share])[0] for moments in self._repetitions]
            return min(each), max(each)
        return _middle(self.draws[share])

    def _often(self, generator: np.random.Generator) -> Counts:
        """How often each moment is in each draw."""
        many = len(self._repetitions)
        drawn = generator.multinomial(many, np.full(many, 1 / many), size=DRAWS)
        return np.hstack(
            [
                generator.multinomial(drawn[:, n] * len(moments), np.full(len(moments), 1 / len(moments)))
                for n, moments in enumerate(self._repetitions)
            ]
        )  # fmt: skip


def of_repetitions(values: Sequence[float], *, seed: int = 0) -> Interval | None:
    """The median of one value for each repetition."""
    return Sample([[[value]] for value in values], seed=seed).interval()


def differ(one: Sample, other: Sample, noise: float | None, share: int = 50) -> bool:
    """Whether two samples differ by more than chance and than the machine's noise, all in one unit; never if that was not measured (None).

    Chance: 95 of 100 differences of their draws are on one side of zero; so the two need different seeds. Where either has fewer than
    `FEW` repetitions, their ranges have nothing in common; that says less, and of a single repetition nothing.
    """
    if noise is None or min(len(one), len(other)) < 2:
        return False
    a, b = one.draws[share], other.draws[share]
    if abs(float(np.median(a) - np.median(b))) <= noise:
        return False
    if min(len(one), len(other)) < FEW:
        (a_low, a_high), (b_low, b_high) = one.limits(share), other.limits(share)
        return a_low > b_high or b_low > a_high
    low, high = _middle(a - b)
    return low > 0 or high < 0


def _middle(draws: Array) -> tuple[float, float]:
    """Where the middle 95 of 100 draws begin and end."""
    tail = (100 - COVERED) / 2
    low, high = np.percentile(draws, [tail, 100 - tail])
    return float(low), float(high)


def _ranked_draws(ranked: Array, often: Counts, shares: Sequence[int]) -> list[Array]:
    """For each share that percentile, as `rank` has it, of each draw: it has each of the sorted values so often."""
    up_to = np.cumsum(often, axis=1)
    many = up_to[:, -1]

    def at(places: Counts) -> Array:
        values: Array = ranked[np.sum(up_to <= places[:, None], axis=1)]
        return values

    return [
        (at((many - 1) // 2) + at(many // 2)) / 2
        if share == 50
        else at(np.maximum(0, -(-share * many // 100) - 1))
        for share in shares
    ]


def _ranked(values: Array, shares: Sequence[int]) -> list[float]:
    ranked: Sequence[float] = np.sort(values).tolist()
    return [rank(ranked, share) for share in shares]
