"""Users that write all the time, over HTTP and in psql, and ignore refusals."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Protocol

import psycopg
from psycopg.rows import TupleRow

from ..settings import Settings
from ..supervision import beside
from ..tools.http import UNREACHABLE, Refused, ask
from ..tools.network import Place
from ..tools.relays import RelayProcess
from ..types import UserId
from .follower import Follower
from .joining import until_signed_in

PSQL_USERS: Final = 12
BRIEF_PARTICIPANTS: Final = 6
LONGER_PAUSE: Final = 10  # times the usual one

Psql = psycopg.AsyncConnection[TupleRow]


class WriteTarget(Protocol):
    """Where users write: the rooms, the relays, and the participants."""

    rooms: list[int]
    relays: list[RelayProcess]
    grace: float

    async def psql(self) -> Psql: ...

    def active_followers(self) -> list[Follower]: ...


class Writers:
    """Four kinds of writes, `per_second` in total. Answers are counted by result."""

    def __init__(self, environment: WriteTarget, per_second: float) -> None:
        self._environment = environment
        self._pause = 4 / per_second
        self._random = random.Random(20261123)
        self._psql_users: list[int] = []
        self._brief_participants: list[Follower] = []
        self._psql: Psql | None = None
        self.counted: Counter[str] = Counter()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write until the block ends; then delete the seats that were inserted in psql, and those that would expire late."""
        await self._prepare()
        kinds: list[Callable[[], Awaitable[None]]] = [
            self._toggle_microphone,
            self._signal,
            self._join_or_leave,
            self._write_in_psql,
        ]
        try:
            async with beside(**{kind.__name__: self._repeat(kind) for kind in kinds}):
                yield
        finally:
            if self._psql is not None:
                await self._psql.close()
        await self._clear_away()

    @contextmanager
    def seldom(self) -> Iterator[None]:
        """Write a tenth as often until the block ends: while a drill only waits, more writes show nothing that the first did not."""
        self._pause *= LONGER_PAUSE
        try:
            yield
        finally:
            self._pause /= LONGER_PAUSE

    async def _prepare(self) -> None:
        async with await self._environment.psql() as psql:
            made = await psql.execute(
                "insert into users (username) select 'psql user ' || n from generate_series(1, %s) n returning id",
                (PSQL_USERS,),
            )
            self._psql_users = [user for (user,) in await made.fetchall()]
        for number, room in zip(
            range(BRIEF_PARTICIPANTS), _spread(self._environment.rooms), strict=False
        ):
            brief_participant = Follower([self._place()], room, f"brief participant {number}")
            await until_signed_in(brief_participant)
            self._brief_participants.append(brief_participant)

    async def _clear_away(self) -> None:
        users = [*self._psql_users]
        if self._environment.grace > Settings().grace:  # nobody waits until these seats expire
            users += [follower.user for follower in self._brief_participants]
        async with await self._environment.psql() as psql:
            await psql.execute("delete from participants where user_id = any (%s)", (users,))

    async def _repeat(self, write: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await write()
            except UNREACHABLE:
                self.counted["unanswered"] += 1
            except (Refused, psycopg.Error):
                self.counted["refused"] += 1
            await asyncio.sleep(self._pause * self._random.uniform(0.5, 1.5))

    def _place(self) -> Place:
        return self._random.choice(self._environment.relays).place

    def _people(self) -> Sequence[Follower]:
        return [
            follower
            for follower in self._environment.active_followers()
            if follower.room in self._environment.rooms
        ]

    async def _toggle_microphone(self) -> None:
        """A participant mutes or unmutes its own microphone, or in the audience raises or lowers its hand."""
        if not (people := self._people()):
            return
        follower = self._random.choice(people)
        seat = f"/rows/participants?room_id=eq.{follower.room}&user_id=eq.{follower.user}"
        yes = self._random.random() < 0.5
        own = follower.view.seats.get(UserId(follower.user))
        in_audience = own is not None and not own.may_speak
        change = {"hand_raised_at": "now" if yes else None} if in_audience else {"muted": yes}
        await self._send("PATCH", seat, change, follower.token)

    async def _signal(self) -> None:
        """A candidate from one participant to another."""
        people = self._people()
        if not people:
            return
        follower = self._random.choice(people)
        others = [each for each in people if each.room == follower.room and each is not follower]
        if others:
            value = {
                "room_id": follower.room,
                "from_peer": follower.peer,
                "to_peer": self._random.choice(others).peer,
                "kind": "candidate",
                "body": {"candidate": "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host"},
            }
            await self._send("POST", "/rows/signals", value, follower.token)

    async def _join_or_leave(self) -> None:
        """A user joins or leaves; one in three disconnects without leaving, and the seat has to expire."""
        follower = self._random.choice(self._brief_participants)
        if follower.peer and self._random.random() < 0.67:
            value = {"room_id": follower.room, "peer_id": follower.peer}
            follower.peer = ""
            await self._send("POST", "/rows/rpc/leave_room", value, follower.token)
        else:
            follower.places[0] = self._place()
            await follower.join()
            self.counted["written"] += 1

    async def _write_in_psql(self) -> None:
        """In psql: insert a seat, mute several at once, move several to or from the stage, or delete a seat."""
        if self._psql is None or self._psql.closed:
            with suppress(psycopg.Error):
                self._psql = await self._environment.psql()
        if self._psql is None:
            return
        room, psql_user = (
            self._random.choice(self._environment.rooms),
            self._random.choice(self._psql_users),
        )
        match self._random.randrange(6):
            case 0 | 1 | 2:
                statement = "insert into participants (room_id, user_id) values (%s, %s) on conflict do nothing"
                await self._psql.execute(statement, (room, psql_user))
            case 3:
                statement = "update participants set muted = not muted where room_id = %s and user_id = any (%s)"
                await self._psql.execute(statement, (room, self._psql_users))
            case 4:
                statement = (
                    "update participants set role = case role when 'SPEAKER' then 'AUDIENCE' else 'SPEAKER' end"
                    " where room_id = %s and user_id = any (%s)"
                )
                await self._psql.execute(statement, (room, self._psql_users))
            case _:
                statement = "delete from participants where room_id = %s and user_id = %s"
                await self._psql.execute(statement, (room, psql_user))
        self.counted["written"] += 1

    async def _send(self, method: str, path: str, value: object, token: str) -> None:
        answer = await ask(self._place(), method, path, value, token=token)
        refused = "unavailable" if answer.status == 503 else "refused"
        self.counted["written" if answer.status < 300 else refused] += 1


def _spread(rooms: Sequence[int]) -> list[int]:
    return [rooms[number % len(rooms)] for number in range(BRIEF_PARTICIPANTS)]
