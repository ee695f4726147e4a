"""A connection of the pool is not tried before use, and is replaced all the same when the server has closed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from roomtone.postgres.pools import Database, opened
from roomtone.types import NodeId

from ...patience import PATIENCE
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    settings = patient(pool_size=2)
    async with opened(Database(database_url, node=NodeId("pools"), settings=settings)) as own:
        yield own


async def ask(database: Database) -> object:
    async with database.acting({}) as connection:
        return await (await connection.execute("select roomtone.acting_user()")).fetchone()


async def test_connections_that_the_server_closed_are_replaced_before_they_are_used(
    psql: Psql, database: Database
) -> None:
    assert await ask(database) == (None,)
    ended = psql.all(
        "select pg_terminate_backend(pid, 30000) from pg_stat_activity"
        " where application_name = 'roomtone pools' and datname = current_database()"
    )
    assert ended == [(True,)] * len(ended)
    assert ended
    for _ in range(3):
        assert await ask(database) == (None,)


async def test_a_relay_has_two_connections_besides_those_of_its_users(database: Database) -> None:
    """With the one that LISTENs these are three, as docs/growing.md says."""
    most = {pool: counted["pool_max"] for pool, counted in database.pool_statistics().items()}
    assert most == {"users": 2, "relay": 2}


async def test_a_task_that_is_cancelled_at_the_moment_it_gets_a_connection_ends(
    database: Database,
) -> None:
    """However many turns of the event loop the cancellation is later than the return of a connection."""
    for turns in range(30):
        got = asyncio.Event()

        async def use_it(got: asyncio.Event = got) -> None:
            async with database.relay():
                got.set()
                await asyncio.Event().wait()

        async with database.relay():
            async with database.relay():
                waiting = asyncio.create_task(use_it())
                while not database.pool_statistics()["relay"].get("requests_waiting"):  # noqa: ASYNC110 - each turn counts
                    await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting], timeout=PATIENCE)
            assert waiting.cancelled(), f"it forgot a cancellation {turns} turns later"
        if got.is_set():
            return
    raise AssertionError("it never got a connection before it was cancelled")
