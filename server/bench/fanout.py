"""`fanout`: one event to thousands of streams of a room; floors: a loop of writes over uvloop, and nchan."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from ..tools import nchan
from ..tools.workbench import Workbench
from .budgets import DELIVERY, RECEIPT
from .figures import Curve, Figure, Result
from .plan import Plan
from .servers import Server, bare_loop, nginx_nchan, one_room
from .streams import Deliveries, opened_streams


async def fanout(bench: Workbench, plan: Plan) -> Result:
    streams = plan.streams
    roomtone = await _deliver(bench, one_room(bench, streams), plan)
    floors = {"loop": await _deliver(bench, bare_loop(bench, streams, size=roomtone.size), plan)}
    if nchan.installed():
        floors["nchan"] = await _deliver(
            bench, nginx_nchan(bench, streams, size=roomtone.size), plan
        )
    of = f"{streams} streams"
    every = {"Roomtone": roomtone} | floors

    def times(share: str) -> dict[str, float]:
        return {name: getattr(one.times, share) for name, one in floors.items()}

    each = {name: one.each for name, one in floors.items()}
    return Result(
        "fanout",
        [
            Figure("fanout", "CPU per delivery", of, roomtone.each, "µs", each, DELIVERY),
            Figure("fanout", "received, p50", of, roomtone.times.p50, "ms", times("p50")),
            Figure("fanout", "received, p99", of, roomtone.times.p99, "ms", times("p99"), RECEIPT),
        ],
        curves=[Curve("fanout", name, of, one.curve) for name, one in every.items()],
        sent=sum(one.sent for one in every.values()),
        missed=sum(one.missed for one in every.values()),
        generator=max(one.generator for one in every.values()),
    )


async def _deliver(
    bench: Workbench, starting: AbstractAsyncContextManager[Server], plan: Plan
) -> Deliveries:
    async with starting as server, opened_streams(bench) as streams:
        await streams.open(server)
        return await streams.deliver(server, plan.events)
