"""A whole run: the floors, then every crowd in each topology, the lightest first, until it no longer works."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from ..bench import Bench
from .figures import Report
from .floors import floors
from .measurement import Place, idle, measure
from .plan import Crowd, Plan
from .processes import Broken, helper, node
from .wording import WORDS

Progress = Callable[[str], None]
"""Called with the name of the next step, once for each of `steps(plan)`."""

NODES_WITHIN: Final = 30.0  # seconds


def steps(plan: Plan) -> int:
    return 2 + len(plan.topologies) * len(plan.crowds)


async def run(bench: Bench, plan: Plan, folder: Path, on_progress: Progress) -> Report:
    """Raises Broken, OSError, TimeoutError, RuntimeError and psycopg errors."""
    async with AsyncExitStack() as finally_:
        finally_.push_async_callback(bench.forget)
        on_progress("starting a relay, nodes and people")
        place = await finally_.enter_async_context(_place(bench, plan, folder))
        answer = await (await place.psql.execute("show server_version")).fetchone()
        on_progress("the floors: a bare forward, plain aiortc, the codec alone")
        async with helper("the floor", "floor", folder / "floor.log") as floor:
            lowest = await floors(floor, place.crowds[0], plan)
        measurements = []
        skipped: list[tuple[str, Crowd]] = []
        stopped: dict[str, list[Crowd]] = {topology: [] for topology in plan.topologies}
        for crowd in plan.crowds:
            for topology in plan.topologies:
                on_progress(
                    f"{WORDS[topology]}, {crowd.speakers} speak and {crowd.listeners} listen"
                )
                if any(smaller.within(crowd) for smaller in stopped[topology]):
                    skipped.append((topology, crowd))
                    continue
                one = await measure(place, topology, crowd, plan)
                measurements.append(one)
                if not one.works:
                    stopped[topology].append(crowd)
        return Report(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=bench.machine(str(answer[0]) if answer else "?"),
            plan=plan,
            floors=lowest,
            idle={topology: round(value, 4) for topology, value in place.idle.items()},
            measurements=measurements,
            skipped=skipped,
        )  # fmt: skip


@asynccontextmanager
async def _place(bench: Bench, plan: Plan, folder: Path) -> AsyncIterator[Place]:
    """A relay, a node of each kind that is asked for, and processes of people, as many as there are cores and two at least."""
    async with AsyncExitStack() as stack:
        psql = await stack.enter_async_context(await bench.psql())
        relay = await stack.enter_async_context(bench.relay())
        nodes: dict[str, psutil.Process] = {
            kind: await stack.enter_async_context(
                node(kind, bench.relay_url, folder / f"{kind}.log")
            )
            for kind in plan.topologies
            if kind != "mesh"
        }
        many = min(4, max(2, os.cpu_count() or 2))
        crowds = [
            await stack.enter_async_context(
                helper(f"people {number + 1}", "crowd", folder / f"people-{number + 1}.log")
            )
            for number in range(many)
        ]
        url = f"http://{relay.place}"
        place = Place(bench, psql, url, crowds, nodes, {})
        await asyncio.gather(*(each.ask("sign_in", url=url, names=[]) for each in crowds))
        await _until_nodes_live(place, folder)
        values = await asyncio.gather(*(idle(process) for process in nodes.values()))
        place.idle = dict(zip(nodes, values, strict=True))
        yield place


async def _until_nodes_live(place: Place, folder: Path) -> None:
    """Until the database counts one node of each kind, which then is ours."""
    kinds = list(place.nodes)
    try:
        async with asyncio.timeout(NODES_WITHIN):
            while True:
                rows = await place.psql.execute("select kind from living_nodes()")
                living = [row[0] for row in await rows.fetchall()]
                if sorted(set(living) & set(kinds)) == sorted(kinds):
                    break
                await asyncio.sleep(0.1)
    except TimeoutError:
        said = "".join((folder / f"{kind}.log").read_text(errors="replace") for kind in kinds)
        raise Broken(f"the nodes did not start: {said[-500:]}") from None
    if any(living.count(kind) > 1 for kind in kinds):
        raise Broken(
            "this database has media nodes already, and one of them might host the lab's rooms;"
            " stop them, or leave out --database-url"
        )
