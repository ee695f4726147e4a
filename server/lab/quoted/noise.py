"""The machine's noise: what this machine does while nothing is compared, from the idle lane of each round."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import psutil

from ...tools.bootstrap import of_repetitions
from ...tools.percentiles import rank

IDLE: Final = 0.6  # seconds without anything, before each repetition of the floor
TICK: Final = 0.01  # seconds


@dataclass(frozen=True)
class Noise:
    """`latency` in milliseconds: how wide the interval of the floor's medians is, None if fewer than two were measured.

    Up to five it is from the smallest to the largest, from six on the 95 % interval: the range of more would only grow with their number.

    `busy` is the share of all cores that was busy while nothing was measured, `late` how many milliseconds too late a timer woke (p95).
    """

    latency: float | None
    busy: float
    late: float


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


def noise(floors: Sequence[float], idles: Sequence[Idle]) -> Noise:
    """`floors` are the medians of the floor's repetitions, in milliseconds."""
    found = of_repetitions(floors)
    return Noise(
        latency=round(found.high - found.low, 4) if found and len(floors) > 1 else None,
        busy=median(each.busy for each in idles) if idles else 0.0,
        late=median(each.late for each in idles) if idles else 0.0,
    )
