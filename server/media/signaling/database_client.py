"""A line over the database itself: the same rows and the same log, without a relay in between.

It logs in as the relay does, becomes its user for each transaction, and so has no right that a browser has
not. What a relay does for its readers is done here for one: LISTEN, reading the log, holding the seat.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.errors import NoDataFound
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from ...postgres.listener import Listener
from ...postgres.notifications import Throttle
from ...postgres.roles import LOST_AFTER, Connection, acting, become_relay
from ...postgres.wakeup_events import WakeupEvents
from ...supervision import supervised
from ...types import Cursor, PeerId, RoomId, UserId
from .client import ConnectionLost, Frame, Ice, Refused, Row, SignalingClient, User
from .ice_servers import IceServers
from .lease import Lease, Pool

ANSWERS_WITHIN: Final = 10.0  # seconds
CONNECTIONS: Final = 4
PAGE: Final = 1000  # events of a log that are read and held at a time
RESYNC_EVERY: Final = 10.0  # seconds
FRUITLESS_PER_S: Final = 50.0  # reads of a log that find nothing: what a false notification costs
FRUITLESS_AT_ONCE: Final = 100
PASSING: Final = ("08", "40", "53", "55P03", "57")
"""SQLSTATEs, or their classes, of what may go well another time (PostgreSQL manual, appendix A)."""

NOT_ALLOWED: Final = "42501"  # insufficient privilege
SCHEMA: Final = "roomtone"


class DatabaseConnections:
    """One process's way into the database, for any number of lines. Made by `database_connections`."""

    def __init__(
        self, url: str, ice: Callable[[UserId], Ice], lease: Callable[[Pool], Lease]
    ) -> None:
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            kwargs={"application_name": "roomtone bot", **LOST_AFTER},
            min_size=1,
            max_size=CONNECTIONS,
            timeout=ANSWERS_WITHIN,
            max_idle=30,
            configure=become_relay,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        self.lease = lease(self.pool)
        self.wakeups = WakeupEvents(
            Listener(url, name="bot listener", resync_every=RESYNC_EVERY), self.lease.renew
        )
        self.ice = ice
        self.servers = IceServers()

    async def client(self, username: str, *, kind: str = "bot") -> SignalingClient:
        """A line for the bot (or person) of this name, created if unknown. Raises Refused, ConnectionLost."""
        async with _translated_errors(), self.pool.connection() as connection:
            answer = await connection.execute(
                "select id, username from roomtone.sign_in(%s, %s)", (username, kind)
            )
            row = await answer.fetchone()
        assert row is not None
        return self.client_of(User(UserId(row[0]), row[1]))

    def client_of(self, user: User) -> SignalingClient:
        """A line for somebody who is known."""
        return DatabaseSignalingClient(self, user)


@asynccontextmanager
async def database_connections(
    url: str,
    *,
    ice: Callable[[UserId], Ice] = lambda user: Ice(),
    lease: Callable[[Pool], Lease] = Lease,
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
                tasks.keep(connections.lease.run, "lease")
                connections.servers.watch(ice(UserId(0)))  # every user has the same servers
                yield connections
        finally:
            await connections.servers.close()
            with suppress(psycopg.Error):
                await connections.lease.give_up()
    finally:
        await connections.pool.close(timeout=1)


class DatabaseSignalingClient:
    """Somebody's line."""

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
        fruitless = Throttle(FRUITLESS_PER_S, FRUITLESS_AT_ONCE)
        with self._connections.wakeups.of_room(room) as notified:
            async with _translated_errors(), self._connections.lease.holding(peer) as held:
                if not held:
                    raise Refused(
                        "this session no longer holds your seat",
                        NOT_ALLOWED,
                        "participants_peer_is_current",
                    )
                place = after
                while True:
                    try:
                        frames, place = await self._read(room, peer, place)
                    except Refused:
                        reason = await self.why_gone(room, peer, place) if place else None
                        if reason is None:
                            raise
                        yield Frame("bye", {"reason": reason})
                        return
                    for frame in frames:
                        yield frame
                    if len(frames) == PAGE:
                        continue  # there may be more
                    if not frames:
                        await fruitless.turn()
                    await notified.wait()
                    notified.clear()

    async def why_gone(self, room: RoomId, peer: PeerId, after: Cursor) -> str | None:
        seq = after.seq
        async with _translated_errors(), self._connections.pool.connection() as connection:
            while True:
                answer = await connection.execute(
                    "select epoch, tail_seq, seq, seat_user, seat_peer::text, event::json ->> 'reason'"
                    " from roomtone.relay_read(%s, %s)",
                    ([room], [seq]),
                )
                rows = await answer.fetchall()
                if not rows or rows[0][0] != after.epoch or after.seq < rows[0][1]:
                    return None
                if rows[0][2] is None:
                    return None
                seq = rows[-1][2]
                for *_, seat_user, seat_peer, reason in rows:
                    if seat_user == self._user.id and seat_peer != peer:
                        return "taken over" if seat_peer is not None else reason or "left"

    async def ice(self) -> Ice:
        return await self._connections.servers.answering(self._connections.ice(self._user.id))

    async def _read(
        self, room: RoomId, peer: PeerId, after: Cursor | None
    ) -> tuple[list[Frame], Cursor]:
        """A page of what is new after a cursor; a snapshot without one, or when the log does not reach back to it."""
        async with self._acting(snapshot=True) as connection:
            if after is not None:
                try:
                    async with connection.transaction():
                        return await self._new(connection, room, peer, after)
                except NoDataFound as lost:
                    if lost.diag.constraint_name is not None:
                        raise
            answer = await connection.execute("select roomtone.room_snapshot(%s, %s)", (room, peer))
            row = await answer.fetchone()
            assert row is not None
            cursor = Cursor.parse(row[0]["cursor"])
            return [Frame("snapshot", row[0], cursor)], cursor

    async def _new(
        self, connection: Connection, room: RoomId, peer: PeerId, after: Cursor
    ) -> tuple[list[Frame], Cursor]:
        answer = await connection.execute(
            "select roomtone.room_log(%s, %s, %s, %s, %s)",
            (room, peer, after.epoch, after.seq, PAGE),
        )
        row = await answer.fetchone()
        assert row is not None
        frames = [
            Frame(event["table"], event, Cursor(after.epoch, event["seq"]))
            for event in row[0]["events"]
        ]
        return frames, Cursor.parse(row[0]["cursor"])

    @asynccontextmanager
    async def _acting(self, *, snapshot: bool = False) -> AsyncIterator[Connection]:
        """A transaction as my user, in which psycopg's errors become Refused and ConnectionLost."""
        async with _translated_errors(), self._connections.pool.connection() as connection:
            node = self._connections.lease.node
            async with acting(connection, self._claims, node, snapshot=snapshot):
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
