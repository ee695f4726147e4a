"""A database that was away is back soon after it is, also as another minor version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from roomtone.postgres.install import install
from roomtone.postgres.pools import Database
from roomtone.postgres.programs import bin_dir
from roomtone.tools.waiting import until
from roomtone.types import NodeId

from ...conftest import Connect
from ...following import Frame, follow
from ...older_server import OtherPostgres, servers
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient, run_relay

OLDER_MINOR = "18-3"

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
        settings = patient(pool_timeout=2 * PATIENCE)
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


def says(muted: bool, frame: Frame) -> bool:
    """Whether it says that somebody's microphone is off, or on."""
    return frame.event == "participants" and frame.data["record"]["muted"] is muted


async def test_a_relay_goes_on_when_the_server_comes_back_as_another_minor_version(
    open_dir: Path, connect: Connect
) -> None:
    minors = (servers().get(OLDER_MINOR, bin_dir()), bin_dir())
    before, after = (OtherPostgres(open_dir / "data", programs) for programs in minors)
    try:
        await asyncio.to_thread(before.__enter__)
        await asyncio.to_thread(install, before.url, demo=False)
        psql = Psql(connect(before.url))
        room, reported = psql.room("rick"), psql.one("show server_version")
        running = await asyncio.to_thread((relaying := run_relay(before.relay_url)).__enter__)
        try:
            token = await asyncio.to_thread(running.token, "anna")
            async with httpx.AsyncClient(
                base_url=running.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
            ) as anna:
                await anna.post("/rows/participants", json={"room_id": room})

                async def changed() -> bool:
                    seat = f"/rows/participants?room_id=eq.{room}"
                    return (await anna.patch(seat, json={"muted": False})).status_code < 300

                async with follow(f"{running.url}/rooms/{room}/events", token) as stream:
                    await stream.until(lambda frame: frame.event == "snapshot")
                    await asyncio.to_thread(before.stop)
                    await asyncio.to_thread(after.__enter__)
                    assert await until(changed)
                    await stream.until(partial(says, False))
            if OLDER_MINOR in servers():
                assert Psql(connect(after.url)).one("show server_version") != reported
        finally:
            await asyncio.to_thread(relaying.__exit__, None, None, None)
    finally:
        for server in (after, before):
            await asyncio.to_thread(server.stop)
