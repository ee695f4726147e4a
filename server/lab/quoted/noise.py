"""The machine's noise: what this machine does while nothing is compared, from the idle lane of each round."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import psutil

from ...tools.percentiles import rank
from .figures import Figures

IDLE: Final = 0.6  # seconds without anything, before each repetition of the floor
TICK: Final = 0.01  # seconds


@dataclass(frozen=True)
class Noise:
    """`figures`: how wide the interval of each of the idle lane's figures is, in the figure's unit; `latency` in milliseconds is that of its median.

    Up to five repetitions it is from the smallest to the largest, from six on the 95 % interval: the range of more would only grow with their
    number. `latency` is None and `figures` is empty if fewer than two were measured.

    `busy` is the share of all cores that was busy while nothing was measured, `late` how many milliseconds too late a timer woke (p95).
    """

    latency: float | None
    busy: float
    late: float
    figures: dict[str, float] = field(default_factory=dict)

    def of(self, figure: str) -> float | None:
        """How large a difference in this figure may be and say nothing; 0 where the idle lane has no such figure, None if it was not measured."""
        return None if self.latency is None else self.figures.get(figure, 0.0)


@dataclass(frozen=True)
class Idle:
    """One moment in which nothing ran: the share of all cores that was busy, and by how many milliseconds a timer was late (p95)."""

    busy: float
    late: float


async def idle(seconds: float = IDLE) -> Idle:
    """Nothing runs for so long."""
    loop = asyncio.get_running_loop()
    psutil.cpu_percent()
    late = []
    for _ in range(max(1, round(seconds / TICK))):
        began = loop.time()
        await asyncio.sleep(TICK)
        late.append((loop.time() - began - TICK) * 1000)
    busy = psutil.cpu_percent() / 100
    return Idle(round(busy, 3), round(rank(sorted(late), 95), 3))


def noise(floor: Figures, median_of: str, idles: Sequence[Idle]) -> Noise:
    """`floor` are the figures of the idle lane's repetitions, of which `median_of` is its median latency."""
    widths = {
        name: round(found.high - found.low, 6)
        for name, found in floor.items()
        if found and found.repetitions > 1
    }
    return Noise(
        latency=widths.get(median_of),
        busy=median(each.busy for each in idles) if idles else 0.0,
        late=median(each.late for each in idles) if idles else 0.0,
        figures=widths,
    )
