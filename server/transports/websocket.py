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

from ..identity.tokens import claims_of
from ..log import control_events
from ..log.frame import Frame
from ..postgres.room_events import Seat
from ..problem import Problem
from ..supervision import first_of
from ..token_bucket import request_bucket
from ..types import Claims, Cursor, PeerId, RoomId, UserId
from . import websocket_messages as messages
from .following import RoomSubscription, StreamEnded, Subscription, subscribe, subscribe_to_room
from .routes import SEAT_LOST, count_stream, peer_of, room_of, seat_of, why_seat_was_lost
from .socket_events import SocketEvents

PROTOCOL: Final = "roomtone"
"""The subprotocol (RFC 6455, 1.9) that a client offers beside `bearer.<token>`. The answer never names the token."""

UNREAD_FOR: Final = 20.0  # seconds until a client that does not read a frame is cut off
CLOSE_CODES: Final = {"relay stopping": 1012, "too slow": 1013, "token expired": 4401}
NORMAL_CLOSURE: Final = 1000  # RFC 6455, 7.4.1


class Unread(Exception):
    """The client does not read what is sent."""


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
            async with contextlib.AsyncExitStack() as stack:
                count_stream(websocket, stack)
                await kind(websocket, claims, stack).serve()
        except (Problem, psycopg.Error) as error:
            anonymous = not websocket.scope.get("roomtone.claims")
            problem = messages.problem_of(error, anonymous=anonymous)
            end = control_events.bye("refused", problem=problem.body())
            await websocket.send_text(end.socket)
            await websocket.close(4000 + problem.status)


class HallwaySocket:
    """One socket: events are written to it, the client's messages are read, or it is cut off.

    `stack` is closed when it has ended.
    """

    def __init__(
        self, websocket: WebSocket, claims: Claims, stack: contextlib.AsyncExitStack
    ) -> None:
        self._websocket = websocket
        self._state: Any = websocket.state
        self._claims = claims
        self._stack = stack
        self._wake = asyncio.Event()
        self._cut = asyncio.Event()
        self._sending = asyncio.Lock()
        self._answering = asyncio.Lock()
        self._bucket = request_bucket(self._state.settings.requests_per_second)
        self._subscription: Subscription

    async def serve(self) -> None:
        """Run until either side ends it. Raises Problem and psycopg errors if the user may not follow."""
        follow = subscribe(self._state.relay, self._state.database, self._claims, self._wake)
        self._subscription = await self._stack.enter_async_context(follow)
        self._state.metrics.streams.inc()
        try:
            await first_of(
                socket_writer=self._write(),
                socket_reader=self._read(),
                socket_cut=self._cut.wait(),
            )
        finally:
            self._state.metrics.streams.dec()
            if self._cut.is_set():
                self._state.metrics.cut.inc()
                await self._close("too slow")

    async def _write(self) -> None:
        try:
            async with self._answering:  # no message is handled before the seat is known
                for frame in await self._open():
                    await self._send(frame.socket)
            async with contextlib.aclosing(self._subscription.frames()) as frames:
                async for chunk in frames:
                    for text in [frame.socket for frame in chunk] or [messages.STILL_HERE]:
                        await self._send(text)
        except StreamEnded as end:
            async with self._answering:  # the acknowledgement of a leave is sent before the bye
                await self._send(end.frame().socket)
                await self._close(end.reason)
        except Unread:
            self._cut.set()

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
                answer = await self._answer(received.get("text"), wait)
                try:
                    await self._send(answer)
                except Unread:
                    self._cut.set()
                    return
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

    async def _send(self, text: str) -> None:
        """Raises Unread."""
        async with self._sending:
            try:
                async with asyncio.timeout(UNREAD_FOR):
                    await self._websocket.send_text(text)
            except TimeoutError:
                raise Unread from None
            except RuntimeError:  # another task closed it in the meantime
                raise WebSocketDisconnect(1006) from None
        self._state.metrics.bytes.inc(len(text) if text.isascii() else len(text.encode()))

    async def _close(self, reason: str) -> None:
        with contextlib.suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(1):
                await self._websocket.close(CLOSE_CODES.get(reason, NORMAL_CLOSURE), reason)


class RoomSocket(HallwaySocket):
    """A room's socket. With a seat it follows the room; without one, the hallway until the user joins."""

    def __init__(
        self, websocket: WebSocket, claims: Claims, stack: contextlib.AsyncExitStack
    ) -> None:
        super().__init__(websocket, claims, stack)
        self._room = room_of(websocket)
        self._room_stack = contextlib.AsyncExitStack()
        stack.push_async_exit(self._room_stack)
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
            self._subscription.room = await self._follow(seat, after)
            return await super()._open()
        except SEAT_LOST as error:
            reason = await why_seat_was_lost(self._websocket, self._claims, after)
            if reason is not None:
                raise StreamEnded(reason) from None
            if peer_of(self._websocket) is not None or not _has_not_joined(error):
                raise
        return await super()._open()

    def _after(self) -> Cursor | None:
        """Where to resume. As on an event stream, an invalid cursor counts as none."""
        try:
            return Cursor.parse(self._websocket.query_params.get("after", ""))
        except ValueError:
            return None

    async def _follow(self, seat: Seat, after: Cursor | None = None) -> RoomSubscription:
        """Follow the room on this seat, instead of the seat before."""
        await self._room_stack.aclose()
        follow = subscribe_to_room(self._state.relay, self._state.presence, seat, self._wake, after)
        room = await self._room_stack.enter_async_context(follow)
        room.reader.cut = self._cut
        return room

    async def _handle(self, event: str, data: Any) -> str:
        handler = self._handlers.get(event)
        if handler is None:
            raise messages.unknown_event(event, f"There are {', '.join(self._handlers)}.")
        answer = await handler(data)
        self._state.relay.logs.read_now(self._room)
        return answer

    async def _join(self, data: Any) -> str:
        before = self._subscription.room
        # Without this, the reader of the old seat would report "taken over".
        self._subscription.follow_room(None)
        try:
            row = await self._socket_events.join(data)
        except BaseException:
            self._subscription.follow_room(before)
            raise
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
    return rule == "participants_only_for_those_inside"


routes: list[BaseRoute] = [
    WebSocketRoute("/rooms/{room_id:id}/socket", room_socket),
    WebSocketRoute("/hallway/socket", hallway_socket),
]
