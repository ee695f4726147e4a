"""The PostgreSQL of the run, for the lanes that use it: tables, participants that insert, and a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from ...postgres.embedded import SOCKET_NAME
from ...tools.workbench import Workbench
from .cuttable import CuttableProxy
from .refusals import CannotStart, NotAccepted

TABLES: Final = Path(__file__).parent / "sql" / "tables.sql"
MOST_SESSIONS: Final = 150
"""Of followers, each with a session of its own: the run's PostgreSQL allows 200 in all."""
WITHIN: Final = 5.0  # seconds for one insert

Session = psycopg.AsyncConnection[TupleRow]


async def make_tables(bench: Workbench) -> str:
    """The tables of `sql/`; the version of the server."""
    async with await Session.connect(bench.admin_url, autocommit=True) as session:
        await session.execute(TABLES.read_bytes())
        row = await (await session.execute("show server_version")).fetchone()
        assert row is not None
        return str(row[0])


def require_sessions(many: int) -> None:
    """Raises CannotStart if these are too many followers with sessions."""
    if many > MOST_SESSIONS:
        raise CannotStart(
            f"each follower needs a session, and the run's PostgreSQL has {MOST_SESSIONS} for them"
        )


async def cuttable(bench: Workbench, folder: Path) -> tuple[CuttableProxy, str]:
    """A proxy before the server's socket, and the address by which it is reached."""
    own = folder / "proxy"
    own.mkdir(exist_ok=True)
    sockets = Path(str(conninfo_to_dict(bench.admin_url)["host"]))
    proxy = await CuttableProxy.before_socket(str(sockets / SOCKET_NAME), str(own / SOCKET_NAME))
    return proxy, make_conninfo(bench.admin_url, host=str(own))


class Inserting:
    """Participants' sessions, kept open; one that fails is opened again."""

    def __init__(self, url: str, statement: bytes, setting: bytes = b"") -> None:
        self._url = url
        self._statement = statement
        self._setting = setting
        self._sessions: dict[int, Session] = {}

    async def insert(self, participant: int, recipient: int | None, event: str) -> None:
        """Returns when it is committed. Raises NotAccepted."""
        try:
            async with asyncio.timeout(WITHIN):
                if participant not in self._sessions:
                    session = await Session.connect(self._url, autocommit=True)
                    self._sessions[participant] = session
                    if self._setting:
                        await session.execute(self._setting)
                await self._sessions[participant].execute(self._statement, (recipient, event))
        except (psycopg.Error, TimeoutError) as error:
            broken = self._sessions.pop(participant, None)
            if broken is not None:
                await broken.close()
            raise NotAccepted(str(error)) from error

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
