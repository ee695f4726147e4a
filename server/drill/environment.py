"""The environment of one drill: a database, relays, rooms with followers, and users that write."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow

from ..postgres.roles import RELAY_ROLE
from ..settings import Settings
from ..tools.database_server import OPERATOR, DatabaseServer
from ..tools.network import Place
from ..tools.open_files import allow_open_files
from ..tools.relays import RelayProcess
from ..tools.waiting import bounded, in_thread, until
from .follower import Follower, Technique
from .joining import join_at_once, until_joined
from .writers import Writers

ROOMS: Final = 4
COUNTED: Final = 2  # of them
CROWD: Final = 52
DISCONNECTED: Final = 3
PER_SECOND: Final = 40.0  # writes
WRITES: Final = 20  # before a fault, and as many after it
AT_ONCE: Final = 8
OPEN_FILES: Final = 8192  # of this process and of each relay; a drill has up to 2,000 streams

Psql = psycopg.AsyncConnection[TupleRow]

log = logging.getLogger(__name__)


class DrillEnvironment:
    """What a drill works with, and where it records its results.

    `figures` are shown with the verdict; `faults` are sentences, and a single fault fails the drill. Followers take turns with
    the `techniques`. The audience of half of the rooms is counted, and those that join there are the audience.
    """

    techniques: tuple[Technique, ...] = ("sse",)
    many_counted = COUNTED
    may_be_unready = False  # as `unready` of a drill

    def __init__(
        self,
        server: DatabaseServer,
        database: str,
        relays: int,
        crowd: int,
        settings: Mapping[str, Any],
    ) -> None:
        self.server = server
        self.database = database
        self.rooms: list[int] = []
        self.counted: set[int] = set()
        self.followers: list[Follower] = []
        self.relays: list[RelayProcess] = []
        self.writers = Writers(self, PER_SECOND)
        self.figures: dict[str, float] = {}
        self.faults: list[str] = []
        self.last_departure = time.monotonic()
        self.closing = AsyncExitStack()
        self._many_relays, self._crowd = relays, crowd
        self._settings: dict[str, Any] = {"jwt_secret": secrets.token_urlsafe(32), **settings}
        self.grace: float = settings.get("grace", Settings().grace)
        self._names, self._logs = count(1), count(1)

    async def open(self) -> None:
        """What it begins with; `closing` ends each thing, the newest first, even if another one fails."""
        allow_open_files(OPEN_FILES)
        self.closing.push_async_callback(self._drop)
        self.closing.push_async_callback(self._stop_relays)
        self.closing.push_async_callback(self._disconnect)
        self.relays = [self.relay() for _ in range(self._many_relays)]
        await asyncio.gather(*(relay.start() for relay in self.relays))
        async with await self.psql() as psql:
            await psql.execute("insert into users (username) values ('host')")
            for _ in range(ROOMS):
                await self.new_room(psql)
            if self.many_counted:
                await self._count_audiences(psql)
            await self.open_crowd(psql)

    async def open_crowd(self, psql: Psql) -> None:
        """The first followers, as many on each relay."""
        crowd: list[Follower] = []
        for many, places in self.shares():
            crowd += self._new_followers(many, places, self.rooms)
        if crowd:
            await join_at_once(psql, crowd, self._settings["jwt_secret"])
        for follower in crowd:
            follower.follow()
        await self._until_following(crowd)

    def shares(self) -> Iterator[tuple[int, list[Place]]]:
        """How many of the first followers begin on each relay, and the relays that they try in turn."""
        places = [relay.place for relay in self.relays]
        for number in range(len(places)):
            yield (
                len(range(number, self._crowd, len(places))),
                [*places[number:], *places[:number]],
            )

    def relay(self, **settings: Any) -> RelayProcess:
        """One more relay on the database, not yet started."""
        return RelayProcess(self.relay_url(), self.new_log_file(), **{**self._settings, **settings})

    def relay_url(self) -> str:
        """The database, for relays and pumps."""
        return self.server.url(self.database, user=RELAY_ROLE)

    def new_log_file(self) -> Path:
        return self.server.folder / f"{self.database}-{next(self._logs)}.log"

    async def close(self) -> None:
        await self.closing.aclose()

    async def _disconnect(self) -> None:
        await asyncio.gather(*(follower.disconnect() for follower in self.followers))

    async def _stop_relays(self) -> None:
        await asyncio.gather(*(relay.stop() for relay in self.relays))

    async def _drop(self) -> None:
        async with bounded("the end of the database"):
            await in_thread(self.server.drop, self.database)

    async def psql(self) -> Psql:
        """A session of the operator's."""
        return await Psql.connect(self.server.url(self.database), **OPERATOR)

    async def new_room(self, psql: Psql) -> int:
        """One more room; its id."""
        made = await psql.execute(
            "insert into rooms (name, host_id, topology) select 'Drill', id, 'mesh' from users where username = 'host' returning id"
        )
        row = await made.fetchone()
        assert row is not None
        self.rooms.append(row[0])
        return int(row[0])

    @contextmanager
    def undisturbed(self, *rooms: int) -> Iterator[None]:
        """Users write in other rooms only, until the block ends."""
        for room in rooms:
            self.rooms.remove(room)
        try:
            yield
        finally:
            self.rooms += rooms

    async def _count_audiences(self, psql: Psql) -> None:
        """In half of the rooms the stage is moderated, and the audience counted from the first seat on, until the end."""
        rooms = self.rooms[ROOMS - self.many_counted :]
        self.counted.update(rooms)
        await psql.execute("update rooms set stage = 'moderated' where id = any (%s)", (rooms,))
        await psql.execute("insert into roster_sizes (counted_above, full_below) values (0, 0)")
        await psql.execute("insert into users (username) values ('first')")
        await psql.execute(
            "insert into participants (room_id, user_id) select room, id from unnest(%s::bigint[]) room, users where username = 'first'",
            (rooms,),
        )
        await psql.execute("delete from participants where true")
        await psql.execute("update roster_sizes set counted_above = 1000 where true")

    async def add_followers(
        self,
        many: int,
        places: Iterable[Place] | None = None,
        *,
        rooms: Iterable[int] | None = None,
        small: bool = False,
    ) -> list[Follower]:
        """Add `many` followers, spread over the rooms; returns when all of them follow."""
        places = list(places or [relay.place for relay in self.relays])
        new = self._new_followers(many, places, list(rooms or self.rooms), small=small)
        gate = asyncio.Semaphore(AT_ONCE)

        async def come(follower: Follower) -> None:
            async with gate:
                await until_joined(follower)

        await asyncio.gather(*(come(follower) for follower in new))
        await self._until_following(new)
        return new

    def _new_followers(
        self, many: int, places: Sequence[Place], rooms: Sequence[int], *, small: bool = False
    ) -> list[Follower]:
        return [
            Follower(
                places,
                rooms[n % len(rooms)],
                f"follower {next(self._names)}",
                small=small,
                technique=self.techniques[n // len(rooms) % len(self.techniques)],
            )
            for n in range(many)
        ]

    async def _until_following(self, new: list[Follower]) -> None:
        self.followers += new
        if not await until(lambda: all(follower.state == "following" for follower in new)):
            raise TimeoutError(f"not all of {len(new)} followers joined")

    async def traffic(self, seconds: float) -> None:
        """Let users write and followers read for a while."""
        await asyncio.sleep(seconds)

    async def ordinary_traffic(self) -> None:
        """The same until users have written that often, on a machine that may stand still meanwhile."""
        enough = self.writers.counted["written"] + WRITES
        if not await until(lambda: self.writers.counted["written"] >= enough):
            self.faults.append("users cannot write, although nothing is missing")

    async def disconnect_some(self, followers: Iterable[Follower] | None = None) -> list[Follower]:
        """Reset these followers' connections (or those of one follower in each of a few rooms); their seats have to expire."""
        chosen = list(followers or self.active_followers()[:DISCONNECTED])
        await asyncio.gather(*(follower.reset_connection() for follower in chosen))
        self.note_departure()
        return chosen

    def note_departure(self) -> None:
        """From now on the grace period runs; after it the roster has to be right again."""
        self.last_departure = time.monotonic()

    def active_followers(self) -> list[Follower]:
        return [follower for follower in self.followers if follower.state in ("away", "following")]

    async def until_all_follow(self) -> float:
        """Wait until every active follower has a stream; the seconds it took."""
        began = time.monotonic()
        if not await until(
            lambda: all(follower.state == "following" for follower in self.active_followers())
        ):
            self.faults.append("not every follower had a stream again")
        return time.monotonic() - began

    async def seats_are_gone(self, followers: Iterable[Follower]) -> bool:
        """Whether none of these followers has a seat any more."""
        async with await self.psql() as psql:
            found = await psql.execute(
                "select from roster where peer_id::text = any (%s)",
                ([follower.peer for follower in followers],),
            )
        return found.rowcount == 0

    def expect(self, so: object, otherwise: str) -> None:
        """Record the fault `otherwise` unless `so` is true."""
        if not so:
            self.faults.append(otherwise)


@asynccontextmanager
async def opened(environment: DrillEnvironment) -> AsyncIterator[DrillEnvironment]:
    """The environment, while the block lasts. An error in the block is raised; one of closing after it is logged."""
    try:
        await environment.open()
        yield environment
    except BaseException:
        try:
            await environment.close()
        except Exception:
            log.exception("an environment could not be closed after an error")
        raise
    await environment.close()
