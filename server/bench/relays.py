"""`relays`: one room on several relays of one database: what an event costs them together, and when everybody has it."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Final

from ..tools.percentiles import percentiles, spread
from ..tools.usage import processor
from ..tools.workbench import Workbench
from .figures import Curve, Figure, Result
from .plan import Plan
from .processors import Processors, calls, counted_calls
from .servers import Users, one_follows
from .streams import NOTHING, opened_streams

EACH: Final = 20  # streams on each relay
CALM: Final = 1.5  # seconds


async def relays(bench: Workbench, plan: Plan) -> Result:
    measured = [await _measure(bench, plan, many) for many in plan.relays]
    return Result(
        "relays",
        [figure for one in measured for figure in one.figures],
        curves=[curve for one in measured for curve in one.curves],
        sent=sum(one.sent for one in measured),
        missed=sum(one.missed for one in measured),
        generator=max(one.generator for one in measured),
    )


async def _measure(bench: Workbench, plan: Plan, many: int) -> Result:
    times: list[float] = []
    events, streams = plan.events, EACH * many
    async with AsyncExitStack() as stack:
        psql = await stack.enter_async_context(await bench.psql())
        counts = await stack.enter_async_context(counted_calls(bench))
        users = Users(bench, psql)
        secret = {"jwt_secret": users.secret, "streams_per_user": streams, "grace": 60}
        starting = (stack.enter_async_context(bench.relay(**secret)) for _ in range(many))
        started = await asyncio.gather(*starting)
        room, servers, write = await one_follows(bench, psql, users, started, EACH)
        opened = await stack.enter_async_context(opened_streams(bench))
        for server in servers:
            await opened.open(server)
        await opened.round(write, 0, streams)
        await asyncio.sleep(CALM)
        used = await Processors.of(psql, [relay.pid for relay in started])
        reads = await calls(psql, "relay_read") if counts else 0
        cpu, sql_cpu, own = used.relays(), used.postgres(), processor(opened.process)
        began = time.monotonic()
        for mark in range(1, events + 1):
            times += await opened.round(write, mark, streams)
        took = time.monotonic() - began
        share = (processor(opened.process) - own) / took
        cpu, postgres = used.relays() - cpu, used.postgres()
        read = await calls(psql, "relay_read") - reads if counts else 0
        await bench.clear(psql, room)
    of = f"{many} relay" + ("s" if many > 1 else "")
    seen = spread(times) or NOTHING
    figures = [
        Figure("relays", "received, p50", of, seen.p50, "ms"),
        Figure("relays", "received, p99", of, seen.p99, "ms"),
        Figure("relays", "relay CPU, event", of, round(cpu / events * 1e6), "µs"),
    ]
    if sql_cpu is not None and postgres is not None:
        each = round((postgres - sql_cpu) / events * 1e6)
        figures.append(Figure("relays", "SQL CPU, event", of, each, "µs"))
    if counts:
        figures.append(Figure("relays", "reads of an event", of, round(read / events, 2), "calls"))
    return Result(
        "relays",
        figures,
        curves=[Curve("relays", of, of, percentiles(times))],
        sent=streams * events,
        missed=streams * events - len(times),
        generator=round(min(1.0, share), 3),
    )
