"""A whole run: every repetition of every lane in random order, then what each lane loses."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from ...tools.http import UNREACHABLE, Refused
from ...tools.output import Step
from ...tools.workbench import Workbench
from ...tools.worker import Broken
from .catalogue import FLOOR, Entry, entries
from .figures import Noise, NotStarted, Report, Result
from .lane import Lane, Surroundings
from .losses import losses
from .measurement import idle, repetition
from .plan import Plan
from .refusals import CannotStart

AT_ONCE: Final = 4  # lanes whose losses are counted beside each other
IDLE: Final = 0.6  # seconds without anything, before each repetition of the floor
SICK: Final = (Broken, Refused, RuntimeError, psycopg.Error, *UNREACHABLE)
"""What ends a lane, and not the run."""


def steps(plan: Plan) -> int:
    lanes = entries(plan)
    return (sum(entry.measured for entry in lanes) + 1) * plan.repetitions + (
        sum(entry.broken for entry in lanes) if plan.faults else 0
    )


async def run(
    bench: Workbench,
    plan: Plan,
    on_step: Step = lambda words: None,
    *,
    modules: Path | None = None,
) -> Report:
    """`modules` is a folder in which npm's packages are installed already. Raises psycopg errors."""
    running = Run(bench, plan, on_step, modules)
    await running.measure()
    if plan.faults:
        await running.break_all()
    return await running.report()


class Run:
    """What is found on the way. A lane that cannot be started is named, and is not tried again."""

    def __init__(self, bench: Workbench, plan: Plan, on_step: Step, modules: Path | None) -> None:
        self._bench = bench
        self._plan = plan
        self._on_step = on_step
        self._modules = modules
        self._results = {entry.about.name: Result(entry.about) for entry in entries(plan)}
        self._floor = Result(FLOOR.about)
        self._idle: list[tuple[float, float]] = []
        self._not_started: dict[str, NotStarted] = {}
        self._database = asyncio.Lock()

    async def measure(self) -> None:
        """Each round has every lane once, in another order: what the machine does meanwhile meets all of them alike."""
        order = random.Random(self._plan.seed)
        lanes = [FLOOR, *(entry for entry in entries(self._plan) if entry.measured)]
        for number in range(self._plan.repetitions):
            order.shuffle(lanes)
            for entry in lanes:
                self._on_step(f"{entry.about.label}, {number + 1} of {self._plan.repetitions}")
                if entry.about.name not in self._not_started:
                    await self._measured(entry)

    async def _measured(self, entry: Entry) -> None:
        if entry is FLOOR:
            self._idle.append(await idle(IDLE))
        async with self._lane(entry) as lane:
            found = await repetition(lane, self._plan)
            result = self._result(entry)
            result.repetitions.append(found)
            result.versions.update(lane.versions)

    async def break_all(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        broken = [entry for entry in entries(self._plan) if entry.broken]
        async with asyncio.TaskGroup() as group:
            for entry in broken:
                group.create_task(self._broken(entry, gate))

    async def _broken(self, entry: Entry, gate: asyncio.Semaphore) -> None:
        async with gate:
            self._on_step(f"{entry.about.label}: what is lost")
            if entry.about.name in self._not_started:
                return
            async with self._lane(entry) as lane:
                if not lane.has_database:
                    found = await losses(lane, self._plan)
                else:
                    async with self._database:
                        found = await losses(lane, self._plan)
                result = self._result(entry)
                result.losses = found
                result.versions.update(lane.versions)

    def _result(self, entry: Entry) -> Result:
        return self._floor if entry is FLOOR else self._results[entry.about.name]

    @asynccontextmanager
    async def _lane(self, entry: Entry) -> AsyncIterator[Lane]:
        """A lane in a folder of its own, ended with the block."""
        with tempfile.TemporaryDirectory(prefix="lane-", dir=self._bench.folder) as folder:
            lane = entry.make(Surroundings(self._bench, Path(folder), self._modules))
            try:
                yield lane
            except CannotStart as error:
                self._gone(entry, error.why, error.install)
            except SICK as error:
                self._gone(entry, f"{type(error).__name__}: {error}", "")
            finally:
                await lane.stop()

    def _gone(self, entry: Entry, why: str, install: str) -> None:
        about = entry.about
        self._not_started[about.name] = NotStarted(about.name, about.label, why, install)

    async def report(self) -> Report:
        floors = [
            median(ms for join in each.joins for ms in join) for each in self._floor.repetitions
        ]
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=await self._bench.machine(),
            plan=self._plan,
            noise=Noise(
                latency=round(max(floors) - min(floors), 4) if floors else 0.0,
                busy=median(busy for busy, _ in self._idle) if self._idle else 0.0,
                late=median(late for _, late in self._idle) if self._idle else 0.0,
            ),
            floor=self._floor,
            results=[each for each in self._results.values() if each.repetitions or each.losses],
            not_started=list(self._not_started.values()),
        )
