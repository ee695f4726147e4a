"""A pool whose database was away for long is back soon after the database is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from roomtone.postgres.pools import Database
from roomtone.settings import Settings
from roomtone.types import NodeId

from ...patience import PATIENCE, comes_true

ATTEMPTS = 16  # which a pool that doubles its pauses makes in more than two minutes


class Gate:
    """A socket in front of the database's. While it is shut it ends connections at once, and counts them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self.shut = False
        self.turned_away = 0

    def cut(self) -> None:
        self.shut = True
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.shut:
            self.turned_away += 1
            writer.close()
            return
        there, back = await asyncio.open_unix_connection(self._target)
        self._open |= {writer, back}
        with suppress(OSError):
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.transport.abort()


@asynccontextmanager
async def gate(url: str, folder: Path) -> AsyncIterator[tuple[Gate, str]]:
    """A gate in front of this database, and the URL through it."""
    parts = conninfo_to_dict(url)
    name = f".s.PGSQL.{parts['port']}"
    found = Gate(Path(str(parts["host"])) / name)
    async with await asyncio.start_unix_server(found.serve, folder / name):
        yield found, make_conninfo(url, host=str(folder))
        found.cut()


async def test_a_request_that_waits_is_answered_as_soon_as_the_database_is_back(
    database_url: str, open_dir: Path
) -> None:
    async with gate(database_url, open_dir) as (database_gate, url):
        settings = Settings(pool_timeout=2 * PATIENCE)
        database = Database(url, node=NodeId("test"), settings=settings)
        await database.open()
        try:
            database_gate.cut()

            async def ask() -> None:
                async with database.relay() as connection:
                    await connection.execute("select 1")

            with suppress(Exception):
                await ask()  # the connection that the pool had
            waiting = asyncio.create_task(ask())
            await comes_true(lambda: database_gate.turned_away >= ATTEMPTS)
            database_gate.shut = False
            async with asyncio.timeout(PATIENCE):
                await waiting
        finally:
            await database.close()
