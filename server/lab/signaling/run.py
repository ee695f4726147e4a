"""A whole run: in each round, in random order, the floor, the writing alone, and every technique with every number of followers."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple

from ...tools.output import Step
from ...tools.workbench import Workbench
from ..quoted.noise import Idle, idle
from ..quoted.rounds import rounds
from ..quoted.wording import versions
from .figures import Alone, Clock, Floors
from .floors import FRAME, clock, listen, writes
from .measurement import Through, baseline, directly, measure
from .plan import Plan, Technique
from .results import Report, Result, noise

WAYS: Final[dict[str, Technique]] = {"rows": "sse", "websocket": "websocket"}
"""How the writing alone is measured, each as clients of this technique write."""
PACKAGES: Final = ("psycopg", "starlette", "uvicorn")


class Turn(NamedTuple):
    """What is measured next, and its name."""

    label: str
    measure: Callable[[], Awaitable[None]]


def steps(plan: Plan) -> int:
    return plan.repetitions * (3 + len(plan.techniques) * len(plan.followers))


async def run(
    bench: Workbench,
    plan: Plan,
    on_step: Step = lambda words: None,
    *,
    through: Through = directly,
) -> Report:
    """Raises Refused, one of `UNREACHABLE`, RuntimeError and psycopg errors."""
    running = Run(bench, plan, through, await clock(bench))
    for number, turn in rounds(running.turns(), plan.repetitions, random.Random(plan.seed)):
        on_step(f"{turn.label}, {number} of {plan.repetitions}")
        await turn.measure()
    return await running.report()


class Run:
    """What is found on the way."""

    def __init__(self, bench: Workbench, plan: Plan, through: Through, clocks: Clock) -> None:
        self._bench = bench
        self._plan = plan
        self._through = through
        self._clock = clocks
        self._floors = Floors([], {}, FRAME)
        self._idle: list[Idle] = []
        self._alone: dict[str, list[Alone]] = {way: [] for way in WAYS}
        self._results = [
            Result(technique, number) for number in plan.followers for technique in plan.techniques
        ]

    def turns(self) -> list[Turn]:
        return [
            Turn("the floor: a bare LISTEN", self._floor),
            *(Turn(f"the writing alone, by {way}", partial(self._baseline, way)) for way in WAYS),
            *(Turn(each.label, partial(self._measure, each)) for each in self._results),
        ]

    async def _floor(self) -> None:
        self._idle.append(await idle())
        self._floors.listen.append(await listen(self._bench, self._clock.correction))

    async def _baseline(self, way: str) -> None:
        self._alone[way].append(await baseline(self._bench, WAYS[way], self._plan))

    async def _measure(self, result: Result) -> None:
        one = await measure(
            self._bench,
            result.technique,
            result.followers,
            self._plan,
            correction=self._clock.correction,
            through=self._through,
        )
        result.repetitions.append(one)

    async def report(self) -> Report:
        self._floors.writes.update(await writes(self._plan.followers))
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=await self._bench.machine(),
            versions=versions(*PACKAGES),
            plan=self._plan,
            noise=noise(self._floors.listen, self._alone, self._idle, self._plan.seed),
            clock=self._clock,
            floors=self._floors,
            baselines=self._alone,
            results=self._results,
        )
