"""Faults of those who serve an audience: a room whose stage is on an SFU node, and whose listeners edges serve, or nodes of other stages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from ..media.edge.installed_janus import missing
from ..media.signaling.database_client import database_connections
from ..tools.processes import node
from ..tools.waiting import bounded, until
from .drill import Drill
from .environment import DrillEnvironment, Psql

if TYPE_CHECKING:
    from .evening import Evening

EDGES: Final = 2
SPEAKERS: Final = 2
LISTENERS: Final = 6
LATE: Final = 2.0  # seconds; a node writes a heartbeat every second, and counts as dead after three
ELSEWHERE_WITHIN: Final = (
    5.0  # seconds in which this process ran: what an edge promises (test_limits.py)
)
STAGE_ONLY: Final = SPEAKERS**2  # streams: one of each speaker to each of them


@asynccontextmanager
async def servers_of(environment: DrillEnvironment, kind: str) -> AsyncIterator[dict[int, Path]]:
    """An SFU node, and two of this kind for its audience; the log of each of these, by its process id."""
    url = environment.relay_url()
    small = () if kind == "edge" else ("--capacity", str(STAGE_ONLY))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(node("sfu", url, environment.new_log_file(), *small))
        logs = {}
        for _ in range(EDGES):
            log = environment.new_log_file()
            process = await stack.enter_async_context(node(kind, url, log))
            logs[process.pid] = log
        yield logs


async def kill_edges(environment: DrillEnvironment) -> None:
    """Kill the edge that serves the listeners, and then the Janus of the next one."""
    await kill_servers(environment, "edge", "Janus")


async def kill_second_node(environment: DrillEnvironment) -> None:
    """Kill the node of another stage that serves the listeners of a room too large for its own."""
    await kill_servers(environment, "mcu")


async def kill_servers(environment: DrillEnvironment, kind: str, *then: str) -> None:
    """Two processes of this kind serve the listeners: kill one, and `then` the Janus of the other."""
    from .evening import Evening

    await environment.disconnect_some()
    url = environment.relay_url()
    async with AsyncExitStack() as stack:
        # What is written meanwhile is in other rooms, and would only take processor time from the audio.
        stack.enter_context(environment.writers.seldom())
        psql = await stack.enter_async_context(await environment.psql())
        evening = Evening(psql, await environment.new_room(psql))
        environment.rooms.remove(evening.room)  # no other user writes there
        async with bounded("the start of the nodes and of the room's sessions"):
            logs = await stack.enter_async_context(servers_of(environment, kind))
            database = await stack.enter_async_context(database_connections(url))
            await _until_all_run(psql, kind)
            if kind == "edge":
                await psql.execute("insert into topology_sizes (edge_after) values (0)")
            await psql.execute("update rooms set topology = 'sfu' where id = %s", (evening.room,))
            await evening.begin(stack, database, speakers=SPEAKERS, listeners=LISTENERS)
        fault = await _fault(environment, evening, logs, (kind, *then))
        if fault is not None:
            environment.faults.append(f"{fault}; ended sessions: {evening.reasons() or 'none'}")
        async with bounded("the end of the room's sessions and of the nodes"):
            await stack.aclose()


async def _until_all_run(psql: Psql, kind: str) -> None:
    async def all_run() -> bool:
        found = await psql.execute("select from living_nodes() where kind in ('sfu', %s)", (kind,))
        return found.rowcount == 1 + EDGES

    await until(all_run)


async def _fault(
    environment: DrillEnvironment,
    evening: Evening,
    logs: dict[int, Path],
    to_kill: tuple[str, ...],
) -> str | None:
    """What goes wrong, first."""

    async def all_served() -> bool:
        return sum((await evening.edges()).values()) == LISTENERS

    if not await until(all_served):
        return "not all listeners have an edge"
    if not await evening.all_hear():
        return "not everybody hears the stage through an edge"
    routes = [session.routes.node for session, _ in evening.stage]
    for what in to_kill:
        served = await evening.edges()
        if not served:
            return f"no edge serves anybody before the {what} is killed"
        busiest = max(served, key=lambda each: served[each])
        before = evening.connections()
        psutil.Process(_janus(logs[busiest]) if what == "Janus" else busiest).kill()
        seconds = await evening.moved(before)
        if seconds is None:
            return f"a listener of the lost {what} is served by nobody"
        environment.figures[f"{what} killed: listeners elsewhere after, s"] = round(seconds, 1)
        if seconds > ELSEWHERE_WITHIN:
            return f"the listeners of the lost {what} were elsewhere only after {seconds:.1f} s"
        if not await evening.all_hear():
            return f"not everybody hears after the {what} was killed"
    gap = max(ear.longest_gap for _, ear in evening.stage)
    environment.figures["longest gap on the stage, ms"] = round(1000 * gap)
    environment.figures["oldest heartbeat of the stage's node, s"] = round(evening.oldest_beat, 1)
    now = [session.routes.node for session, _ in evening.stage]
    # A node that got no turn on a busy machine is taken for dead, as it should be.
    return None if routes == now or evening.oldest_beat > LATE else "the stage was connected anew"


def _janus(log: Path) -> int:
    """The process id of the Janus that an edge leads, as it said last."""
    return int(re.findall(r"leads Janus (\d+)", log.read_text("utf-8"))[-1])


EDGE_KILLED = Drill(
    "edge-killed",
    "Of two edges that serve the audience of a room, the one with the listeners is killed with SIGKILL, and then the Janus of the other. "
    "Each time the listeners are served elsewhere and hear the stage again, and the connections of the stage stay as they are.",
    kill_edges,
    needs=missing,
)

SECOND_NODE_KILLED = Drill(
    "second-node-killed",
    "A room is too large for the SFU node of its stage, and an MCU node that serves its listeners is killed with SIGKILL. The listeners are "
    "served by another one and hear the stage again, and the connections of the stage stay as they are.",
    kill_second_node,
)
