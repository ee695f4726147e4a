"""A whole run: every repetition of every lane in random order, then what each lane loses."""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from ...supervision import all_of, finished
from ...tools.output import Step
from ...tools.workbench import Workbench
from .catalogue import FLOOR, Entry, entries
from .figures import Noise, NotStarted, Report, Result
from .lane import Lane, Surroundings
from .live import LiveRows, live_rows
from .losses import losses
from .measurement import idle, repetition
from .npm import Modules
from .plan import Plan
from .refusals import CannotStart

AT_ONCE: Final = 4  # lanes whose losses are counted beside each other
IDLE: Final = 0.6  # seconds without anything, before each repetition of the floor

log = logging.getLogger(__name__)


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
    live_url: str | None = None,
) -> Report:
    """`modules` is a folder in which npm's packages are installed already, `live_url` the database of a Roomtone whose page /lab shows the lanes.

    Raises Broken and psycopg errors.
    """
    machine = await bench.machine()
    async with live_rows(live_url) as live:
        running = Run(bench, plan, on_step, modules, live)
        await running.measure()
        if plan.faults:
            await running.break_all()
    return running.report(machine)


class Run:
    """What is found on the way. A lane that cannot be started is named, and is not tried again."""

    def __init__(
        self, bench: Workbench, plan: Plan, on_step: Step, modules: Path | None, live: LiveRows
    ) -> None:
        self._bench = bench
        self._plan = plan
        self._on_step = on_step
        self._modules = Modules(modules)
        self._results = {entry.about.name: Result(entry.about) for entry in entries(plan)}
        self._floor = Result(FLOOR.about)
        self._idle: list[tuple[float, float]] = []
        self._not_started: dict[str, NotStarted] = {}
        self._database = asyncio.Lock()
        self._live = live
        self._places = {entry: n for n, entry in enumerate((*entries(plan), FLOOR), start=1)}

    async def measure(self) -> None:
        """Each round has every lane once, in another order: what the machine does meanwhile meets all of them alike."""
        for entry in self._places:
            await self._show(entry)
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
            self._result(entry).repetitions.append(await repetition(lane, self._plan))
        await self._show(entry)

    async def break_all(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        broken = [entry for entry in entries(self._plan) if entry.broken]
        await all_of(*(self._broken(entry, gate) for entry in broken), name="what is lost")

    async def _broken(self, entry: Entry, gate: asyncio.Semaphore) -> None:
        async with gate:
            self._on_step(f"{entry.about.label}: what is lost")
            if entry.about.name in self._not_started:
                return
            keep = self._result(entry).losses
            async with self._lane(entry) as lane:
                if not lane.has_database:
                    await losses(lane, self._plan, keep)
                else:
                    async with self._database:
                        await losses(lane, self._plan, keep)
            await self._show(entry)

    async def _show(self, entry: Entry) -> None:
        gone = self._not_started.get(entry.about.name)
        await self._live.show(self._places[entry], self._result(entry), gone)

    def _result(self, entry: Entry) -> Result:
        return self._floor if entry is FLOOR else self._results[entry.about.name]

    @asynccontextmanager
    async def _lane(self, entry: Entry) -> AsyncIterator[Lane]:
        """A lane in a folder of its own, ended with the block. Whatever fails in it, or at its end, ends this lane, and not the run."""
        try:
            with tempfile.TemporaryDirectory(prefix="lane-", dir=self._bench.folder) as folder:
                lane = entry.make(Surroundings(self._bench, Path(folder), self._modules))
                try:
                    yield lane
                finally:
                    self._result(entry).versions.update(lane.versions)
                    await finished(lane.stop(), f"end of {entry.about.label}")
        except CannotStart as error:
            self._gone(entry, error.why, error.install)
        except Exception as error:
            log.info("%s failed", entry.about.label, exc_info=error)
            self._gone(entry, f"{type(error).__name__}: {error}", "")

    def _gone(self, entry: Entry, why: str, install: str) -> None:
        about = entry.about
        self._not_started[about.name] = NotStarted(about.name, about.label, why, install)

    def report(self, machine: dict[str, object]) -> Report:
        joins = [[ms for join in each.joins for ms in join] for each in self._floor.repetitions]
        floors = [median(each) for each in joins if each]
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=machine,
            plan=self._plan,
            noise=Noise(
                latency=round(max(floors) - min(floors), 4) if len(floors) > 1 else None,
                busy=median(busy for busy, _ in self._idle) if self._idle else 0.0,
                late=median(late for _, late in self._idle) if self._idle else 0.0,
            ),
            floor=self._floor,
            results=[each for each in self._results.values() if each.repetitions or each.losses],
            not_started=list(self._not_started.values()),
        )
