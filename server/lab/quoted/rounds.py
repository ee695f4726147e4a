"""Repetitions in rounds: each round has every lane once, in another order, so that what the machine does meanwhile meets all of them alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

REPETITIONS: Final = (1, 100)
SEEDS: Final = (0, 2**32 - 1)

L = TypeVar("L")


def rounds(lanes: Sequence[L], repetitions: int, order: random.Random) -> Iterator[tuple[int, L]]:
    """The number of the round, from 1 on, and the lane whose turn it is."""
    shuffled = list(lanes)
    for number in range(1, repetitions + 1):
        order.shuffle(shuffled)
        for lane in shuffled:
            yield number, lane
