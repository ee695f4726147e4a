"""People who write all the time: over HTTP and in psql, and never mind when they are refused."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

import psycopg
from psycopg.rows import TupleRow

from ..supervision import beside
from .follower import Follower, until_signed_in
from .http_connection import UNREACHABLE, Place, ask
from .relays import RelayProcess

HANDS: Final = 12
PASSERS_BY: Final = 6

Psql = psycopg.AsyncConnection[TupleRow]


class WriteTarget(Protocol):
    """Where they write: rooms, the relays that serve them, and the participants who are there."""

    rooms: list[int]
    relays: list[RelayProcess]

    async def psql(self) -> Psql: ...

    def living(self) -> list[Follower]: ...


class Writers:
    """Four kinds of hands, `per_second` writes between them. What was answered how, is counted."""

    def __init__(self, scene: WriteTarget, per_second: float) -> None:
        self._scene = scene
        self._pause = 4 / per_second
        self._random = random.Random(20261123)
        self._hands: list[int] = []
        self._passers_by: list[Follower] = []
        self._psql: Psql | None = None
        self.counted: Counter[str] = Counter()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write until the block ends; then what was seated by hand is taken away by hand."""
        await self._prepare()
        kinds: list[Callable[[], Awaitable[None]]] = [
            self._flip,
            self._signal,
            self._pass_by,
            self._type,
        ]
        try:
            async with beside(**{kind.__name__: self._keep(kind) for kind in kinds}):
                yield
        finally:
            if self._psql is not None:
                await self._psql.close()
        await self._clear_away()

    async def _prepare(self) -> None:
        async with await self._scene.psql() as psql:
            made = await psql.execute(
                "insert into users (username) select 'hand ' || n from generate_series(1, %s) n returning id",
                (HANDS,),
            )
            self._hands = [user for (user,) in await made.fetchall()]
        for number, room in zip(range(PASSERS_BY), _around(self._scene.rooms), strict=False):
            passer_by = Follower([self._place()], room, f"passer-by {number}")
            await until_signed_in(passer_by)
            self._passers_by.append(passer_by)

    async def _clear_away(self) -> None:
        async with await self._scene.psql() as psql:
            await psql.execute("delete from participants where user_id = any (%s)", (self._hands,))

    async def _keep(self, write: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await write()
            except UNREACHABLE:
                self.counted["unanswered"] += 1
            except psycopg.Error:
                self.counted["refused"] += 1
            await asyncio.sleep(self._pause * self._random.uniform(0.5, 1.5))

    def _place(self) -> Place:
        return self._random.choice(self._scene.relays).place

    def _people(self) -> Sequence[Follower]:
        return [one for one in self._scene.living() if one.room in self._scene.rooms]

    async def _flip(self) -> None:
        """Somebody's microphone, by themselves."""
        if not (people := self._people()):
            return
        one = self._random.choice(people)
        seat = f"/rows/participants?room_id=eq.{one.room}&user_id=eq.{one.user}"
        muted = {"muted": self._random.random() < 0.5}
        await self._send("PATCH", seat, muted, one.token)

    async def _signal(self) -> None:
        """A candidate from one seat to another."""
        people = self._people()
        if not people:
            return
        one = self._random.choice(people)
        others = [each for each in people if each.room == one.room and each is not one]
        if others:
            value = {
                "room_id": one.room,
                "from_peer": one.peer,
                "to_peer": self._random.choice(others).peer,
                "kind": "candidate",
                "body": {"candidate": "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host"},
            }
            await self._send("POST", "/rows/signals", value, one.token)

    async def _pass_by(self) -> None:
        """Somebody takes a seat, or leaves it; one in three just goes, and the seat has to lapse."""
        one = self._random.choice(self._passers_by)
        if one.peer and self._random.random() < 0.67:
            value = {"room_id": one.room, "peer_id": one.peer}
            one.peer = ""
            await self._send("POST", "/rows/rpc/leave_room", value, one.token)
        else:
            one.places[0] = self._place()
            await one.join()
            self.counted["written"] += 1

    async def _type(self) -> None:
        """In psql: seats by hand, taken, muted several at once, and left."""
        if self._psql is None or self._psql.closed:
            with suppress(psycopg.Error):
                self._psql = await self._scene.psql()
        if self._psql is None:
            return
        room, hand = self._random.choice(self._scene.rooms), self._random.choice(self._hands)
        match self._random.randrange(4):
            case 0 | 1:
                statement = "insert into participants (room_id, user_id) values (%s, %s) on conflict do nothing"
                await self._psql.execute(statement, (room, hand))
            case 2:
                statement = "update participants set muted = not muted where room_id = %s and user_id = any (%s)"
                await self._psql.execute(statement, (room, self._hands))
            case _:
                statement = "delete from participants where room_id = %s and user_id = %s"
                await self._psql.execute(statement, (room, hand))
        self.counted["written"] += 1

    async def _send(self, method: str, path: str, value: object, token: str) -> None:
        answer = await ask(self._place(), method, path, value, token=token)
        self.counted["written" if answer.status < 300 else "refused"] += 1


def _around(rooms: Sequence[int]) -> list[int]:
    return [rooms[number % len(rooms)] for number in range(PASSERS_BY)]
