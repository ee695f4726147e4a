"""Figures of a lane with their intervals, of one value for each repetition, and which lanes cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from zlib import crc32

from ...tools.bootstrap import Interval, Sample, differ, of_repetitions

Figures = dict[str, Interval | None]
"""By the figure's name; None where a lane has no such figure."""

R = TypeVar("R")
Read = Callable[[R], float | None]
"""A figure's value in one repetition."""


def seed_of(lane: str, seed: int) -> int:
    """Of each lane another one: with the same, two lanes would draw the same repetitions."""
    return (seed << 32) + crc32(lane.encode())


def values(repetitions: Iterable[R], read: Read[R]) -> list[float]:
    return [value for each in repetitions if (value := read(each)) is not None]


def figures(
    lane: str, repetitions: Sequence[R], reads: Mapping[str, Read[R]], seed: int
) -> Figures:
    """{figure: the median of its value in each repetition, with the interval}."""
    drawn = seed_of(lane, seed)
    return {
        name: of_repetitions(values(repetitions, read), seed=drawn) for name, read in reads.items()
    }


def sample(lane: str, repetitions: Iterable[R], read: Read[R], seed: int) -> Sample:
    """What `alike` compares, where a repetition has one value."""
    return Sample([[[value]] for value in values(repetitions, read)], seed=seed_of(lane, seed))


def alike(samples: Mapping[str, Sample], noise: float | None) -> dict[str, list[str]]:
    """{lane: others whose difference from it is within chance or the machine's noise}, of those that have values."""
    return {
        one: [
            other
            for other in samples
            if other != one
            and len(samples[one])
            and len(samples[other])
            and not differ(samples[one], samples[other], noise)
        ]
        for one in samples
    }


def plain(found: Figures) -> dict[str, Any]:
    """As JSON has them."""
    return {name: each and each._asdict() for name, each in found.items()}
