"""`GET /rooms/{id}/socket` and `GET /hallway/socket`: WebSockets (RFC 6455).

The client emits `user-joined-room`, `user-left-room` and `signal`, each with an id, and gets an
acknowledgement with that id: the row, or the problem. All other messages are those of an event stream.

After an insert, the relay reads the room's log at once and does not wait for the notification. It sends
what the log says. So every technique and every relay has the same order and the same cursor, and no event
is sent twice or lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..identity.tokens import claims_of
from ..log import control_events
from ..log.frame import Frame
from ..postgres.room_events import Seat
from ..problem import Problem
from ..resource import resource
from ..supervision import first_of
from ..types import Cursor, PeerId, RoomId, UserId
from . import websocket_messages as messages
from .cursors import cursor_or_none
from .direct import offered
from .following import RoomSubscription, StreamEnded
from .routes import SEAT_LOST, peer_of, room_of, seat_of, why_seat_was_lost
from .socket_events import SocketEvents
from .socket_reader import SocketReader
from .subscription import Subscription
from .websocket_outlets import CUT_OFF_AFTER, AsgiSocket, DirectSocket, SocketEnd

PROTOCOL: Final = "roomtone"
"""The subprotocol (RFC 6455, 1.9) that a client offers beside `bearer.<token>`. The answer never names the token."""

CLOSE_CODES: Final = {"relay stopping": 1012, "too slow": 1013, "token expired": 4401}
NORMAL_CLOSURE: Final = 1000  # RFC 6455, 7.4.1


async def room_socket(websocket: WebSocket) -> None:
    await _serve(websocket, RoomSocket)


async def hallway_socket(websocket: WebSocket) -> None:
    await _serve(websocket, HallwaySocket)


async def _serve(websocket: WebSocket, kind: type[HallwaySocket]) -> None:
    # A browser's script cannot read the refusal of a handshake. So the handshake is accepted, and the
    # refusal is sent as a message.
    subprotocols = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in subprotocols else None)
    with contextlib.suppress(WebSocketDisconnect):
        try:
            with contextlib.closing(Subscription(websocket)) as subscription:
                await kind(websocket, subscription).serve()
        except (Problem, psycopg.Error) as error:
            anonymous = not websocket.scope.get("roomtone.claims")
            problem = messages.problem_of(error, anonymous=anonymous)
            end = control_events.bye("refused", problem=problem.body())
            await websocket.send_text(end.socket)
            await websocket.close(4000 + problem.status)


class HallwaySocket:
    """One socket, from the handshake to its end. Events are written to it, and what its client sends is read."""

    def __init__(self, websocket: WebSocket, subscription: Subscription) -> None:
        self._websocket = websocket
        self._state: Any = websocket.state
        self._claims = claims_of(websocket)
        self._subscription = subscription
        self._ended = SocketEnd()

    async def serve(self) -> None:
        """Run until either side ends it. Raises Problem and psycopg errors if the user may not follow."""
        await self._subscription.open()
        try:
            first = await self._open()
        except StreamEnded as end:
            await self._websocket.send_text(end.frame().socket)
            await self._close(end.reason)
            return
        outlet = self._write_to()
        reader = SocketReader(self._websocket, outlet, self._handle, anonymous=not self._claims)
        self._subscription.begin(outlet, first)
        await first_of(
            socket_writer=outlet.run(), socket_reader=reader.run(), socket_end=self._end(reader)
        )
        if self._ended.is_set():
            await self._close(self._ended.reason)

    def _write_to(self) -> DirectSocket | AsgiSocket:
        transport = offered(self._websocket.scope)
        if transport is not None and transport.take(self._subscription):
            return DirectSocket(transport, self._subscription, self._ended)
        return AsgiSocket(self._websocket, self._subscription, self._ended)

    async def _end(self, reader: SocketReader) -> None:
        await self._ended.wait()
        await reader.finish(self._ended)
        # If the client reads, the writer ends first and cancels this wait.
        await asyncio.sleep(CUT_OFF_AFTER)

    async def _open(self) -> list[Frame]:
        """The first frames: here, of the hallway."""
        return await self._subscription.opening_frames()

    async def _handle(self, event: str, _data: Any) -> str:
        raise messages.unknown_event(event, "Only a room's socket accepts events.")

    async def _close(self, reason: str) -> None:
        with contextlib.suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(1):
                await self._websocket.close(CLOSE_CODES.get(reason, NORMAL_CLOSURE), reason)


class RoomSocket(HallwaySocket):
    """A room's socket. With a seat it follows the room; without one, the hallway until the user joins."""

    def __init__(self, websocket: WebSocket, subscription: Subscription) -> None:
        super().__init__(websocket, subscription)
        self._room = room_of(websocket)
        self._socket_events = SocketEvents(
            self._state.database,
            self._state.rows,
            self._claims,
            self._room,
            rows_limit=self._state.settings.rows_limit,
        )
        self._handlers: dict[str, Callable[[Any], Awaitable[str]]] = {
            "user-joined-room": self._join,
            "user-left-room": self._leave,
            "signal": self._signal,
        }

    async def _open(self) -> list[Frame]:
        after = cursor_or_none(self._websocket.query_params.get("after"))
        try:
            seat = await seat_of(self._websocket, self._claims)
            self._subscription.follow_room(await self._follow(seat, after))
            return await super()._open()
        except SEAT_LOST as error:
            if after is not None:
                reason = await why_seat_was_lost(self._websocket, self._claims)
                if reason is not None:
                    raise StreamEnded(reason) from None
            if peer_of(self._websocket) is not None or not _has_not_joined(error):
                raise
        if (room := self._subscription.suspend_room()) is not None:
            room.close()
        return await super()._open()

    async def _follow(self, seat: Seat, after: Cursor | None = None) -> RoomSubscription:
        return await RoomSubscription.open(self._state.relay, seat, self._subscription, after)

    async def _handle(self, event: str, data: Any) -> str:
        handler = self._handlers.get(event)
        if handler is None:
            raise messages.unknown_event(event, f"There are {', '.join(self._handlers)}.")
        answer = await handler(data)
        self._state.relay.logs.read_now(self._room)
        return answer

    async def _join(self, data: Any) -> str:
        # Without this, the reader of the old seat would report "taken over".
        before = self._subscription.suspend_room()
        try:
            row = await self._socket_events.join(data)
        except BaseException:
            if before is not None:
                self._subscription.follow_room(before)
            raise
        if before is not None:
            before.close()
        joined = json.loads(row)
        seat = Seat(RoomId(joined["room_id"]), UserId(joined["user_id"]), PeerId(joined["peer_id"]))
        self._subscription.follow_room(await self._follow(seat))
        return row

    async def _leave(self, data: Any) -> str:
        return await self._socket_events.leave(data, self._peer)

    async def _signal(self, data: Any) -> str:
        return await self._socket_events.signal(data, self._peer)

    @property
    def _peer(self) -> PeerId | None:
        room = self._subscription.room
        return None if room is None else room.seat.peer


def _has_not_joined(error: Exception) -> bool:
    """Whether the only reason is that the user has no seat yet."""
    rule = error.diag.constraint_name if isinstance(error, psycopg.Error) else None
    return rule == "participants_only_for_participants"


async def upgrade_required(request: Request) -> Response:
    """A `GET` without an upgrade: a proxy may have removed it (RFC 9110, 15.5.22)."""
    raise Problem(
        426,
        "08P01",
        "this is the address of a WebSocket, and the request asks for none",
        hint="If it did, a proxy removed the Upgrade header. Without WebSockets, follow the same log by GET.",
        rule="requests_websocket_is_current",
        headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"},
    )


routes: list[BaseRoute] = [
    WebSocketRoute("/rooms/{room_id:id}/socket", room_socket),
    WebSocketRoute("/hallway/socket", hallway_socket),
    resource("/rooms/{room_id:id}/socket", get=upgrade_required),
    resource("/hallway/socket", get=upgrade_required),
]
