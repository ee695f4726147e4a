"""One small run of every measure for all of these tests."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from roomtone.bench.figures import Report
from roomtone.bench.plan import CROWD, Plan
from roomtone.bench.run import run
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.postgres.roles import RELAY_ROLE
from roomtone.tools.database_server import OPERATOR
from roomtone.tools.workbench import Workbench

from ...databases import Databases

PLAN = Plan(
    streams=12, events=2, followers=(2, 3), joins=5, room=10, listeners=1, duration=1.0, idle=1.0
)
CROWD_PLAN = Plan(
    measures=CROWD,
    events=2,
    duration=1.0,
    crowd=150,
    arrive=1.0,
    rooms=20,
    lookers=10,
    churn=50.0,
    relays=(1,),
)


@dataclass(frozen=True)
class Ran:
    """A run; `left` counts the rows and schemas that it left behind, but for the users that media nodes are."""

    report: Report
    steps: list[str]
    left: int


@pytest.fixture(scope="package")
def ran(postgres: EmbeddedPostgres, databases: Databases, template: str) -> Ran:
    return _perform(PLAN, postgres, databases, template)


@pytest.fixture(scope="package")
def crowd(postgres: EmbeddedPostgres, databases: Databases, template: str) -> Ran:
    """A run of what `crowd` measures."""
    return _perform(CROWD_PLAN, postgres, databases, template)


def _perform(plan: Plan, postgres: EmbeddedPostgres, databases: Databases, template: str) -> Ran:
    name = databases.make(template)
    url = databases.url(name)
    relay_url = socket_url(postgres.sockets, user=RELAY_ROLE, database=name)
    steps: list[str] = []

    async def go() -> Report:
        with tempfile.TemporaryDirectory(prefix="roomtone-bench-") as folder:
            bench = Workbench(url, relay_url, Path(folder))
            try:
                return await run(bench, plan, steps.append)
            finally:
                await bench.forget()

    report = asyncio.run(go())
    with psycopg.connect(url, **OPERATOR) as psql:
        row = psql.execute(
            "select (select count(*) from rooms) + (select count(*) from users where kind <> 'node')"
            " + (select count(*) from pg_namespace where nspname like 'bench%')"
        ).fetchone()
    databases.drop(name)
    assert row is not None
    return Ran(report, steps, row[0])
