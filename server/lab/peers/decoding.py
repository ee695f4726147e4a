"""PostgreSQL's logical decoding: each follower has a replication slot of its own, and reads what was inserted from the write-ahead log.

The plugin is pgoutput, PostgreSQL's own. A slot keeps its place, so nothing is lost while its follower is away. Each follower has a publication of its own,
whose row filter (PostgreSQL manual, 29.4) leaves out what is for others.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from ...tools.waiting import until
from .database import (
    Inserting,
    Session,
    cuttable,
    make_tables,
)
from .followers import FollowedHere, Follower
from .lane import About, Surroundings
from .plan import Act
from .refusals import CannotStart
from .replication import Slot

INSERT: Final = b"insert into peers.decoded (recipient, event) values (%s, %s)"
PUBLICATION: Final = (
    "create publication {name} for table peers.decoded"
    " where (recipient is null or recipient = {number}) with (publish = 'insert')"
)
PUBLICATIONS: Final = b"select pubname from pg_publication_tables where schemaname = 'peers'"
MOST_SLOTS: Final = 60
SETTINGS: Final = {
    "wal_level": "logical",
    "max_replication_slots": f"{MOST_SLOTS + 4}",
    "max_wal_senders": f"{MOST_SLOTS + 4}",
}
ABOUT: Final = About(
    "decoding",
    "decoding",
    "PostgreSQL logical decoding",
    "recovery",
    "wal_level = logical, a slot and a row filter for each follower, streamed (also the fastest setting: PostgreSQL manual, 47.1)",
    "the slot keeps its place in the write-ahead log",
)


def name_of(follower: int) -> str:
    """The name of its slot, and of its publication."""
    return f"follower_{follower}"


class DecodingFollower(Follower):
    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self._url = make_conninfo(url, replication="database")
        self._name = name_of(number)
        self._read_to = 0

    async def follow(self) -> None:
        async with await Session.connect(self._url, autocommit=True) as session:
            self.tally.connections += 1
            self.tally.requests += 1
            slot = Slot(session, self._read_to)
            await slot.start(self._name, self._name)
            self.follows.set()
            before = 0
            while True:
                rows = await slot.read()
                at = time.time()
                self.tally.received += slot.received - before
                before = slot.received
                for _, _, event in rows:
                    if event is not None:
                        self.arrived(json.loads(event)["key"], at)
                self._read_to = slot.read_to


class Decoding(FollowedHere):
    about = ABOUT
    has_server = False
    has_database = True

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._inserting = Inserting(around.bench.admin_url, INSERT)
        self._prepared = False

    async def start(self) -> None:
        self._prepared = True
        async with await self._session() as session:
            for name, value in SETTINGS.items():
                await session.execute(f"alter system set {name} = '{value}'".encode())
        await self.restart_database()
        version = await make_tables(self.around.bench)
        self.versions = {"postgresql": version, "psycopg": psycopg.__version__}

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        if numbers.stop > MOST_SLOTS:
            raise CannotStart(f"each follower needs a slot, and here are {MOST_SLOTS} at most")
        url = self.around.bench.admin_url
        if through_proxy:
            self.proxy, url = await cuttable(self.around.bench, self.folder)
        async with await self._session() as session:
            for number in numbers:
                name = name_of(number)
                await session.execute(f"drop publication if exists {name}".encode())
                await session.execute(PUBLICATION.format(name=name, number=number).encode())
                await session.execute(
                    "select pg_create_logical_replication_slot(%s, 'pgoutput')", (name,)
                )
        await self.followers.start([DecodingFollower(url, number) for number in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        await self._inserting.insert(participant, to, event)
        return key

    async def close_participants(self) -> None:
        await self._inserting.close()

    async def stop(self) -> None:
        """Without its slots and publications, and with the settings from before, PostgreSQL is again as the other lanes know it."""
        await super().stop()
        if not self._prepared:
            return
        if not await until(self._dropped):
            raise RuntimeError("the replication slots could not be dropped")
        async with await self._session() as session:
            found = await session.execute(PUBLICATIONS)
            for (name,) in await found.fetchall():
                await session.execute(f"drop publication {name}".encode())
            for name in SETTINGS:
                await session.execute(f"alter system reset {name}".encode())
        await self.restart_database()

    async def _dropped(self) -> bool:
        """Whether there is no slot any more; one is active until its session has ended."""
        async with await self._session() as session:
            with suppress(psycopg.errors.ObjectInUse):
                await session.execute(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active"
                )
            row = await (
                await session.execute("select count(*) from pg_replication_slots")
            ).fetchone()
            return row is not None and row[0] == 0

    async def _session(self) -> Session:
        return await Session.connect(self.around.bench.admin_url, autocommit=True)
