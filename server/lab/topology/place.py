"""What a run has, and the rooms it makes there: one for each measurement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import psutil
from psycopg.errors import CheckViolation

from ...tools.workbench import Psql, Workbench
from ...tools.worker import Broken, Worker
from .janus_lane import JanusLane
from .plan import Crowd, Topology
from .sizes import NONE, set_edge_after

NODE_WITHIN: Final = 60.0  # seconds


@dataclass
class Setup:
    """All that a run has: `janus` and `nodes` by topology, `idle` what those cost with no room (of a core); `unavailable`: why a topology is not measured."""

    bench: Workbench
    psql: Psql
    url: str
    crowds: list[Worker]
    janus: dict[Topology, JanusLane]
    nodes: dict[Topology, list[psutil.Process]]
    idle: dict[Topology, float]
    unavailable: dict[str, str]


@asynccontextmanager
async def place_of(setup: Setup, topology: Topology, crowd: Crowd) -> AsyncIterator[dict[str, Any]]:
    """A new room, as `crowd.py` enters it, until the block ends."""
    lane = setup.janus.get(topology)
    if lane is not None:
        place = await lane.room(crowd)
        try:
            yield place
        finally:
            await lane.end(place)
        return
    room = await _room(setup, topology)
    try:
        yield {"room": room}
    finally:
        await setup.bench.clear(setup.psql, room)


async def _room(setup: Setup, topology: Topology) -> int:
    room = await setup.bench.room(setup.psql)
    await set_edge_after(setup.psql, 0 if topology == "edge" else NONE)
    on = "mcu" if topology == "edge" else topology
    try:
        async with asyncio.timeout(NODE_WITHIN):
            while True:
                try:
                    await setup.psql.execute(
                        "update rooms set topology = %s where id = %s", (on, room)
                    )
                    break
                except CheckViolation:
                    # The crowd before left it no time for its heartbeat; it comes back when it has.
                    await asyncio.sleep(0.2)
    except TimeoutError:
        raise Broken(f"the {on} node gives no sign of life any more") from None
    return room
