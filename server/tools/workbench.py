"""Where a run measures: a database, and for each measurement a new relay process on it."""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psutil
import psycopg
from psycopg.rows import TupleRow

from .. import __version__
from ..postgres.install import install
from ..postgres.roles import RELAY_ROLE
from .database_server import OPERATOR, DatabaseServer
from .network import Place
from .people import Person, sign_in
from .relays import RelayProcess

AT_ONCE: Final = 16
GRACE: Final = 120.0  # seconds; no seat expires between two polls
Psql = psycopg.AsyncConnection[TupleRow]


class Workbench:
    """`admin_url` is the operator's login, `relay_url` the relay's; logs are written to `folder`. `server` is the run's own PostgreSQL, if it has one.

    The names of users begin with `lab` and the run's id.
    """

    def __init__(
        self, admin_url: str, relay_url: str, folder: Path, server: DatabaseServer | None = None
    ) -> None:
        self.server = server
        self.admin_url = admin_url
        self.relay_url = relay_url
        self.folder = folder
        self.run = f"{time.time_ns() // 1_000_000:x}"
        self._signed_in: dict[str, Person] = {}

    async def machine(self) -> dict[str, object]:
        """What was measured on."""
        async with await self.psql() as psql:
            version = await (await psql.execute("show server_version")).fetchone()
        return {
            "roomtone": __version__,
            "python": platform.python_version(),
            "postgresql": str(version[0]) if version else "?",
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": psutil.cpu_count() or 0,
        }

    async def psql(self) -> Psql:
        """A session of the operator."""
        return await Psql.connect(self.admin_url, **OPERATOR)

    @asynccontextmanager
    async def relay(self, **settings: Any) -> AsyncIterator[RelayProcess]:
        """A fresh relay: its memory and its counters are those of one measurement."""
        given = {"grace": GRACE, "streams_per_user": 1000} | settings
        relay = RelayProcess(self.relay_url, self.folder / "relay.log", **given)
        await relay.start()
        try:
            yield relay
        finally:
            await relay.stop()

    async def room(self, psql: Psql) -> int:
        """A new room whose host is away."""
        made = await psql.execute(
            "insert into rooms (name, host_id) select 'Lab', id from sign_in(%s) returning id",
            (f"lab {self.run} host",),
        )
        row = await made.fetchone()
        assert row is not None
        return int(row[0])

    async def people(self, place: Place, kind: str, many: int) -> list[Person]:
        """`many` users, signed in; the same users in each call."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def person(number: int) -> Person:
            name = f"lab {self.run} {kind} {number}"
            if name not in self._signed_in:
                async with gate:
                    self._signed_in[name] = await sign_in(place, name)
            return self._signed_in[name]

        return list(await asyncio.gather(*(person(n) for n in range(many))))

    async def seat(self, psql: Psql, room: int, people: list[Person]) -> list[Person]:
        """Insert their seats in psql, which costs the relay nothing."""
        seated = await psql.execute(
            "insert into participants (room_id, user_id) select %s, u from unnest(%s::bigint[]) u"
            " returning user_id, peer_id::text",
            (room, [person.user for person in people]),
        )
        peers: dict[int, str] = dict(await seated.fetchall())
        return [Person(person.user, person.token, peers[person.user]) for person in people]

    async def log(self, psql: Psql, room: int) -> tuple[int, dict[int, int | None]]:
        """The room's log as the table has it: its epoch, and {seq: only recipient}."""
        head = await (
            await psql.execute("select epoch from logs where room_id = %s", (room,))
        ).fetchone()
        rows = await psql.execute("select seq, recipient from events where room_id = %s", (room,))
        return (0 if head is None else head[0]), dict(await rows.fetchall())

    async def clear(self, psql: Psql, room: int) -> None:
        """End the room, which removes its seats."""
        await psql.execute("update rooms set ended_at = now() where id = %s", (room,))

    async def forget(self) -> None:
        """Delete this run's rooms and users from the database."""
        async with await self.psql() as psql:
            names = f"lab {self.run} %"
            await psql.execute(
                "delete from rooms where host_id in (select id from users where username like %s)",
                (names,),
            )
            await psql.execute("delete from users where username like %s", (names,))


@contextmanager
def workbench(
    database_url: str | None, on_progress: Callable[[str], None] = lambda line: None
) -> Iterator[Workbench]:
    """An embedded PostgreSQL in a temporary folder, or this database, where what was made is removed.

    Raises EmbeddedError and InstallError.
    """
    if database_url is not None:
        install(database_url, demo=False, on_progress=on_progress)
        with TemporaryDirectory(prefix="roomtone-lab-") as folder:
            yield Workbench(database_url, database_url, Path(folder))
        return
    # durable, because whether a commit waits for the disk is part of what is measured
    with DatabaseServer(durable=True, on_progress=on_progress) as server:
        name = server.new_database()
        yield Workbench(server.url(name), server.url(name, user=RELAY_ROLE), server.folder, server)
