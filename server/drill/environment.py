"""One drill's scene: a database, relays, rooms full of followers, and people who write."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from itertools import count
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from psycopg.rows import TupleRow

from ..postgres.roles import RELAY_ROLE
from .follower import Follower, until_joined
from .http_connection import Place
from .relays import RelayProcess
from .servers import Stage
from .waiting import until
from .writers import Writers

ROOMS: Final = 4
CROWD: Final = 52
GHOSTS: Final = 3
GRACE: Final = 3.0  # seconds; a drill need not wait for ten
PER_SECOND: Final = 40.0  # writes
COMES_WITHIN: Final = 30.0  # seconds, for a crowd to be seated, and for calm after a storm
AT_ONCE: Final = 8

Psql = psycopg.AsyncConnection[TupleRow]


class Scene:
    """What a drill's play finds, and where it notes what it found.

    `figures` are shown with the verdict; `faults` are sentences, and one is enough to fail.
    `fresh_starts` says that followers may be given another snapshot: the drill loses the log, or
    somebody's seat.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        relays: int = 1,
        crowd: int = CROWD,
        rooms: int = ROOMS,
        settings: dict[str, Any] | None = None,
    ) -> None:
        self.stage = stage
        self.rooms: list[int] = []
        self.followers: list[Follower] = []
        self.relays: list[RelayProcess] = []
        self.writers = Writers(self, PER_SECOND)
        self.grace = GRACE
        self.figures: dict[str, float] = {}
        self.faults: list[str] = []
        self.fresh_starts = False
        self.last_departure = time.monotonic()
        self._many_relays, self._crowd, self._many_rooms = relays, crowd, rooms
        self._settings = {"grace": self.grace} | (settings or {})
        self.grace = self._settings["grace"]
        self._names = count(1)

    async def __aenter__(self) -> Self:
        self.database = await asyncio.to_thread(self.stage.new_database)
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    async def _open(self) -> None:
        url = self.stage.url(self.database, user=RELAY_ROLE)
        self.relays = [
            RelayProcess(url, self.stage.folder / f"{self.database}-{n}.log", **self._settings)
            for n in range(self._many_relays)
        ]
        await asyncio.gather(*(relay.start() for relay in self.relays))
        async with await self.psql() as psql:
            await psql.execute("insert into users (username) values ('host')")
            for _ in range(self._many_rooms):
                await self.new_room(psql)
        places = [relay.place for relay in self.relays]
        for number in range(len(places)):
            share = len(range(number, self._crowd, len(places)))
            await self.admit(share, [*places[number:], *places[:number]])

    async def _close(self) -> None:
        await asyncio.gather(*(follower.hang_up() for follower in self.followers))
        await asyncio.gather(*(relay.stop() for relay in self.relays))
        await asyncio.to_thread(self.stage.drop, self.database)

    async def psql(self) -> Psql:
        """A session of the operator's."""
        return await psycopg.AsyncConnection.connect(self.stage.url(self.database), autocommit=True)

    async def new_room(self, psql: Psql) -> int:
        """One more room; its id."""
        made = await psql.execute(
            "insert into rooms (name, host_id) select 'Drill', id from users where username = 'host' returning id"
        )
        row = await made.fetchone()
        assert row is not None
        self.rooms.append(row[0])
        return int(row[0])

    async def admit(
        self,
        many: int,
        places: Iterable[Place] | None = None,
        *,
        rooms: Iterable[int] | None = None,
        small: bool = False,
    ) -> list[Follower]:
        """So many more followers, spread over the rooms, when all of them follow."""
        places = list(places or [relay.place for relay in self.relays])
        where = list(rooms or self.rooms)
        new = [
            Follower(places, where[n % len(where)], f"follower {next(self._names)}", small=small)
            for n in range(many)
        ]
        gate = asyncio.Semaphore(AT_ONCE)

        async def come(follower: Follower) -> None:
            async with gate:
                await until_joined(follower)

        await asyncio.gather(*(come(follower) for follower in new))
        self.followers += new
        if not await until(lambda: all(one.state == "following" for one in new), COMES_WITHIN):
            raise TimeoutError(f"not all of {many} followers found their seats")
        return new

    async def traffic(self, seconds: float) -> None:
        """Let everybody write and read for a while."""
        await asyncio.sleep(seconds)

    async def ghosts(self, followers: Iterable[Follower] | None = None) -> list[Follower]:
        """These vanish without a word (or one in each of a few rooms): their seats have to follow."""
        chosen = list(followers or self.living()[:GHOSTS])
        await asyncio.gather(*(ghost.vanish() for ghost in chosen))
        self.departed()
        return chosen

    def departed(self) -> None:
        """From now on the roster has the grace, and a little, to be right again."""
        self.last_departure = time.monotonic()

    def living(self) -> list[Follower]:
        return [one for one in self.followers if one.state in ("away", "following")]

    async def until_all_follow(self, within: float = COMES_WITHIN) -> float:
        """Wait until everybody alive has a stream; the seconds it took."""
        began = time.monotonic()
        if not await until(lambda: all(one.state == "following" for one in self.living()), within):
            self.faults.append(f"not everybody found a stream again in {within:g} s")
        return time.monotonic() - began

    async def nobody_of(self, followers: Iterable[Follower]) -> bool:
        """Whether none of these is on the roster any more."""
        async with await self.psql() as psql:
            found = await psql.execute(
                "select from roster where peer_id::text = any (%s)",
                ([one.peer for one in followers],),
            )
        return found.rowcount == 0

    def expect(self, so: object, otherwise: str) -> None:
        """Note a fault unless it is so."""
        if not so:
            self.faults.append(otherwise)
