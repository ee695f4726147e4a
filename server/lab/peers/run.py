"""A whole run: every repetition of every lane in random order, then what each lane loses."""

from __future__ import annotations

import logging
import random
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ...supervision import all_of, finished
from ...tools.output import Step
from ...tools.waiting import in_thread
from ...tools.workbench import Workbench, workbench
from ..quoted.noise import Idle, idle
from ..quoted.rounds import rounds
from .catalogue import FLOOR, Entry, entries
from .figures import NotStarted, Report, Result, noise
from .lane import Lane, Surroundings
from .live import LiveRows, live_rows
from .losses import losses
from .measurement import repetition
from .npm import Modules
from .plan import AT_ONCE, Plan
from .refusals import CannotStart

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
        self._idle: list[Idle] = []
        self._not_started: dict[str, NotStarted] = {}
        self._live = live
        self._places = {entry: n for n, entry in enumerate((*entries(plan), FLOOR), start=1)}

    async def measure(self) -> None:
        """Every repetition of every lane, in rounds."""
        for entry in self._places:
            await self._show(entry)
        order = random.Random(self._plan.seed)
        lanes = [FLOOR, *(entry for entry in entries(self._plan) if entry.measured)]
        for number, entry in rounds(lanes, self._plan.repetitions, order):
            self._on_step(f"{entry.about.label}, {number} of {self._plan.repetitions}")
            if entry.about.name not in self._not_started:
                await self._measured(entry)

    async def _measured(self, entry: Entry) -> None:
        if entry is FLOOR:
            self._idle.append(await idle())
        async with self._lane(entry, self._bench) as lane:
            self._result(entry).repetitions.append(await repetition(lane, self._plan))
        await self._show(entry)

    async def break_all(self) -> None:
        """Nothing is timed here, so some lanes are broken beside each other; each of these has a PostgreSQL of its own to break."""
        waiting = deque(entry for entry in entries(self._plan) if entry.broken)

        async def one_after_the_other(bench: Workbench) -> None:
            while waiting:
                await self._broken(waiting.popleft(), bench)

        with ExitStack() as stack:
            more = (_another(stack) for _ in range(min(AT_ONCE, len(waiting)) - 1))
            found = await all_of(*more, name="more of PostgreSQL")
            benches = [self._bench, *(bench for bench in found if bench is not None)]
            await all_of(*map(one_after_the_other, benches), name="what is lost")

    async def _broken(self, entry: Entry, bench: Workbench) -> None:
        self._on_step(f"{entry.about.label}: what is lost")
        if entry.about.name not in self._not_started:
            async with self._lane(entry, bench) as lane:
                found = self._result(entry).losses
                await losses(lane, self._plan, found, partial(self._show, entry))
            await self._show(entry)

    async def _show(self, entry: Entry) -> None:
        gone = self._not_started.get(entry.about.name)
        await self._live.show(self._places[entry], self._result(entry), gone)

    def _result(self, entry: Entry) -> Result:
        return self._floor if entry is FLOOR else self._results[entry.about.name]

    @asynccontextmanager
    async def _lane(self, entry: Entry, bench: Workbench) -> AsyncIterator[Lane]:
        """A lane in a folder of its own, ended with the block. Whatever fails in it, or at its end, ends this lane, and not the run."""
        try:
            with tempfile.TemporaryDirectory(prefix="lane-", dir=bench.folder) as folder:
                lane = entry.make(Surroundings(bench, Path(folder), self._modules))
                try:
                    yield lane
                except Exception as error:
                    if lane.server is not None and lane.ended:
                        why = error.why if isinstance(error, CannotStart) else "its server ended"
                        raise CannotStart(why, words=lane.server.last_words) from error
                    raise
                finally:
                    self._result(entry).versions.update(lane.versions)
                    await finished(lane.stop(), f"end of {entry.about.label}")
        except CannotStart as error:
            self._gone(entry, error.why, error.install, error.words)
        except Exception as error:
            log.info("%s failed", entry.about.label, exc_info=error)
            self._gone(entry, "it failed", "", str(error))

    def _gone(self, entry: Entry, why: str, install: str, words: str) -> None:
        about = entry.about
        if measured := len(self._result(entry).repetitions):
            why = f"{measured} of {self._plan.repetitions} repetitions, then: {why}"
        self._not_started[about.name] = NotStarted(about.name, about.label, why, install, words)

    def report(self, machine: dict[str, object]) -> Report:
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=machine,
            plan=self._plan,
            noise=noise(self._floor, self._idle, self._plan.seed),
            floor=self._floor,
            results=[each for each in self._results.values() if each.repetitions or each.losses],
            not_started=list(self._not_started.values()),
        )


async def _another(stack: ExitStack) -> Workbench | None:
    """One more PostgreSQL, ended with the stack; without it, lanes wait for each other, and nothing is lost of what was measured."""
    try:
        # to its end, also when cancelled: otherwise the stack would never learn of it
        return await finished(
            in_thread(stack.enter_context, workbench(None)), "PostgreSQL, started"
        )
    except Exception as error:
        log.warning("one PostgreSQL less to break", exc_info=error)
        return None
