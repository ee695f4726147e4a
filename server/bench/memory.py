"""`memory`: what an idle stream takes of the relay's memory, and its pauses; floors: a transport of uvloop, and nchan; few streams."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final, NamedTuple

from ..tools import nchan
from ..tools.usage import memory as own_memory
from ..tools.workbench import Workbench
from .budgets import PAUSE, STREAM
from .figures import Figure, Result
from .pauses import longest_pause
from .plan import Plan
from .servers import Server, bare_loop, many_rooms, nginx_nchan
from .streams import opened_streams

CALM: Final = 1.0  # seconds after the last stream began
FIRST: Final = 20
"""A twentieth of the streams is opened before the first measurement: what only the first ones take is not counted."""


class Idle(NamedTuple):
    """Kilobytes for each stream; the longest pause in milliseconds with a twentieth of the streams, and with all."""

    kilobytes: float
    pause_with_few: float
    pause: float


async def memory(bench: Workbench, plan: Plan) -> Result:
    streams = plan.streams
    roomtone = await _each(bench, many_rooms(bench, streams), plan.idle)
    floors = {"loop": (await _each(bench, bare_loop(bench, streams))).kilobytes}
    if nchan.installed():
        floors["nchan"] = (await _each(bench, nginx_nchan(bench, streams))).kilobytes
    few = {"few streams": roomtone.pause_with_few}
    of = f"{streams} streams"
    return Result(
        "memory",
        [
            Figure("memory", "idle stream", of, roomtone.kilobytes, "kB", floors, STREAM),
            Figure("memory", "longest pause", of, roomtone.pause, "ms", few, PAUSE),
        ],
        sent=streams,
    )


async def _each(
    bench: Workbench, starting: AbstractAsyncContextManager[Server], idle: float = 0.0
) -> Idle:
    """With `idle`, look for pauses for so many seconds."""
    async with starting as server, opened_streams(bench) as streams:
        first = max(1, len(server.requests) // FIRST)
        await streams.open(server, server.requests[:first])
        await asyncio.sleep(CALM)
        before = own_memory(server.process)
        few = await longest_pause(server.port, idle) if idle else 0.0
        await streams.open(server, server.requests[first:])
        await asyncio.sleep(CALM)
        grown = own_memory(server.process) - before
        pause = await longest_pause(server.port, idle) if idle else 0.0
    each = round(max(0, grown) / (len(server.requests) - first) / 1000, 2)
    return Idle(each, few, pause)
