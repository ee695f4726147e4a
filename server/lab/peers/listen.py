"""PostgreSQL's own LISTEN: each follower has a session, and a trigger sends each event as a notification.

There is no server between. A notification is lost for a session that is not there (PostgreSQL manual, LISTEN).
"""

from __future__ import annotations

import json
import time
from typing import Final

import psycopg

from .database import (
    Inserting,
    Session,
    cuttable,
    make_tables,
    require_sessions,
)
from .followers import FollowedHere, Follower
from .lane import About, Setting, Surroundings
from .plan import Act

INSERT: Final = b"insert into peers.events (recipient, event) values (%s, %s)"
HEADER: Final = 11
"""Bytes of a NotificationResponse beside its two texts (PostgreSQL manual, 54.7)."""

ABOUT: Final[dict[Setting, About]] = {
    "default": About(
        "listen",
        "listen",
        "PostgreSQL LISTEN",
        "default",
        "a row in an ordinary table, and a trigger with pg_notify",
        "none: LISTEN has none",
    ),
    "fastest": About(
        "listen",
        "listen-fastest",
        "PostgreSQL LISTEN, fastest",
        "fastest",
        "synchronous_commit = off for who writes (PostgreSQL manual, 28.4)",
        "none: LISTEN has none",
    ),
}


class ListenFollower(Follower):
    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self._url = url
        self._number = number

    async def follow(self) -> None:
        async with await Session.connect(self._url, autocommit=True) as session:
            self.tally.connections += 1
            self.tally.requests += 2
            await session.execute("listen room")
            await session.execute(f"listen follower_{self._number}")
            self.follows.set()
            async for notification in session.notifies():
                at = time.time()
                size = len(notification.channel) + len(notification.payload.encode())
                self.tally.received += HEADER + size
                self.arrived(json.loads(notification.payload)["key"], at)


class Listen(FollowedHere):
    has_server = False
    has_database = True

    def __init__(self, setting: Setting, around: Surroundings) -> None:
        super().__init__(around)
        self.about = ABOUT[setting]
        option = b"set synchronous_commit = off" if setting == "fastest" else b""
        self._inserting = Inserting(around.bench.admin_url, INSERT, option)

    async def start(self) -> None:
        version = await make_tables(self.around.bench)
        self.versions = {"postgresql": version, "psycopg": psycopg.__version__}

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        require_sessions(numbers.stop)
        url = self.around.bench.admin_url
        if through_proxy:
            self.proxy, url = await cuttable(self.around.bench, self.folder)
        await self.followers.start([ListenFollower(url, number) for number in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        await self._inserting.insert(participant, to, event)
        return key

    async def close_participants(self) -> None:
        await self._inserting.close()
