"""A signaling client that uses the database directly, without a relay.

It logs in with the relay's role and becomes its user for each transaction, so it has the rights of a browser and no more. It
does for one user what a relay does for its subscribers: LISTEN, read the log, hold the seat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from ...grace import GRACE
from ...log.audience import Told
from ...log.frame import Frame as LogFrame
from ...postgres.lease import Lease, new_node_id, this_process
from ...postgres.listener import Listener
from ...postgres.roles import (
    LOST_AFTER,
    RECONNECTS,
    Connect,
    Connection,
    acting,
    become_relay,
)
from ...postgres.room_events import Seat, missed, snapshot, why_gone
from ...postgres.session import Session, lent
from ...postgres.wakeup_events import WakeupEvents
from ...supervision import supervised
from ...token_bucket import TokenBucket
from ...types import Claims, Cursor, PeerId, RoomId, UserId
from .client import ConnectionLost, Frame, Ice, Refused, Row, SignalingClient, User
from .ice_servers import IceServers

ANSWERS_WITHIN: Final = 10.0  # seconds
CONNECTIONS: Final = 4
RESYNC_EVERY: Final = 10.0  # seconds
FRUITLESS_PER_S: Final = 50.0  # reads of a log that find nothing; a false notification causes one
FRUITLESS_AT_ONCE: Final = 100
PASSING: Final = ("08", "25006", "40", "53", "55P03", "57")
"""SQLSTATEs, or their classes, of temporary errors (PostgreSQL manual, appendix A)."""

NOT_ALLOWED: Final = "42501"  # insufficient privilege
SCHEMA: Final = "roomtone"


async def _configure(connection: Connection) -> None:
    await become_relay(connection)
    await connection.execute(
        "select set_config('roomtone.grace', %s, false)", (f"{GRACE.total_seconds():g}s",)
    )


class DatabaseConnections:
    """The database connections of one process, for any number of clients. Made by `database_connections`."""

    def __init__(
        self, url: str, ice: Callable[[UserId], Ice], lease: Callable[[Connect], Lease]
    ) -> None:
        self.pool: AsyncConnectionPool[Session] = AsyncConnectionPool(
            url,
            connection_class=Session,
            kwargs={"application_name": "roomtone bot", **LOST_AFTER},
            min_size=1,
            max_size=CONNECTIONS,
            timeout=ANSWERS_WITHIN,
            max_idle=30,
            **RECONNECTS,
            configure=_configure,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        self.lease = lease(self.lent)
        self.wakeups = WakeupEvents(
            Listener(url, name="bot listener", resync_every=RESYNC_EVERY), self.lease.renew
        )
        self.ice = ice
        self.servers = IceServers()

    def lent(self) -> AbstractAsyncContextManager[Connection]:
        """A connection with the relay's rights, until the block ends."""
        return lent(self.pool)

    @asynccontextmanager
    async def acting(
        self, claims: Claims, *, read_only: bool = False, snapshot: bool = False
    ) -> AsyncIterator[Connection]:
        """A transaction as a user, as in `roles.acting`."""
        async with (
            self.lent() as connection,
            acting(connection, claims, self.lease.node, read_only=read_only, snapshot=snapshot),
        ):
            yield connection

    async def client(self, username: str, *, kind: str = "bot") -> SignalingClient:
        """A client for the bot (or person) of this name, who is created if unknown. Raises Refused, ConnectionLost."""
        async with _translated_errors(), self.lent() as connection:
            answer = await connection.execute(
                "select id, username from roomtone.sign_in(%s, %s)", (username, kind)
            )
            row = await answer.fetchone()
        assert row is not None
        return self.client_of(User(UserId(row[0]), row[1]))

    def client_of(self, user: User) -> SignalingClient:
        """A client for a known user."""
        return DatabaseSignalingClient(self, user)


def bot_lease(connect: Connect) -> Lease:
    """The lease of a process that is no media node."""
    return Lease(connect, new_node_id("bot"), "bot", address=this_process())


@asynccontextmanager
async def database_connections(
    url: str,
    *,
    ice: Callable[[UserId], Ice] = lambda user: Ice(),
    lease: Callable[[Connect], Lease] = bot_lease,
) -> AsyncIterator[DatabaseConnections]:
    """Open until the block ends. `url` is a libpq connection string, `ice` knows what `GET /ice` would say.

    `lease` is what the process lives by; a media node has one of its own.

    Raises ConnectionLost when there is no database.
    """
    connections = DatabaseConnections(url, ice, lease)
    try:
        async with _translated_errors():
            await connections.pool.open(wait=True, timeout=ANSWERS_WITHIN)
        try:
            async with supervised() as tasks:
                tasks.keep(connections.wakeups.run, "listener")
                connections.lease.start(tasks)
                reconnect_when = connections.wakeups.listener.reconnect_when
                tasks.keep(partial(reconnect_when, connections.lease.restored), "restored database")
                connections.servers.watch(ice(UserId(0)))  # every user has the same servers
                yield connections
        finally:
            await connections.servers.close()
            await connections.lease.end(timedelta(0))
    finally:
        await connections.pool.close(timeout=1)


