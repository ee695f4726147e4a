"""A database that was away is back soon after it is, also as another minor version."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from roomtone.postgres.pools import Database
from roomtone.tools.waiting import until
from roomtone.types import NodeId

from ...following import Frame, follow
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient, run_relay

VERSION = re.compile(rb"(server_version\0\d+\.)\d")
"""In the messages at the beginning of a session (PostgreSQL manual, 54.2.1); with one digit, so that the length stays."""

ATTEMPTS = 16  # which a pool that doubles its pauses makes in more than two minutes


class Gate:
    """A socket in front of the database's. While it is shut it ends connections at once, and counts them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self.shut = False
        self.turned_away = 0
        self.minor: bytes | None = None  # of the version that the server reports

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
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer, self._upgraded))

    def _upgraded(self, data: bytes) -> bytes:
        """What the server sends, with the other version."""
        return data if self.minor is None else VERSION.sub(rb"\g<1>" + self.minor, data)


async def _pass_on(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    change: Callable[[bytes], bytes] = bytes,
) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(change(data))
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
    psql: Psql, database_url: str, open_dir: Path
) -> None:
    room = psql.room("rick")
    async with gate(database_url, open_dir) as (database_gate, url):
        running = await asyncio.to_thread((relaying := run_relay(url)).__enter__)
        try:
            token = await asyncio.to_thread(running.token, "anna")
            async with httpx.AsyncClient(
                base_url=running.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
            ) as anna:
                seat = f"/rows/participants?room_id=eq.{room}"
                await anna.post("/rows/participants", json={"room_id": room})
                async with follow(f"{running.url}/rooms/{room}/events", token) as stream:
                    await stream.until(lambda frame: frame.event == "snapshot")
                    for minor, muted in ((None, False), (b"9", True)):
                        database_gate.minor, database_gate.turned_away = minor, 0
                        database_gate.cut()
                        await comes_true(lambda: database_gate.turned_away)
                        database_gate.shut = False

                        async def changed(muted: bool = muted) -> bool:
                            return (await anna.patch(seat, json={"muted": muted})).status_code < 300

                        assert await until(changed)
                        await stream.until(partial(says, muted))
            async with await psycopg.AsyncConnection.connect(url) as reported:
                assert reported.info.server_version % 100 == 9
        finally:
            await asyncio.to_thread(relaying.__exit__, None, None, None)
