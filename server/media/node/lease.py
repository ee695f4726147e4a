"""A media node's lease: its heartbeats return the rooms that are assigned to the node, and it reports the recordings.

A heartbeat also makes the database assign the rooms of dead nodes again, if none has done so in this second. So while one node runs, every
room has one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import psycopg
from psycopg.errors import NoDataFound

from ...postgres.lease import Lease, new_node_id, this_process
from ...postgres.roles import Connect, Connection
from ...types import PeerId, RoomId, UserId
from ..signaling.client import User
from .mix_sender import FRAMES_TO_EDGES, MixReceiver
from .recorder import Begun

Kind = Literal["sfu", "mcu", "edge"]
Serves = Literal["stage", "audience"]

CAPACITY: Final[dict[Kind, int]] = {"sfu": 1000, "mcu": 300, "edge": 500}
"""How many streams a node sends at most, by default: what one processor core does (docs/topologies.md)."""

log = logging.getLogger(__name__)


class NodeLease(Lease):
    """`rooms` are those assigned to this node, with the session of its seat in each, and `receivers` those to whom it sends their mixes.

    `serves` says what it serves in each room: the stage, or listeners as an edge does.
    `changed` is set when they may have changed.
    """

    def __init__(self, connect: Connect, kind: Kind, capacity: int | None = None) -> None:
        super().__init__(connect, new_node_id(kind), kind, address=this_process())
        self.kind: Kind = kind
        self.capacity = capacity or CAPACITY[kind]
        self.rooms: dict[RoomId, PeerId] = {}
        self.serves: dict[RoomId, Serves] = {}
        self.receivers: dict[RoomId, dict[UUID, MixReceiver]] = {}
        self.changed = asyncio.Event()
        self.user: User | None = None

    async def _release(self, connection: Connection, grace: timedelta) -> None:
        # Its rooms are assigned to other nodes at once, without a grace period.
        await connection.execute("select roomtone.node_end_lease(%s)", (self.node,))

    async def _reclaim(self, connection: Connection) -> None:
        await self._write_heartbeat(connection)
        await self._follow(connection, self._followed)

    async def recording_begins(self, recording: int) -> Begun | None:
        """Whether, when and where this node writes a recording. Raises psycopg errors."""
        async with self._connect() as connection:
            answer = await connection.execute(
                "select file, wait from roomtone.node_recording_begins(%s, %s)",
                (self.node, recording),
            )
            row = await answer.fetchone()
        return None if row is None else Begun(row[0], float(row[1]))

    async def recording_moves(self, recording: int) -> bool:
        """Whether another node continues a recording of this node. Raises psycopg errors."""
        async with self._connect() as connection:
            answer = await connection.execute(
                "select roomtone.node_recording_continues(%s, %s)", (self.node, recording)
            )
            row = await answer.fetchone()
        return row is not None and bool(row[0])

    async def recording_ended(
        self, recording: int, seconds: float, size: int, failure: str | None
    ) -> None:
        """A file is finished: its length in seconds, its `size` in bytes, and why it is incomplete, if it is. Raises psycopg errors."""
        async with self._connect() as connection:
            await connection.execute(
                "select roomtone.node_recording_ended(%s, %s, %s, %s, %s)",
                (self.node, recording, seconds, size, failure),
            )

    async def write_speakers(self, room: RoomId, users: list[int]) -> None:
        """Who speaks in this room, of which this node has the stage. Raises psycopg errors."""
        async with self._connect() as connection:
            await connection.execute(
                "select roomtone.node_speakers(%s, %s, %s)", (self.node, room, users)
            )

    @asynccontextmanager
    async def receiving(self, room: RoomId, receiver: MixReceiver) -> AsyncIterator[None]:
        """The mix of this room is sent to the receiver until the block ends. Raises psycopg errors."""
        async with self._connect() as connection:
            answer = await connection.execute(
                "select roomtone.node_receive_mix(%s, %s, %s, %s, %s)",
                (self.node, room, receiver.address, receiver.port, receiver.key),
            )
            row = await answer.fetchone()
        name = None if row is None else row[0]
        try:
            yield
        finally:
            if name is not None:
                await self._stop_mix(name)

    async def refuse(self, peer: PeerId) -> None:
        """This node cannot serve that listener as an edge does, so the node of the stage does. If the database is away, it is tried again."""
        try:
            async with self._connect() as connection:
                await connection.execute(
                    "select roomtone.node_refuse_listener(%s, %s)", (self.node, peer)
                )
        except psycopg.Error as error:
            log.warning("a listener could not be refused: %s", str(error).strip())

    async def _stop_mix(self, name: UUID) -> None:
        try:
            async with self._connect() as connection:
                await connection.execute("select roomtone.node_stop_mix(%s, %s)", (self.node, name))
        except psycopg.Error as error:
            # The packets go to a port that is closed, until this process sends no more heartbeats.
            log.info("a mix could not be stopped: %s", str(error).strip())

    async def _write_heartbeat(self, connection: Connection) -> None:
        if self.user is None:
            await self._register(connection)
        try:
            found = await self._rooms_of(connection)
        except NoDataFound:
            # The database restarted, or deleted this node because its heartbeats had stopped.
            await self._register(connection)
            found = await self._rooms_of(connection)
        receivers = await self._receivers(connection) if found else {}
        if (found, receivers) != (self.rooms, self.receivers):
            self.rooms, self.receivers = found, receivers
            self.changed.set()

    async def _register(self, connection: Connection) -> None:
        answer = await connection.execute(
            "select id, username from roomtone.node_register(%s, %s, %s, %s)",
            (self.node, self.kind, self.capacity, self._address),
        )
        row = await answer.fetchone()
        assert row is not None
        self.user = User(UserId(row[0]), row[1])

    async def _receivers(self, connection: Connection) -> dict[RoomId, dict[UUID, MixReceiver]]:
        answer = await connection.execute(
            "select id, room_id, host(address), port, key, kind = 'edge' from roomtone.node_mixes(%s)",
            (self.node,),
        )
        receivers: dict[RoomId, dict[UUID, MixReceiver]] = {}
        for name, room, address, port, key, edge in await answer.fetchall():
            receiver = MixReceiver(address, port, key, FRAMES_TO_EDGES if edge else 1)
            receivers.setdefault(RoomId(room), {})[name] = receiver
        return receivers

    async def _rooms_of(self, connection: Connection) -> dict[RoomId, PeerId]:
        answer = await connection.execute(
            "select room_id, peer_id::text, roomtone.node_serves(%s, room_id) from roomtone.node_heartbeat(%s)",
            (self.node, self.node),
        )
        rows = await answer.fetchall()
        self.serves = {RoomId(room): serves for room, _, serves in rows}
        return {RoomId(room): PeerId(peer) for room, peer, _ in rows}