class DatabaseSignalingClient:
    """The signaling client of one user."""

    def __init__(self, connections: DatabaseConnections, user: User) -> None:
        self._connections = connections
        self._user = user
        self._claims = {"sub": str(user.id), "role": "roomtone_person"}

    @property
    def user(self) -> User:
        return self._user

    async def call(self, function: str, **arguments: Any) -> Any:
        named = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in arguments
        )
        statement = sql.SQL("select to_jsonb(answer) from {}({}) answer").format(
            sql.Identifier(SCHEMA, function), named
        )
        async with self._acting() as connection:
            answer = await connection.execute(statement, arguments)
            row = await answer.fetchone()
        return None if row is None else row[0]

    async def insert(self, table: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        stored: list[dict[str, Any]] = []
        async with self._acting() as connection, connection.cursor(row_factory=dict_row) as cursor:
            for row in rows:
                statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
                    sql.Identifier(SCHEMA, table),
                    sql.SQL(", ").join(map(sql.Identifier, row)),
                    sql.SQL(", ").join(map(sql.Placeholder, row)),
                )
                values = {
                    name: Jsonb(value) if isinstance(value, dict | list) else value
                    for name, value in row.items()
                }
                await cursor.execute(statement, values)
                stored += await cursor.fetchall()
        return stored

    async def select(self, relation: str, *columns: str, **equals: Any) -> list[dict[str, Any]]:
        statement = sql.SQL("select {} from {} where {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Identifier(SCHEMA, relation),
            sql.SQL(" and ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
                for name in equals
            ),
        )
        async with self._acting() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement, equals)
            return await cursor.fetchall()

    async def follow(
        self, room: RoomId, peer: PeerId, after: Cursor | None
    ) -> AsyncGenerator[Frame, None]:
        fruitless = TokenBucket(FRUITLESS_PER_S, FRUITLESS_AT_ONCE)
        seat = Seat(room, self._user.id, peer)
        with self._connections.wakeups.of_room(room) as notified:
            async with _translated_errors(), self._connections.lease.holding(peer) as has_seat:
                if not has_seat:
                    raise Refused(
                        "this session no longer holds your seat",
                        NOT_ALLOWED,
                        "participants_peer_id_is_current",
                    )
                place = after
                clock, told = asyncio.get_running_loop(), Told()
                while True:
                    try:
                        frames, place, complete, audience = await self._read(seat, place)
                    except Refused:
                        reason = await self.why_gone(room, peer)
                        if reason is None:
                            raise
                        yield Frame("bye", {"reason": reason})
                        return
                    for frame in frames:
                        yield Frame(frame.event, json.loads(frame.data), frame.cursor)
                    if not complete:
                        continue
                    if not frames:
                        await fruitless.turn()
                    pause = told.pause_before(audience, clock.time())
                    if audience is not None and pause == 0:
                        yield Frame(audience.event, json.loads(audience.data))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause or None):
                            await notified.wait()
                    notified.clear()

    async def why_gone(self, room: RoomId, peer: PeerId) -> str | None:
        async with _translated_errors():
            return await why_gone(self._connections.lent, room, self._user.id, peer)

    async def ice(self) -> Ice:
        return await self._connections.servers.answering(self._connections.ice(self._user.id))

    async def _read(
        self, seat: Seat, after: Cursor | None
    ) -> tuple[list[LogFrame], Cursor, bool, LogFrame | None]:
        """A page of what is new after a cursor, where it ends, whether the log ends there, and the numbers of a counted room.

        It is a snapshot without a cursor, or when the log does not reach back to it.
        """
        async with _translated_errors():
            if after is not None:
                page = await missed(self._connections, self._claims, seat, after)
                if page is not None:
                    return page.frames, page.cursor, page.complete, page.audience
            cursor, text = await snapshot(self._connections, self._claims, seat)
        return [LogFrame("snapshot", text, cursor)], cursor, True, None

    @asynccontextmanager
    async def _acting(self) -> AsyncIterator[Connection]:
        """A transaction as my user, in which psycopg's errors become Refused and ConnectionLost."""
        async with _translated_errors(), self._connections.acting(self._claims) as connection:
            yield connection


@asynccontextmanager
async def _translated_errors() -> AsyncIterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise _translated(error) from error


def _translated(error: psycopg.Error) -> Refused | ConnectionLost:
    state = error.sqlstate
    if state is None or state.startswith(PASSING):
        return ConnectionLost(str(error).strip() or type(error).__name__)
    diagnosis = error.diag
    return Refused(
        diagnosis.message_primary or str(error),
        state,
        diagnosis.constraint_name,
        diagnosis.message_hint,
    )
