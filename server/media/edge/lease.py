"""An edge's lease: as that of any node, and it asks for the mixes of its rooms."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import psycopg

from ...postgres.roles import Connect, Connection
from ...types import PeerId, RoomId
from ..node.lease import NodeLease
from ..node.mix_sender import MixReceiver

HEARTBEAT_EVERY: Final = 0.5  # seconds
DEAD_AFTER: Final = 2.0  # seconds without a heartbeat: the limit of living_nodes() for edges

log = logging.getLogger(__name__)


class EdgeLease(NodeLease):
    """`capacity` is the number of its listeners, in all rooms."""

    beats_every = HEARTBEAT_EVERY

    def __init__(self, connect: Connect, capacity: int | None = None) -> None:
        super().__init__(connect, "edge", capacity)

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
        """This edge cannot serve that listener, so the node of the stage does. Raises psycopg errors."""
        async with self._connect() as connection:
            await connection.execute(
                "select roomtone.node_refuse_listener(%s, %s)", (self.node, peer)
            )

    async def _stop_mix(self, name: UUID) -> None:
        try:
            async with self._connect() as connection:
                await connection.execute("select roomtone.node_stop_mix(%s, %s)", (self.node, name))
        except psycopg.Error as error:
            # The packets go to a port that is closed, until this process sends no more heartbeats.
            log.info("a mix could not be stopped: %s", str(error).strip())

    async def _receivers(self, connection: Connection) -> dict[RoomId, dict[UUID, MixReceiver]]:
        return {}  # an edge sends no mix
