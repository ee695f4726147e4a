"""Presence: a stream is a presence; when it ends, the seat has a grace before it is given up.

The relay stamps the seats it serves and renews its own lease, a heartbeat row. It also sweeps: seats
whose grace ran out, and those of relays whose heartbeat stopped.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Final

import psycopg

from ..postgres.pools import Database
from ..postgres.roles import Connection
from ..problem import not_in_time
from ..supervision import Supervisor
from ..types import PeerId
from .periodic import every

HEARTBEAT_EVERY: Final = 1.0  # seconds
DEAD_AFTER: Final = timedelta(seconds=4)  # four heartbeats missed
SWEEP_EVERY: Final = 0.5  # seconds
AGAIN_AFTER: Final = 0.2  # seconds
STAMPED_WITHIN: Final = (
    15.0  # seconds; a connection, two statements and a lock have timeouts of their own
)

log = logging.getLogger(__name__)


class Presence:
    """The seats served by this relay, and the broom for those served by nobody.

    `grace` (seconds) is a tunnel, not a goodbye.
    """

    def __init__(self, database: Database, *, grace: float, address: str) -> None:
        self._database = database
        self._node = database.node
        self._grace = timedelta(seconds=grace)
        self._address = address
        self._followed: Counter[PeerId] = Counter()
        self._waiting: dict[PeerId, list[asyncio.Future[bool]]] = defaultdict(list)
        self._locked: set[PeerId] = set()  # followed, and still to be stamped
        self._gone: set[PeerId] = set()
        self._renew = False
        self._beaten_at = time.time()
        self._work = asyncio.Event()

    async def follow(self, peer: PeerId) -> bool:
        """Somebody follows the room on this seat; false if the seat is no longer this session's.

        Raises psycopg errors, and Problem 503 when the database does not answer in time.
        """
        self._followed[peer] += 1
        self._gone.discard(peer)
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[peer].append(waiting)
        self._work.set()
        try:
            async with asyncio.timeout(STAMPED_WITHIN):
                seated = await waiting
        except TimeoutError:
            self.unfollow(peer)
            raise not_in_time("your seat could not be marked as followed") from None
        except BaseException:
            self.unfollow(peer)
            raise
        if not seated:
            self.unfollow(peer)
        return seated

    def unfollow(self, peer: PeerId) -> None:
        """They stopped; unless somebody else follows on the same seat, its grace begins."""
        self._followed[peer] -= 1
        if self._followed[peer] <= 0:
            del self._followed[peer]
            self._locked.discard(peer)
            self._gone.add(peer)
            self._work.set()

    def renew(self) -> None:
        """The database may have forgotten: stamp every seat again."""
        self._renew = True
        self._work.set()

    def start(self, tasks: Supervisor) -> None:
        """Stamp, beat and sweep until the tasks end."""
        tasks.keep(self._stamp, "presence")
        tasks.keep(partial(every, HEARTBEAT_EVERY, self._beat), "heartbeat")
        tasks.keep(partial(every, SWEEP_EVERY, self._sweep), "reaper")

    async def goodbye(self) -> None:
        """This relay stops: its seats have the grace to find another one."""
        async with self._database.relay() as connection:
            await self._lapse_all(connection)

    async def _stamp(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            waiting, self._waiting = self._waiting, defaultdict(list)
            gone, self._gone = self._gone, set()
            renew, self._renew = self._renew, False
            seated: set[PeerId] = set()
            held: set[PeerId] = set()
            try:
                async with self._database.relay() as connection:
                    if renew:
                        await self._reclaim(connection)
                    if waiting or self._locked:
                        seated = await self._follow(connection, {*waiting, *self._locked})
                    if gone:
                        held = await self._unfollow(connection, gone)
            except Exception as error:
                for future in (future for futures in waiting.values() for future in futures):
                    if not future.done():
                        future.set_exception(error)
                        future.exception()  # whoever waited may have gone meanwhile
                self._gone |= {peer for peer in gone if peer not in self._followed}
                self._renew |= renew
                if not isinstance(error, psycopg.Error):
                    self._work.set()
                    raise
                log.warning("presence could not be stamped: %s", str(error).strip())
                await asyncio.sleep(AGAIN_AFTER)
                if self._gone or self._renew or self._locked:
                    self._work.set()
                continue
            for peer, futures in waiting.items():
                for future in futures:
                    if not future.done():
                        future.set_result(peer in seated)
            self._gone |= {peer for peer in held if peer not in self._followed}
            if self._gone or self._locked:
                asyncio.get_running_loop().call_later(AGAIN_AFTER, self._work.set)

    async def _follow(self, connection: Connection, peers: Collection[PeerId]) -> set[PeerId]:
        """Stamp their seats; those of them that have one, stamped or still to be.

        A seat that somebody holds a lock on, in an open transaction in psql perhaps, is theirs all
        the same: they follow, and the stamp comes later. Neither they nor anybody else waits for it.
        """
        cursor = await connection.execute(
            "select roomtone.relay_serve_seats(%s, %s::uuid[])::text", (self._node, list(peers))
        )
        stamped = {PeerId(peer) for (peer,) in await cursor.fetchall()}
        locked: set[PeerId] = set()
        if len(stamped) < len(peers):
            cursor = await connection.execute(
                "select roomtone.relay_seated(%s::uuid[])::text", (list({*peers} - stamped),)
            )
            locked = {PeerId(peer) for (peer,) in await cursor.fetchall()}
        self._locked = (self._locked - {*peers}) | {
            peer for peer in locked if peer in self._followed
        }
        return stamped | locked

    async def _unfollow(self, connection: Connection, peers: Collection[PeerId]) -> set[PeerId]:
        """Let their seats begin to lapse; those of them that could not be stamped now."""
        cursor = await connection.execute(
            "select roomtone.relay_release_seats(%s, %s::uuid[], %s)::text",
            (self._node, list(peers), self._grace),
        )
        return {PeerId(peer) for (peer,) in await cursor.fetchall()}

    async def _reclaim(self, connection: Connection) -> None:
        """Make the database's idea of what is followed here ours again.

        A crash may have undone the last goings, and those who went would sit there for ever. It has
        emptied `nodes` too: whoever is not there with a heartbeat is dead to the others, and what
        they let lapse after our stamp would lapse under a living reader.
        """
        async with connection.transaction():
            await self._lapse_all(connection)
            await self._heartbeat(connection)
            await self._follow(connection, self._followed)

    async def _lapse_all(self, connection: Connection) -> None:
        await connection.execute(
            "select roomtone.relay_end_lease(%s, %s)", (self._node, self._grace)
        )

    async def _beat(self) -> None:
        async with self._database.relay() as connection:
            await self._heartbeat(connection)
            # By the clock on the wall, which goes on while a process or its machine is suspended.
            last, self._beaten_at = self._beaten_at, time.time()
            if self._beaten_at - last > DEAD_AFTER.total_seconds():
                self.renew()  # others took us for dead, and let our seats begin to lapse
            await connection.execute(
                "select roomtone.relay_expire_orphaned_seats(%s, %s)", (DEAD_AFTER, self._grace)
            )

    async def _heartbeat(self, connection: Connection) -> None:
        await connection.execute(
            "select roomtone.relay_heartbeat(%s, %s)", (self._node, self._address)
        )

    async def _sweep(self) -> None:
        while True:
            async with self._database.relay() as connection:
                cursor = await connection.execute("select roomtone.relay_reap_seats()")
                row = await cursor.fetchone()
            if row is None or row[0] is None:
                return
