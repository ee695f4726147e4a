"""The lanes of a run on the page /lab of a Roomtone that runs meanwhile: rows of its database (`lab_lanes`), which the page reads like all others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final

import psycopg

from ...tools.database_server import OPERATOR
from ...tools.percentiles import spread
from ...tools.workbench import Psql
from ...tools.worker import Broken
from .figures import NotStarted, Result

LOCK: Final = "roomtone lab peers"
LONGEST_PROBLEM: Final = 300  # characters
DELETE: Final = "delete from roomtone.lab_lanes where place between %s and %s"
INSERT: Final = """insert into roomtone.lab_lanes
  (place, label, repetitions, join_p50, signal_p50, server, database, memory, bytes, owed, lost, problem)
  values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""

log = logging.getLogger(__name__)


class LiveRows:
    """Writes one row for each lane; without a database it writes nothing.

    A database that fails during the run ends the showing, and not the run.
    """

    def __init__(self, psql: Psql | None) -> None:
        self._psql = psql
        self._one_at_a_time = asyncio.Lock()
        """Lanes that are broken beside each other share this session, and transactions of one session cannot overlap."""

    async def show(self, place: int, result: Result, not_started: NotStarted | None) -> None:
        """What is known of this lane so far."""
        async with self._one_at_a_time:
            if self._psql is None:
                return
            try:
                async with self._psql.transaction():
                    await self._psql.execute(DELETE, (place, place))
                    await self._psql.execute(INSERT, (place, *_row(result, not_started)))
            except psycopg.Error as error:
                log.warning("the lanes are not shown any more: %s", error)
                self._psql = None


@asynccontextmanager
async def live_rows(database_url: str | None) -> AsyncIterator[LiveRows]:
    """Until the block ends, which deletes the rows. Raises Broken when another lab is shown, and psycopg errors."""
    if database_url is None:
        yield LiveRows(None)
        return
    async with await Psql.connect(database_url, **OPERATOR) as psql:
        taken = await psql.execute("select pg_try_advisory_lock(hashtext(%s))", (LOCK,))
        if await taken.fetchone() != (True,):
            raise Broken("another lab is shown on this page; wait for its end, or leave out --live")
        await psql.execute(DELETE, (1, 60))
        rows = LiveRows(psql)
        try:
            yield rows
        finally:
            with suppress(psycopg.Error):  # what was measured is worth more than these rows
                await psql.execute(DELETE, (1, 60))
                # the server ends this session a little later than the client, and the next lab may be there before
                await psql.execute("select pg_advisory_unlock(hashtext(%s))", (LOCK,))


def _row(result: Result, not_started: NotStarted | None) -> list[object]:
    every = result.repetitions
    losses = result.losses.values()
    problem = None
    if not_started is not None:
        problem = ". ".join(filter(None, (not_started.why, not_started.install)))[:LONGEST_PROBLEM]
    return [
        result.about.label,
        len(every),
        _middle(ms for each in every for join in each.joins for ms in join),
        _middle(ms for each in every for signal in each.signals for ms in signal),
        _middle(each.server for each in every),
        _middle(each.database for each in every),
        _middle(each.memory for each in every),
        _middle(each.bytes for each in every),
        sum(each.owed for each in losses),
        sum(each.lost for each in losses),
        problem,
    ]


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    found = spread(known)
    return None if found is None else found.p50
