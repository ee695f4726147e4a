"""A PostgreSQL that is frozen in the middle of a statement holds nobody for ever."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest
from roomtone.postgres import pools
from roomtone.postgres.pools import Database
from roomtone.settings import Settings
from roomtone.types import NodeId

from ...patience import PATIENCE


async def test_a_frozen_server_ends_the_statement_and_its_connection_is_replaced(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "ANSWER_MARGIN", 0.2)
    database = Database(database_url, node=NodeId("test"), settings=Settings(statement_timeout=2))
    await database.open()
    try:
        frozen = None
        async with database.relay() as connection:
            frozen = connection.info.backend_pid
            os.kill(frozen, signal.SIGSTOP)
            with pytest.raises(psycopg.OperationalError, match="did not answer within"):
                await connection.execute("select 1")
        monkeypatch.setattr(pools, "ANSWER_MARGIN", PATIENCE)  # only the frozen one is given up
        async with database.relay() as connection:
            assert connection.info.backend_pid != frozen
            assert connection.pgconn.status == psycopg.pq.ConnStatus.OK
            await connection.execute("select 1")
    finally:
        if frozen is not None:
            os.kill(frozen, signal.SIGCONT)
        await database.close()


@pytest.mark.parametrize("option", ["keepalives_idle", "tcp_user_timeout"])
async def test_a_connection_whose_network_is_gone_fails(database_url: str, option: str) -> None:
    database = Database(database_url, node=NodeId("test"), settings=Settings())
    await database.open()
    try:
        async with database.relay() as connection:
            assert option in connection.info.get_parameters()
    finally:
        await database.close()
