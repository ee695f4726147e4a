"""What the processes of a measurement use, and how often the database's functions are called."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import psutil
import psycopg
from psycopg import sql

from ..tools.usage import processor, processor_with_children
from ..tools.waiting import until
from ..tools.workbench import Psql, Workbench


class Processors:
    """The processor seconds of these relays, and of the PostgreSQL of this session where it runs on this machine."""

    def __init__(self, relays: Sequence[psutil.Process], postgres: psutil.Process | None) -> None:
        self._relays = relays
        self._postgres = postgres

    @classmethod
    async def of(cls, psql: Psql, relays: Sequence[int]) -> Processors:
        """`relays` are process ids."""
        postgres = None
        if psql.info.host.startswith("/") and sys.platform == "linux":  # over a Unix socket
            with suppress(psutil.Error):
                postgres = psutil.Process(psql.info.backend_pid).parent()
        return cls([psutil.Process(pid) for pid in relays], postgres)

    def relays(self) -> float:
        return sum(processor(each) for each in self._relays)

    def postgres(self) -> float | None:
        """With those of its processes that have ended; None if it cannot be known."""
        if self._postgres is None:
            return None
        return processor_with_children(self._postgres.pid)


@asynccontextmanager
async def counted_calls(bench: Workbench) -> AsyncIterator[bool]:
    """While the block lasts, new sessions count calls of functions (track_functions); whether this login may set that."""
    async with await bench.psql() as psql:
        name = sql.Identifier(psql.info.dbname)
        try:
            await psql.execute(
                sql.SQL("alter database {} set track_functions = 'all'").format(name)
            )
        except psycopg.errors.InsufficientPrivilege:
            yield False
            return
        try:
            yield True
        finally:
            await psql.execute(sql.SQL("alter database {} reset track_functions").format(name))


async def calls(psql: Psql, function: str) -> int:
    """How often it was called. Sessions report that when they have been idle for a second (PostgreSQL manual, 27.2)."""
    seen: list[int] = []

    async def same() -> bool:
        row = await (
            await psql.execute(
                "select coalesce(sum(f.calls), 0)::bigint from pg_stat_user_functions f where f.funcname = %s",
                (function,),
            )
        ).fetchone()
        seen.append(row[0] if row else 0)
        return len(seen) > STEADY and len({*seen[-STEADY:]}) == 1

    await until(same)
    return seen[-1]


STEADY = 30
"""Times, 50 ms apart, that the number is the same: one second and a half."""
