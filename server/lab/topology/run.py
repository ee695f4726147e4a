"""A whole run: every crowd in each topology, the lightest first, until it no longer works, and the floors."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from ...media.edge.installed_janus import missing
from ...media.edge.janus import JanusLost, JanusRefused
from ...tools.output import Step
from ...tools.processes import node
from ...tools.program_versions import package_version
from ...tools.workbench import Psql, Workbench
from ...tools.worker import Broken, Worker, worker
from ..quoted.noise import Idle
from ..quoted.noise import idle as idle_machine
from ..quoted.rounds import rounds
from ..quoted.wording import versions
from .figures import Floors
from .floors import Forward, floors, forward
from .janus_lane import PLUGINS, JanusLane, janus_lane
from .measurement import Ended, idle, measure
from .place import Setup
from .plan import KINDS, Crowd, Plan, Topology, kinds_of
from .results import Report, Result, noise
from .sizes import edge_sizes

NODES_WITHIN: Final = 30.0  # seconds
PROCESSES: Final = 4  # of people, at most
PACKAGES: Final = ("aiortc", "av", "numpy", "psycopg")


def steps(plan: Plan) -> int:
    return 2 + len(plan.crowds) * plan.repetitions * (1 + len(plan.topologies))


async def run(bench: Workbench, plan: Plan, on_step: Step) -> Report:
    """Raises Broken, OSError, TimeoutError, RuntimeError and psycopg errors."""
    on_step("starting a relay, nodes and people")
    async with (
        _setup(bench, plan) as setup,
        worker("the floor", f"{__package__}.floor", bench.folder / "floor.log") as floor,
    ):
        running = Run(setup, plan, floor, on_step)
        for crowd in plan.crowds:
            await running.crowd(crowd)
        on_step("the floors: plain aiortc, the codec alone")
        return await running.report(await floors(floor, setup.crowds[0], plan, running.forwards))


class Run:
    """What is found on the way. A crowd's repetitions follow each other, so that all topologies with it meet the same machine."""

    def __init__(self, setup: Setup, plan: Plan, floor: Worker, on_step: Step) -> None:
        self.forwards: list[Forward] = []
        self._setup = setup
        self._plan = plan
        self._floor = floor
        self._on_step = on_step
        self._order = random.Random(plan.seed)
        self._idle: list[Idle] = []
        self._results: list[Result] = []
        self._skipped: list[tuple[str, Crowd]] = []

    async def crowd(self, crowd: Crowd) -> None:
        """The floor and each topology in every round; one that failed with a smaller crowd is not tried."""
        plan = self._plan
        stopped = {
            each.topology
            for each in self._results
            if each.repetitions and not each.works and each.crowd.within(crowd)
        }
        unavailable = self._setup.unavailable
        self._skipped += [(topology, crowd) for topology in plan.topologies if topology in stopped]
        lanes = [Result(topology, crowd) for topology in plan.topologies if topology not in stopped]
        self._results += lanes
        for number, lane in rounds([None, *lanes], plan.repetitions, self._order):
            label = "the floor: a bare forward" if lane is None else lane.label
            self._on_step(f"{label}, {number} of {plan.repetitions}")
            if lane is None:
                self._idle.append(await idle_machine())
                self.forwards.append(await forward(self._floor))
            elif lane.topology not in unavailable and not lane.gave_up(plan.repetitions):
                try:
                    one = await measure(self._setup, lane.topology, crowd, plan)
                except Ended as error:
                    unavailable[lane.topology] = str(error)
                else:
                    lane.repetitions.append(one)

    async def report(self, lowest: Floors) -> Report:
        bench = self._setup.bench
        results = [each for each in self._results if each.repetitions]
        beside = {}
        if {"edge", *PLUGINS} & {each.topology for each in results}:
            beside["janus"] = await package_version("janus")
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=await bench.machine(),
            versions=versions(*PACKAGES) | beside,
            plan=self._plan,
            noise=noise(self.forwards, self._idle, self._plan.seed),
            floors=lowest,
            idle={topology: round(value, 4) for topology, value in self._setup.idle.items()},
            results=results,
            skipped=self._skipped,
            unavailable={**self._setup.unavailable},
        )


@asynccontextmanager
async def _setup(bench: Workbench, plan: Plan) -> AsyncIterator[Setup]:
    """A relay, a node of each kind that is asked for, and processes of people, as many as there are cores and two at least."""
    async with AsyncExitStack() as stack:
        janus: dict[Topology, JanusLane] = {}
        unavailable: dict[str, str] = {}
        if "edge" in plan.topologies and (why := missing()) is not None:
            unavailable["edge"] = why
        for topology in plan.topologies:
            if topology in PLUGINS:
                try:
                    janus[topology] = await stack.enter_async_context(janus_lane(topology))
                except (JanusLost, JanusRefused) as error:
                    unavailable[topology] = str(error)
        served = [topology for topology in plan.topologies if topology not in unavailable]
        psql = await stack.enter_async_context(await bench.psql())
        await stack.enter_async_context(edge_sizes(psql))
        relay = await stack.enter_async_context(bench.relay())
        nodes: dict[str, psutil.Process] = {
            kind: await stack.enter_async_context(
                node(kind, bench.relay_url, bench.folder / f"{kind}.log", "--capacity", "10000")
            )
            for kind in kinds_of(served)
        }
        many = min(PROCESSES, max(2, os.cpu_count() or 2))
        crowds = [
            await stack.enter_async_context(
                worker(name, f"{__package__}.crowd", bench.folder / f"{name}.log")
            )
            for name in (f"people-{number + 1}" for number in range(many))
        ]
        url = f"http://{relay.place}"
        await asyncio.gather(*(each.ask("sign_in", url=url, names=[]) for each in crowds))
        await _until_nodes_live(psql, nodes, bench.folder)
        served_by = {
            t: [janus[t].process] if t in janus else [nodes[kind] for kind in KINDS[t]]
            for t in served
        }
        values = await asyncio.gather(*(idle(processes) for processes in served_by.values()))
        idles: dict[Topology, float] = {
            t: value for t, value in zip(served_by, values, strict=True) if t != "mesh"
        }
        yield Setup(bench, psql, url, crowds, janus, served_by, idles, unavailable)


async def _until_nodes_live(psql: Psql, kinds: Collection[str], folder: Path) -> None:
    """Until the database counts one node of each kind, which then is ours."""
    try:
        async with asyncio.timeout(NODES_WITHIN):
            while True:
                rows = await psql.execute("select kind from living_nodes()")
                living = [row[0] for row in await rows.fetchall()]
                if sorted(set(living) & set(kinds)) == sorted(kinds):
                    break
                await asyncio.sleep(0.1)
    except TimeoutError:
        logs = "".join((folder / f"{kind}.log").read_text(errors="replace") for kind in kinds)
        raise Broken(f"the nodes did not start: {logs[-500:]}") from None
    if any(living.count(kind) > 1 for kind in kinds):
        raise Broken(
            "this database has media nodes already, and one of them might host the lab's rooms;"
            " stop them, or leave out --database-url"
        )
