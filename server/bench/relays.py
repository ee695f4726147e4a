"""`relays`: one room on several relays of one database: what an event costs them together, and when everybody has it.

With a bus, too, where NATS is installed: then a pump reads for all of them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import psutil

from ..tools.nats_server import nats_server, program
from ..tools.percentiles import percentiles, spread
from ..tools.processes import ROOMTONE, running
from ..tools.relays import RelayProcess
from ..tools.usage import processor
from ..tools.waiting import until
from ..tools.workbench import Workbench
from .figures import Curve, Figure, Result
from .plan import Plan
from .processors import Processors, calls, counted_calls
from .servers import Users, one_follows
from .streams import NOTHING, opened_streams

EACH: Final = 20  # streams on each relay
CALM: Final = 1.5  # seconds
NO_NATS: Final = "relays: not measured on a bus, which needs Debian’s nats-server."


async def relays(bench: Workbench, plan: Plan) -> Result:
    measured = [await _measure(bench, plan, many) for many in plan.relays]
    if program() is not None:
        with nats_server() as nats:
            measured += [await _measure(bench, plan, many, nats.url) for many in plan.relays]
    return Result(
        "relays",
        [figure for one in measured for figure in one.figures],
        curves=[curve for one in measured for curve in one.curves],
        sent=sum(one.sent for one in measured),
        missed=sum(one.missed for one in measured),
        generator=max(one.generator for one in measured),
        notes=[] if program() else [NO_NATS],
    )


async def _measure(bench: Workbench, plan: Plan, many: int, bus: str | None = None) -> Result:
    times: list[float] = []
    events, streams = plan.events, EACH * many
    async with AsyncExitStack() as stack:
        psql = await stack.enter_async_context(await bench.psql())
        counts = await stack.enter_async_context(counted_calls(bench))
        users = Users(bench, psql)
        started, pump = await stack.enter_async_context(_relays(bench, users, many, bus))
        room, servers, write = await one_follows(bench, psql, users, started, EACH)
        opened = await stack.enter_async_context(opened_streams(bench))
        for server in servers:
            await opened.open(server)
        await opened.round(write, 0, streams)

        async def readings(mark: int) -> int:
            """With those of one more event: a session reports what it counted after its first query of another second."""
            await asyncio.sleep(CALM)
            await opened.round(write, mark, streams)
            return await calls(psql, "relay_read") if counts else 0

        used = await Processors.of(psql, [relay.pid for relay in started])
        reads = await readings(1)
        cpu, sql_cpu, own = used.relays(), used.postgres(), processor(opened.process)
        bytes_before = opened.received
        pumped, began = processor(pump) if pump else 0.0, time.monotonic()
        for mark in range(2, events + 2):
            times += await opened.round(write, mark, streams)
        took = time.monotonic() - began
        received = opened.received - bytes_before
        share = (processor(opened.process) - own) / took
        cpu, postgres = used.relays() - cpu, used.postgres()
        pumped = processor(pump) - pumped if pump else 0.0
        read = await readings(events + 2) - reads
        await bench.clear(psql, room)
    of = f"{many} on a bus" if bus else f"{many} relay{'s' if many > 1 else ''}"
    seen = spread(times) or NOTHING
    figures = [
        Figure("relays", "received, p50", of, seen.p50, "ms"),
        Figure("relays", "received, p99", of, seen.p99, "ms"),
        Figure("relays", "bytes to each", of, round(received / events / streams / 1000, 3), "kB"),
        Figure("relays", "CPU relay, event", of, round(cpu / events * 1e6), "µs"),
    ]
    if pump:
        each = round(pumped / events * 1e6)
        figures.append(Figure("relays", "CPU pump, event", of, each, "µs"))
    if sql_cpu is not None and postgres is not None:
        each = round((postgres - sql_cpu) / events * 1e6)
        figures.append(Figure("relays", "CPU SQL, event", of, each, "µs"))
    if counts:
        each_event = round(read / (events + 1), 2)
        figures.append(Figure("relays", "reads, an event", of, each_event, "calls"))
    return Result(
        "relays",
        figures,
        curves=[Curve("relays", of, of, percentiles(times))],
        sent=streams * events,
        missed=streams * events - len(times),
        generator=round(min(1.0, share), 3),
    )


@asynccontextmanager
async def _relays(
    bench: Workbench, users: Users, many: int, bus: str | None
) -> AsyncIterator[tuple[list[RelayProcess], psutil.Process | None]]:
    """So many that follow; with a bus, that is in force, and its pump."""
    settings = {"jwt_secret": users.secret, "streams_per_user": EACH * many, "grace": 60}
    async with AsyncExitStack() as stack:
        pump = None
        if bus is not None:
            settings |= {"bus_url": bus, "pump": False}
            command = (*ROOMTONE, "pump", f"--bus-url={bus}")
            environment = {"ROOMTONE_DATABASE_URL": bench.relay_url}
            if os.geteuid() == 0:  # so that it is the process that is measured, not its supervisor
                environment["ROOMTONE_RUN_AS"] = "root"
            log_file = bench.folder / "pump.log"
            process = await stack.enter_async_context(running(command, log_file, environment))
            pump = psutil.Process(process.pid)
        starting = (stack.enter_async_context(bench.relay(**settings)) for _ in range(many))
        started = await asyncio.gather(*starting)

        async def on_bus() -> bool:
            found = [await relay.metric("roomtone_bus_connected") for relay in started]
            return bus is None or all(found)

        if not await until(on_bus):
            raise RuntimeError("not every relay came onto the bus")
        yield started, pump
