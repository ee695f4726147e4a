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
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..identity.tokens import claims_of, subject_of
from ..log import control_events
from ..log.frame import Frame
from ..postgres.room_events import Seat
from ..problem import Problem
from ..supervision import first_of
from ..token_bucket import request_bucket
from ..types import Claims, Cursor, PeerId, RoomId, UserId
from . import websocket_messages as messages
from .direct import offered
from .following import RoomSubscription, StreamEnded
from .routes import SEAT_LOST, peer_of, room_of, seat_of, why_seat_was_lost
from .socket_events import SocketEvents
from .subscription import Subscription
from .websocket_outlets import UNREAD_FOR, AsgiSocket, DirectSocket, SocketEnd

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
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    with contextlib.suppress(WebSocketDisconnect):
        try:
            claims = claims_of(websocket)
            subscription = Subscription(websocket, claims, subject_of(websocket))
            with contextlib.closing(subscription):
                await kind(websocket, claims, subscription).serve()
        except (Problem, psycopg.Error) as error:
            anonymous = not websocket.scope.get("roomtone.claims")
            problem = messages.problem_of(error, anonymous=anonymous)
            end = control_events.bye("refused", problem=problem.body())
            await websocket.send_text(end.socket)
            await websocket.close(4000 + problem.status)


class HallwaySocket:
    """One socket: events are written to it, the client's messages are read, or it is cut off."""

    def __init__(self, websocket: WebSocket, claims: Claims, subscription: Subscription) -> None:
        self._websocket = websocket
        self._state: Any = websocket.state
        self._claims = claims
        self._subscription = subscription
        self._ended = SocketEnd()
        self._answering = asyncio.Lock()
        self._bucket = request_bucket(self._state.settings.requests_per_second)
        self._outlet: DirectSocket | AsgiSocket

    async def serve(self) -> None:
        """Run until either side ends it. Raises Problem and psycopg errors if the user may not follow."""
        await self._subscription.open()
        try:
            first = await self._open()
        except StreamEnded as end:
            await self._websocket.send_text(end.frame().socket)
            await self._close(end.reason)
            return
        self._outlet = self._write_to()
        self._subscription.begin(self._outlet, first)
        await first_of(
            socket_writer=self._outlet.run(), socket_reader=self._read(), socket_end=self._end()
        )
        if self._ended.is_set():
            await self._close(self._ended.reason)

    def _write_to(self) -> DirectSocket | AsgiSocket:
        transport = offered(self._websocket.scope)
        if transport is not None and transport.take(self._subscription):
            return DirectSocket(transport, self._subscription, self._ended)
        return AsgiSocket(self._websocket, self._subscription, self._ended)

    async def _end(self) -> None:
        await self._ended.wait()
        async with self._answering:  # the acknowledgement of a leave is sent before the bye
            if self._ended.end is not None:
                self._send(self._ended.end.frame().socket)
            self._outlet.complete()
        await asyncio.sleep(UNREAD_FOR)  # the writer ends before, unless the client does not read

    async def _open(self) -> list[Frame]:
        """The first frames: here, of the hallway."""
        return await self._subscription.opening_frames()

    async def _read(self) -> None:
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            wait = self._bucket.take()
            async with self._answering:
                self._send(await self._answer(received.get("text"), wait))
            await self._outlet.writable()
            # A client that sends more than it may is read only as fast as it may send.
            await asyncio.sleep(wait)

    async def _answer(self, text: str | None, wait: float) -> str:
        """Handle one message. Returns its acknowledgement."""
        message_id: messages.Id = None
        try:
            message = messages.parse(text, limit=self._state.settings.body_limit)
            message_id = message.id
            if wait:
                raise messages.too_many(self._bucket.per_second, wait)
            data = await self._handle(message.event, message.data)
        except (Problem, psycopg.Error) as error:
            problem = messages.problem_of(error, anonymous=not self._claims)
            return messages.refused(message_id, problem)
        return messages.acknowledgement(message_id, data)

    async def _handle(self, event: str, _data: Any) -> str:
        raise messages.unknown_event(event, "Only a room's socket accepts events.")

    def _send(self, text: str) -> None:
        self._state.metrics.sent.size += self._outlet.write_text(text)

    async def _close(self, reason: str) -> None:
        with contextlib.suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(1):
                await self._websocket.close(CLOSE_CODES.get(reason, NORMAL_CLOSURE), reason)


class RoomSocket(HallwaySocket):
    """A room's socket. With a seat it follows the room; without one, the hallway until the user joins."""

    def __init__(self, websocket: WebSocket, claims: Claims, subscription: Subscription) -> None:
        super().__init__(websocket, claims, subscription)
        self._room = room_of(websocket)
        self._socket_events = SocketEvents(
            self._state.database,
            self._state.rows,
            claims,
            self._room,
            rows_limit=self._state.settings.rows_limit,
        )
        self._handlers: dict[str, Callable[[Any], Awaitable[str]]] = {
            "user-joined-room": self._join,
            "user-left-room": self._leave,
            "signal": self._signal,
        }

    async def _open(self) -> list[Frame]:
        after = self._after()
        try:
            seat = await seat_of(self._websocket, self._claims)
            self._subscription.follow_room(await self._follow(seat, after))
            return await super()._open()
        except SEAT_LOST as error:
            reason = await why_seat_was_lost(self._websocket, self._claims, after)
            if reason is not None:
                raise StreamEnded(reason) from None
            if peer_of(self._websocket) is not None or not _has_not_joined(error):
                raise
        if (room := self._subscription.suspend_room()) is not None:
            room.close()
        return await super()._open()

    def _after(self) -> Cursor | None:
        """Where to resume. As on an event stream, an invalid cursor counts as none."""
        try:
            return Cursor.parse(self._websocket.query_params.get("after", ""))
        except ValueError:
            return None

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


routes: list[BaseRoute] = [
    WebSocketRoute("/rooms/{room_id:id}/socket", room_socket),
    WebSocketRoute("/hallway/socket", hallway_socket),
]
