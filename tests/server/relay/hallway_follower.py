"""A user who follows the hallway in the test's own process, and applies what it is sent as a client does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from roomtone.postgres.listener import Listener
from roomtone.postgres.pools import Database
from roomtone.relay.hallway_changes import HallwayReader
from roomtone.relay.relay import Relay, running_relay
from roomtone.supervision import supervised
from roomtone.types import Cursor, NodeId, UserId

from ...people import Psql
from ...running import patient


class HallwayFollower:
    """`rooms` is their window; `received` the rows after the first snapshot, in order."""

    def __init__(self, relay: Relay, reader: HallwayReader, first: str) -> None:
        self.snapshot = first
        self.rooms: dict[int, dict[str, Any]] = {
            row["id"]: row for row in json.loads(f"{{{first}}}")["hallway"]
        }
        self.received: list[dict[str, Any]] = []
        self.snapshots = 0
        self._hallway = relay.hallway
        self._reader = reader

    @property
    def cursor(self) -> Cursor:
        return self._hallway.cursor(self._reader)

    def resume(self, cursor: Cursor) -> bool:
        return self._hallway.resume(self._reader, cursor)

    def advance(self) -> None:
        if self._reader.seen < 0:
            return  # the first snapshot was not taken yet
        for frame in self._hallway.take(self._reader):
            data = json.loads(frame.data)
            if frame.event == "snapshot":
                self.snapshots += 1
                self.rooms = {row["id"]: row for row in data["hallway"]}
            elif frame.event == "hallway":
                self.received.append(data)
                if data.get("ended_at") or data.get("hidden"):
                    self.rooms.pop(data["id"], None)
                else:
                    self.rooms[data["id"]] = data

    def cut(self) -> None:
        raise AssertionError("a follower was cut off")


class Subscriber:
    """Passes on what the reader says."""

    follower: HallwayFollower | None = None

    def advance(self) -> None:
        if self.follower is not None:
            self.follower.advance()

    def cut(self) -> None:
        assert self.follower is not None
        self.follower.cut()


async def follower(relay: Relay, user: int | None) -> HallwayFollower:
    """As a stream opens: with the user's invitations. None: an anonymous user."""
    subscriber, who = Subscriber(), None if user is None else UserId(user)
    reader = await relay.hallway.open(subscriber, who)
    await relay.invitations.open(who, subscriber)
    subscriber.follower = HallwayFollower(relay, reader, relay.hallway.snapshot(reader))
    return subscriber.follower


@asynccontextmanager
async def relay_here(database_url: str, **settings: Any) -> AsyncIterator[Relay]:
    """A relay in this process, which serves no requests."""
    chosen = patient(port=0, nodes=False, **settings)
    database = Database(database_url, node=NodeId("here"), settings=chosen)
    await database.open()
    try:
        async with (
            supervised() as tasks,
            running_relay(database, Listener(database_url), chosen, tasks) as relay,
        ):
            yield relay
    finally:
        await database.close()


def club(psql: Psql, name: str, owner: str) -> int:
    return int(
        psql.one(
            "insert into clubs (name, owner_id) values (%s, %s) returning id",
            name,
            psql.person(owner),
        )
    )
