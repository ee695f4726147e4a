"""`memory`: what an idle stream takes of the relay's memory; floors: a transport of uvloop, and nchan."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final

from ..tools.usage import memory as own_memory
from ..tools.workbench import Workbench
from . import nchan
from .budgets import STREAM
from .figures import Figure, Result
from .plan import Plan
from .servers import Server, bare_loop, many_rooms, nginx_nchan
from .streams import opened_streams

CALM: Final = 1.0  # seconds after the last stream began
FIRST: Final = 20
"""A twentieth of the streams is opened before the first measurement: what only the first ones take is not counted."""


async def memory(bench: Workbench, plan: Plan) -> Result:
    streams = plan.streams
    roomtone = await _each(bench, many_rooms(bench, streams))
    floors = {"loop": await _each(bench, bare_loop(bench, streams))}
    if nchan.installed():
        floors["nchan"] = await _each(bench, nginx_nchan(bench, streams))
    figure = Figure("memory", "idle stream", f"{streams} streams", roomtone, "kB", floors, STREAM)
    return Result("memory", [figure], sent=streams)


async def _each(bench: Workbench, starting: AbstractAsyncContextManager[Server]) -> float:
    """Kilobytes for each stream."""
    async with starting as server, opened_streams(bench) as streams:
        first = max(1, len(server.requests) // FIRST)
        await streams.open(server, server.requests[:first])
        await asyncio.sleep(CALM)
        before = own_memory(server.process)
        await streams.open(server, server.requests[first:])
        await asyncio.sleep(CALM)
        grown = own_memory(server.process) - before
    return round(max(0, grown) / (len(server.requests) - first) / 1000, 2)
