"""The three events that clients emit over a WebSocket, as rows.

`user-joined-room`, `user-left-room` and `signal` become the same statements as over HTTP, in a transaction
as the user, where grants, policies, constraints and triggers decide.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..problem import Problem
from ..rows import calling, statement
from ..rows.answers import Returning
from ..rows.body import an_object, batches, objects
from ..rows.fragments import Part
from ..rows.statement import Resolution
from ..rows.transaction import Answer, execute_all, transact
from ..types import Claims, PeerId, RoomId

if TYPE_CHECKING:
    from ..postgres.pools import Database
    from ..postgres.roles import Connection
    from ..rows import Catalogue


class SocketEvents:
    """The events of one user in one room. Each method returns JSON text, and raises Problem and psycopg errors.

    `rows_limit`: how many signals one event may contain.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        claims: Claims,
        room: RoomId,
        *,
        rows_limit: int,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._claims = claims
        self._room = room
        self._rows_limit = rows_limit
        self._most_bytes = database.answer_limit

    async def join(self, data: Any) -> str:
        """Take a seat in the room, or take it again. Returns the seat. `data` may have `peer_id` and `role`."""
        row = {"peer_id": str(uuid4())} | self._in_this_room(an_object(data))
        text = await self._insert(
            "participants", [row], conflict=("room_id", "user_id"), resolution="merge-duplicates"
        )
        return text[1:-1]

    async def leave(self, data: Any, peer: PeerId | None) -> str:
        """Leave the room if the seat is still of this session. Returns `{"room_id", "peer_id", "left"}`."""
        given = {"peer_id": peer} | self._in_this_room(an_object(data))
        names = sorted(given)
        function = await self._catalogue.function("leave_room", frozenset(names))
        call = calling.called(function, None, names, json.dumps(given))
        answer = await self._transact(
            [calling.call_value(function, call, most_bytes=self._most_bytes)]
        )
        return json.dumps(given | {"left": answer.text == "true"})

    async def signal(self, data: Any, peer: PeerId | None) -> str:
        """Send a signal to one session, or with an array to several. Returns the row or rows."""
        sender = {} if peer is None else {"from_peer": peer}
        items = [
            sender | self._in_this_room(item) for item in objects(data, at_most=self._rows_limit)
        ]
        text = await self._insert("signals", items)
        return text if isinstance(data, list) else text[1:-1]

    def _in_this_room(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, with this room's id. Raises Problem for another room."""
        if row.get("room_id", self._room) != self._room:
            raise Problem(
                400,
                "PGRST102",
                f"this socket belongs to room {self._room}",
                hint="Leave out room_id, or open a socket of the other room.",
                rule="sockets_are_of_one_room",
            )
        return row | {"room_id": self._room}

    async def _insert(
        self,
        name: str,
        items: list[dict[str, Any]],
        *,
        conflict: tuple[str, ...] | None = None,
        resolution: Resolution | None = None,
    ) -> str:
        table = await self._catalogue.relation(name)
        answer = Returning((), table.seen_by(anonymous=not self._claims), self._most_bytes)
        return (
            await self._transact(
                [
                    statement.insert(
                        table,
                        batch.names,
                        batch.body,
                        conflict=conflict,
                        resolution=resolution,
                        updates=table.updated_by(anonymous=not self._claims),
                        answer=answer,
                    )
                    for batch in batches(
                        items, json.dumps(items), columns=None, missing_is_null=False
                    )
                ]
            )
        ).text or "[]"

    async def _transact(self, parts: list[Part]) -> Answer:
        async def work(connection: Connection) -> Answer:
            return await execute_all(connection, parts, most_bytes=self._most_bytes)

        return await transact(self._database, self._claims, work)
