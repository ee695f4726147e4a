"""A whole run: the floors, then every crowd in each topology, the lightest first, until it no longer works."""

from __future__ import annotations

import asyncio
import os
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
from ...tools.workbench import Psql, Workbench
from ...tools.worker import Broken, worker
from .figures import Report
from .floors import floors
from .janus_lane import PLUGINS, JanusLane, janus_lane
from .measurement import Ended, Setup, idle, measure
from .plan import KINDS, Crowd, Plan, Topology, kinds_of
from .sizes import edge_sizes
from .wording import SERIES

NODES_WITHIN: Final = 30.0  # seconds


def steps(plan: Plan) -> int:
    return 2 + len(plan.topologies) * len(plan.crowds)


async def run(bench: Workbench, plan: Plan, on_step: Step) -> Report:
    """Raises Broken, OSError, TimeoutError, RuntimeError and psycopg errors."""
    on_step("starting a relay, nodes and people")
    async with _setup(bench, plan) as setup:
        on_step("the floors: a bare forward, plain aiortc, the codec alone")
        async with worker("the floor", f"{__package__}.floor", bench.folder / "floor.log") as floor:
            lowest = await floors(floor, setup.crowds[0], plan)
        measurements = []
        skipped: list[tuple[str, Crowd]] = []
        stopped: dict[str, list[Crowd]] = {topology: [] for topology in plan.topologies}
        for crowd in plan.crowds:
            for topology in plan.topologies:
                label = SERIES[topology].label
                on_step(f"{label}, {crowd.speakers} speak and {crowd.listeners} listen")
                if topology in setup.unavailable:
                    continue
                if any(smaller.within(crowd) for smaller in stopped[topology]):
                    skipped.append((topology, crowd))
                    continue
                try:
                    one = await measure(setup, topology, crowd, plan)
                except Ended as error:
                    setup.unavailable[topology] = str(error)
                    continue
                measurements.append(one)
                if not one.works:
                    stopped[topology].append(crowd)
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=await bench.machine(),
            plan=plan,
            floors=lowest,
            idle={topology: round(value, 4) for topology, value in setup.idle.items()},
            measurements=measurements,
            skipped=skipped,
            unavailable=setup.unavailable,
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
        many = min(4, max(2, os.cpu_count() or 2))
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
