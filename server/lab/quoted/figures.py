"""Figures of lanes with their intervals, by one rule for all labs.

A percentile is of everything that was observed in all repetitions together; any other figure has one value in each, and is their median.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from zlib import crc32

from ...tools.bootstrap import Interval, Moments, Sample

SHARES: Final = (50, 95, 99)
KEPT: Final = 5_000
"""Observations of one repetition that are kept: of more, moments are drawn, so that a large crowd fills neither memory nor JSON."""

Figures = dict[str, Interval | None]
"""By the figure's name; None where a lane has no such figure."""

R = TypeVar("R")
Read = Callable[[R], float | None]
"""A figure's value in one repetition."""
Observe = Callable[[R], Moments]
"""What was observed in one repetition: for each moment, such as one join, its values."""


class Observed(NamedTuple):
    """What a figure of a lane is made of, and which percentile of it the figure is."""

    sample: Sample
    share: int = 50

    @property
    def interval(self) -> Interval | None:
        return self.sample.interval(self.share)


Observations = dict[str, Observed]
"""All figures of a lane, by name."""


def names(kind: str) -> list[str]:
    """`delay` has the figures delay_p50, delay_p95 and delay_p99."""
    return [f"{kind}_p{share}" for share in SHARES]


def observations(
    lane: str,
    repetitions: Sequence[R],
    observed: Mapping[str, Observe[R]],
    reads: Mapping[str, Read[R]],
    seed: int,
) -> Observations:
    """`observed` are kinds, such as `delay`, of which there are percentiles; `reads` are figures of one value in each repetition."""
    drawn = seed_of(lane, seed)
    found: Observations = {}
    for kind, observe in observed.items():
        sample = Sample([observe(each) for each in repetitions], SHARES, seed=drawn)
        found |= {
            name: Observed(sample, share) for name, share in zip(names(kind), SHARES, strict=True)
        }
    for name, read in reads.items():
        values = [value for each in repetitions if (value := read(each)) is not None]
        found[name] = Observed(Sample([[[value]] for value in values], seed=drawn))
    return found


def seed_of(lane: str, seed: int) -> int:
    """Of each lane another one: with the same, two lanes would draw the same repetitions."""
    return (seed << 32) + crc32(lane.encode())


def kept(moments: Iterable[Sequence[float]], seed: int = 0) -> list[list[float]]:
    """These moments in their order, or so many of them, drawn at random, as have `KEPT` values together; one at least."""
    every = [list(moment) for moment in moments]
    left = KEPT
    drawn: set[int] = set()
    for place in random.Random(seed).sample(range(len(every)), len(every)):
        left -= len(every[place])
        if left < 0 and drawn:
            break
        drawn.add(place)
    return [every[place] for place in sorted(drawn)]


def figures(observed: Observations) -> Figures:
    return {name: each.interval for name, each in observed.items()}


def plain(found: Figures) -> dict[str, Any]:
    """As JSON has them."""
    return {name: each and each._asdict() for name, each in found.items()}
