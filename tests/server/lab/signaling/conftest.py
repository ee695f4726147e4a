"""One small run of the lab for all of these tests, watched from outside."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from roomtone.lab.signaling.plan import Plan
from roomtone.lab.signaling.results import Report
from roomtone.lab.signaling.run import run
from roomtone.lab.signaling.wording import SERIES
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.postgres.roles import RELAY_ROLE
from roomtone.tools.database_server import OPERATOR
from roomtone.tools.relays import RelayProcess
from roomtone.tools.workbench import Workbench

from .counting import Counter, CountingProxies

PLAN = Plan(followers=(5,), rate=12, duration=1.5, poll_interval=0.3, repetitions=1)


class OneRelay(Workbench):
    """One relay for all measurements, because to start one takes longer than to measure."""

    kept: RelayProcess

    @asynccontextmanager
    async def relay(self, **settings: Any) -> AsyncIterator[RelayProcess]:
        yield self.kept


@dataclass(frozen=True)
class Watched:
    """A run; `counters` are what passed between followers and relay, by technique; `left` rows it left behind."""

    report: Report
    counters: dict[str, Counter]
    steps: list[str]
    left: int


@pytest.fixture(scope="package")
def watched(postgres: EmbeddedPostgres, database: str) -> Watched:
    """Four techniques, five followers, and a counting proxy before the relay of each."""
    url = socket_url(postgres.sockets, database=database)
    relay_url = socket_url(postgres.sockets, user=RELAY_ROLE, database=database)
    steps: list[str] = []

    async def go() -> tuple[Report, list[Counter]]:
        proxies = CountingProxies()
        with tempfile.TemporaryDirectory() as folder:
            bench = OneRelay(url, relay_url, Path(folder))
            try:
                async with Workbench.relay(bench) as bench.kept:
                    report = await run(bench, PLAN, steps.append, through=proxies.to)
                await bench.forget()
            finally:
                await proxies.close()
        return report, proxies.counters

    report, counters = asyncio.run(go())
    with psycopg.connect(url, **OPERATOR) as psql:
        row = psql.execute(
            "select (select count(*) from rooms) + (select count(*) from users where kind <> 'node')"
        ).fetchone()
    assert row is not None
    # the proxies were asked for in the order in which the round was
    asked = [step.split(",")[0] for step in steps]
    order = sorted(PLAN.techniques, key=lambda each: asked.index(SERIES[each].label))
    return Watched(report, dict(zip(order, counters, strict=True)), steps, row[0])
