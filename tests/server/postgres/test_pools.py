"""A connection of the pool is not tried before use, and is replaced all the same when the server has closed it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from roomtone.postgres.pools import Database, opened
from roomtone.settings import Settings
from roomtone.types import NodeId

from ...people import Psql

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    settings = Settings(pool_size=2)
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
