"""`writes`: signals per second from SQL with pgbench; floor: a bare insert into an UNLOGGED table, with NOTIFY."""

from __future__ import annotations

import asyncio
import os
import re
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from ..postgres.programs import bin_dir
from ..tools.workbench import Psql, Workbench
from .budgets import SIGNALS
from .figures import Figure, Result
from .plan import Plan

CLIENTS: Final = 8
LEAST: Final = 1.0  # seconds of one round
SQL: Final = Path(__file__).with_name("sql")
FOUND: Final = re.compile(r"actually processed: (\d+).*^tps = ([\d.]+)", re.MULTILINE | re.DOTALL)
LOGGED: Final = "select count(*) from roomtone.events where table_name = 'signals' and room_id in (select room_id from pairs)"


class Rate(NamedTuple):
    """What pgbench did: how many transactions, and how many per second."""

    transactions: int
    rate: float


async def writes(bench: Workbench, plan: Plan) -> Result:
    done: dict[str, list[Rate]] = {"bare": [], "signal": []}
    used = _children()
    rounds = 2 if plan.duration >= 2 * LEAST else 1  # in turns, so that both see the same machine
    each = round(max(LEAST, plan.duration / rounds))
    async with _pairs(bench) as (psql, schema):
        for _ in range(rounds):
            for script, found in done.items():
                found.append(await _pgbench(bench, schema, script, each))
        row = await (await psql.execute(LOGGED)).fetchone()
    logged = row[0] if row else 0
    bare, signals = (sum(one.rate for one in found) / rounds for found in done.values())
    sent = sum(one.transactions for one in done["signal"])
    figure = Figure(
        "writes",
        "signals",
        f"{CLIENTS} clients",
        round(signals),
        "/s",
        {"bare": round(bare)},
        SIGNALS,
    )
    share = (_children() - used) / (len(done) * rounds * each)
    return Result(
        "writes", [figure], sent=sent, missed=max(0, sent - logged), generator=round(share, 3)
    )


@asynccontextmanager
async def _pairs(bench: Workbench) -> AsyncIterator[tuple[Psql, str]]:
    """A schema with the tables of `sql/prepare.sql`, while the block lasts: a session that has it on its search path, and its name."""
    schema = f"bench_{bench.run}"
    async with await psycopg.AsyncConnection.connect(bench.admin_url, autocommit=True) as psql:
        await psql.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        try:
            await psql.execute(
                "select set_config('search_path', %s, false)", (f"{schema}, roomtone",)
            )
            await psql.execute("select set_config('bench.run', %s, false)", (bench.run,))
            await psql.execute((SQL / "prepare.sql").read_bytes())
            yield psql, schema
        finally:
            await psql.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))


async def _pgbench(bench: Workbench, schema: str, script: str, seconds: int) -> Rate:
    """Raises RuntimeError if one failed."""
    process = await asyncio.create_subprocess_exec(
        str(bin_dir() / "pgbench"),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={CLIENTS}",
        "--jobs=2",
        f"--time={seconds}",
        f"--file={SQL / script}.sql",
        bench.admin_url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PGOPTIONS": f"-c search_path={schema},roomtone"},
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = FOUND.search(output.decode())
    if process.returncode or found is None:
        raise RuntimeError(f"pgbench ended with {process.returncode}: {errors.decode()[-600:]}")
    return Rate(int(found[1]), float(found[2]))


def _children() -> float:
    """Processor seconds of the processes that this one started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
