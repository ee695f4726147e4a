"""`joins`: many people open a stream of the same room at once; floor: a process that only accepts and answers."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from ..tools.workbench import Workbench
from .budgets import opening
from .figures import Figure, Result
from .plan import Plan
from .servers import Server, bare_loop, one_room
from .streams import Opened, opened_streams


async def joins(bench: Workbench, plan: Plan) -> Result:
    streams = plan.streams
    roomtone = await _open(bench, one_room(bench, streams))
    floor = await _open(bench, bare_loop(bench, streams, answer=roomtone.answer))
    of = f"{streams} streams"
    figure = Figure(
        "joins",
        "until all opened",
        of,
        roomtone.seconds,
        "s",
        {"loop": floor.seconds},
        opening(streams),
    )
    return Result("joins", [figure], sent=2 * streams, generator=roomtone.generator)


async def _open(bench: Workbench, starting: AbstractAsyncContextManager[Server]) -> Opened:
    async with starting as server, opened_streams(bench) as streams:
        return await streams.open(server)
