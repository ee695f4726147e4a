"""What a relay asks the database about the rooms that are heard without a seat."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import psycopg

from ..local_address import address_towards
from ..postgres.pools import Database
from ..types import RoomId
from .mix_socket import MixSocket


class MixRequests:
    """`address` is where media nodes send to; without one, the address of this machine on the way to the database."""

    def __init__(self, database: Database, address: str | None) -> None:
        self._database = database
        self._address = address

    async def require(self, room: RoomId) -> None:
        """Raises psycopg errors unless anybody may listen to the room now. Asked as the anonymous user for everybody."""
        async with self._database.acting({}, read_only=True) as connection:
            await connection.execute("select roomtone.require_broadcast(%s)", (room,))

    async def address(self) -> str:
        """Raises psycopg errors and OSError."""
        if self._address is None:
            async with self._database.relay() as connection:
                self._address = address_towards(connection.info.hostaddr)
        return self._address

    async def receive(self, room: RoomId, at: MixSocket) -> UUID | None:
        """Ask the room's node for its mix; returns the name of this request, None if the room has ended. Raises psycopg errors."""
        async with self._database.relay() as connection:
            answer = await connection.execute(
                "select roomtone.node_receive_mix(%s, %s, %s, %s, %s)",
                (self._database.node, room, at.address, at.port, at.key),
            )
            row = await answer.fetchone()
        return None if row is None else row[0]

    async def stop(self, request: UUID) -> None:
        """The mix is no longer wanted. If the database is away, the end of this process's lease says the same."""
        with suppress(psycopg.Error):
            async with self._database.relay() as connection:
                await connection.execute(
                    "select roomtone.node_stop_mix(%s, %s)", (self._database.node, request)
                )
