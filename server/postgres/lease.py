"""A lease: a process writes every second that it is alive, and stamps the seats that are followed through it.

Relays, media nodes and bots hold one each, a row in `nodes`. When the heartbeats of a process stop, the relays let the seats
that it stamped expire after the grace period. So its participants leave the room like those who lost their connection.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

import psycopg

from ..grace import GRACE
from ..read_only import DatabaseIsReadOnly
from ..supervision import Supervisor, finished
from ..types import NodeId, PeerId
from .roles import Connect, Connection, as_relay
from .served import served
from .session import ReadOnlyPeriod

HEARTBEAT_EVERY: Final = 1.0  # seconds
DEAD_AFTER: Final = timedelta(seconds=4)  # four heartbeats were missed
RENEW_AFTER: Final = 3.0  # seconds without a heartbeat: others may soon take this process for dead
AGAIN_AFTER: Final = 0.2  # seconds
COALESCE: Final = 0.005  # seconds; one statement stamps all seats that are followed in between
STAMPED_WITHIN: Final = 15.0
"""Seconds; a connection, two statements and a lock have timeouts of their own."""

END_WITHIN: Final = 5.0  # seconds; if the database is away, the missing heartbeats say the same

log = logging.getLogger(__name__)


class StampTimeout(psycopg.OperationalError):
    """The database did not stamp a seat in time."""


def new_node_id(kind: str) -> NodeId:
    """A new id for a process. It names no machine: every login can read it, in notifications and in `pg_stat_activity`."""
    return NodeId(f"{kind}-{uuid.uuid4().hex}")


def this_process() -> str:
    """`host pid`, by which an operator finds the process."""
    return f"{socket.gethostname()} {os.getpid()}"


class Lease:
    """The lease of the process `node`, whose id is stamped on seats. When nobody follows on a seat any more, its `grace` period begins.

    `connect` makes a connection with the relay's rights; `kind` and `address` are for operators, who read them in `nodes`.
    It writes a heartbeat at least every `beats_every` seconds. `restored` is set when a heartbeat finds that the database was replaced by a backup: all that was read before is out of date.
    """

    beats_every = HEARTBEAT_EVERY

    def __init__(
        self, connect: Connect, node: NodeId, kind: str, *, address: str, grace: timedelta = GRACE
    ) -> None:
        self.node = node
        self._connect = connect
        self._kind = kind
        self._address = address
        self._grace = grace
        self._followed: Counter[PeerId] = Counter()
        self._waiting: dict[PeerId, list[asyncio.Future[bool]]] = defaultdict(list)
        self._locked: set[PeerId] = set()  # followed, and still to be stamped
        self._unfollowed: dict[PeerId, timedelta] = {}
        self._renew = self._has_followed = False
        self._beaten_at: float | None = None
        self._rows_since: datetime | None = None
        self.restored = asyncio.Event()
        self._read_only = ReadOnlyPeriod()
        self._alive = asyncio.Event()
        self._beat_now = asyncio.Event()
        self._work = asyncio.Event()

    def start(self, tasks: Supervisor) -> None:
        """Beat and stamp until the tasks end."""
        tasks.keep(self._beat_regularly, "heartbeat")
        tasks.keep(self._stamp, "presence")

    async def follow(self, peer: PeerId) -> bool:
        """Follow the room on this seat from now on. Returns false if the seat is no longer this session's.

        Raises psycopg errors, StampTimeout among them.
        """
        self._followed[peer] += 1
        self._has_followed = True
        self._unfollowed.pop(peer, None)
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[peer].append(waiting)
        self._work.set()
        try:
            async with asyncio.timeout(STAMPED_WITHIN):
                seated = await waiting
        except TimeoutError:
            self.unfollow(peer)
            raise StampTimeout("the seat could not be marked as followed in time") from None
        except BaseException:
            self.unfollow(peer)
            raise
        if not seated:
            self.unfollow(peer)
        return seated

    def unfollow(self, peer: PeerId, grace: timedelta | None = None) -> None:
        """One follower stopped; if it was the seat's last one here, the grace period begins."""
        self._followed[peer] -= 1
        if self._followed[peer] <= 0:
            del self._followed[peer]
            self._locked.discard(peer)
            self._unfollowed[peer] = self._grace if grace is None else grace
            self._work.set()

    @asynccontextmanager
    async def holding(self, peer: PeerId, grace: timedelta | None = None) -> AsyncIterator[bool]:
        """Follow on this seat until the block ends. Yields whether the seat is still this session's. Raises psycopg errors."""
        seated = await self.follow(peer)
        try:
            yield seated
        finally:
            if seated:
                self.unfollow(peer, grace)

    def renew(self) -> None:
        """The database may have lost the lease: write it and stamp every seat again. Where there was none, the next heartbeat is enough."""
        self._renew = self._has_followed
        self._work.set()

    def beat_now(self) -> None:
        """Write the next heartbeat now."""
        self._beat_now.set()

    async def end(self, grace: timedelta | None = None) -> None:
        """End the lease, because the process ends. The grace period of its seats begins, in which another process may follow on them."""
        try:
            async with asyncio.timeout(END_WITHIN), self._connect() as connection:
                await self._unfollow(connection, self._unfollowed)
                await self._release(connection, self._grace if grace is None else grace)
        except (psycopg.Error, TimeoutError) as error:
            log.warning("the lease could not be ended: %s", str(error).strip() or "no answer")

    async def beat(self) -> None:
        """Write that this process is alive. Raises psycopg errors."""
        async with self._connect() as connection:
            with served():
                await self._write_heartbeat(connection)
            await self._notice_restore(connection)
        # By the wall clock, which goes on while a process or its machine is suspended.
        last, self._beaten_at = self._beaten_at, time.time()
        self._alive.set()
        if last is not None and self._beaten_at - last > RENEW_AFTER:
            self.renew()

    @property
    def current(self) -> bool:
        """Whether others have seen a heartbeat lately. After a suspension it is false until the next one."""
        return self._beaten_at is not None and time.time() - self._beaten_at < RENEW_AFTER

    async def _notice_restore(self, connection: Connection) -> None:
        answer = await connection.execute("select roomtone.relay_rows_since()")
        ((since,),) = await answer.fetchall()
        if self._rows_since not in (None, since):
            log.warning("the database was restored from a backup: everything is read again")
            self.restored.set()
        self._rows_since = since

    async def _beat_regularly(self) -> None:
        while True:
            self._beat_now.clear()
            try:
                await finished(self.beat(), "heartbeat")
                self._read_only.over()
            except DatabaseIsReadOnly:
                self._read_only.began()
            except psycopg.Error as error:
                log.warning(
                    "heartbeat failed: %s", str(error).strip(), extra={"cause": "heartbeat"}
                )
            with suppress(TimeoutError):
                async with asyncio.timeout(self.beats_every):
                    await self._beat_now.wait()

    async def _stamp(self) -> None:
        await self._alive.wait()  # relays let the seats of an unknown process expire
        while True:
            await self._work.wait()
            self._work.clear()
            waiting, self._waiting = self._waiting, defaultdict(list)
            unfollowed, self._unfollowed = self._unfollowed, {}
            renew, self._renew = self._renew, False
            try:
                seated, locked = await finished(
                    self._write_stamps(waiting, unfollowed, renew), "stamps"
                )
            except Exception as error:
                for future in (future for futures in waiting.values() for future in futures):
                    if not future.done():
                        future.set_exception(error)
                        future.exception()  # its caller may have been cancelled meanwhile
                self._unfollow_later(unfollowed, unfollowed)
                self._renew |= renew
                if not isinstance(error, psycopg.Error):
                    self._work.set()
                    raise
                if not isinstance(error, DatabaseIsReadOnly):
                    log.warning("seats could not be stamped: %s", str(error).strip())
                await asyncio.sleep(AGAIN_AFTER)
                if self._unfollowed or self._renew or self._locked:
                    self._work.set()
                continue
            for peer, futures in waiting.items():
                for future in futures:
                    if not future.done():
                        future.set_result(peer in seated)
            self._unfollow_later(locked, unfollowed)
            if self._unfollowed or self._locked:
                asyncio.get_running_loop().call_later(AGAIN_AFTER, self._work.set)
            await asyncio.sleep(COALESCE)

    async def _write_stamps(
        self, peers: Collection[PeerId], unfollowed: dict[PeerId, timedelta], renew: bool
    ) -> tuple[set[PeerId], set[PeerId]]:
        seated: set[PeerId] = set()
        async with self._connect() as connection:
            if renew:
                with served():
                    await self._reclaim(connection)
            if peers or self._locked:
                seated = await self._follow(connection, {*peers, *self._locked})
            return seated, await self._unfollow(connection, unfollowed)

    def _unfollow_later(
        self, peers: Collection[PeerId], unfollowed: dict[PeerId, timedelta]
    ) -> None:
        again = {peer: unfollowed[peer] for peer in peers if peer not in self._followed}
        self._unfollowed = again | self._unfollowed

    async def _follow(self, connection: Connection, peers: Collection[PeerId]) -> set[PeerId]:
        """Stamp these seats; returns those that exist, stamped or still to be.

        An open transaction, in psql perhaps, may hold a lock on a seat. It is followed all the same and stamped later, so
        nothing waits for that transaction.
        """
        cursor = await connection.execute(
            "select roomtone.relay_serve_seats(%s, %s::uuid[])::text", (self.node, list(peers))
        )
        stamped = {PeerId(peer) for (peer,) in await cursor.fetchall()}
        locked: set[PeerId] = set()
        if len(stamped) < len(peers):
            seated = "select roomtone.relay_seated(%s::uuid[])::text"
            cursor = await connection.execute(seated, (list({*peers} - stamped),))
            locked = {PeerId(peer) for (peer,) in await cursor.fetchall()}
        self._locked = (self._locked - {*peers}) | (locked & self._followed.keys())
        return stamped | locked

    async def _unfollow(
        self, connection: Connection, unfollowed: dict[PeerId, timedelta]
    ) -> set[PeerId]:
        """Begin the grace periods of these seats; returns those that are locked and were not stamped."""
        locked: set[PeerId] = set()
        for grace in {*unfollowed.values()}:
            peers = [peer for peer, its_grace in unfollowed.items() if its_grace == grace]
            cursor = await connection.execute(
                "select roomtone.relay_release_seats(%s, %s::uuid[], %s)::text",
                (self.node, peers, grace),
            )
            locked |= {PeerId(peer) for (peer,) in await cursor.fetchall()}
        return locked

    async def _reclaim(self, connection: Connection) -> None:
        """Make the database agree with this process about which seats it serves.

        A crash of the database may have undone the last unfollowing, and those seats would stay for ever. It has emptied `nodes`, too.
        """
        async with as_relay(connection):
            # The lease stays: otherwise the last heartbeat would be that of a dead process (resume_leases).
            await self._write_heartbeat(connection)
            release = "select roomtone.relay_release_all_seats(%s, %s)"
            await connection.execute(release, (self.node, self._grace))
            await self._follow(connection, self._followed)

    async def _release(self, connection: Connection, grace: timedelta) -> None:
        await connection.execute("select roomtone.relay_end_lease(%s, %s)", (self.node, grace))

    async def _write_heartbeat(self, connection: Connection) -> None:
        await connection.execute(
            "select roomtone.relay_heartbeat(%s, %s, %s)", (self.node, self._address, self._kind)
        )
