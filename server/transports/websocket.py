"""`GET /rooms/{id}/socket` and `GET /hallway/socket`: the article's WebSocket (RFC 6455).

The client emits `user-joined-room`, `user-left-room` and `signal`, each with an id, and gets an
acknowledgement with that id: the row, or the problem. Everything else that comes is what a stream sends.

The article's server inserts the row and broadcasts to its own sockets. Here it inserts, and then reads
the room's log at once instead of waiting for the bell; what it broadcasts is what the log says. So one
order and one cursor hold for every technique and every relay, and nothing is broadcast twice or lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..identity.tokens import claims_of
from ..log import control_events
from ..log.frame import Frame
from ..postgres.room_events import Seat
from ..problem import Problem, log_text, problem_from_database, refusal
from ..rows.body import parse
from ..supervision import first_of
from ..token_bucket import TokenBucket
from ..types import Claims, Cursor, PeerId, RoomId, UserId
from .following import RoomSubscription, StreamEnded, Subscription, subscribe, subscribe_to_room
from .routes import SEAT_LOST, count_stream, peer_of, room_of, seat_of, why_seat_was_lost
from .socket_events import SocketEvents

PROTOCOL: Final = "roomtone"
"""The subprotocol (RFC 6455, 1.9) to ask for beside `bearer.<token>`, which is never answered with."""

STILL_HERE: Final = '{"event":"still-here"}'
UNREAD_FOR: Final = 20.0  # seconds that one frame may wait for a reader who does not read
CLOSE_CODES: Final = {"relay stopping": 1012, "too slow": 1013, "token expired": 4401}
DONE: Final = 1000
LONGEST_ID: Final = 100  # characters

logger = logging.getLogger("roomtone.socket")


class Unread(Exception):
    """Whoever should read this socket does not."""


async def room_socket(websocket: WebSocket) -> None:
    await _serve(websocket, RoomSocket)


async def hallway_socket(websocket: WebSocket) -> None:
    await _serve(websocket, HallwaySocket)


async def _serve(websocket: WebSocket, kind: type[HallwaySocket]) -> None:
    # A browser cannot see how a handshake was refused; so it is accepted, and the refusal said inside.
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    with contextlib.suppress(WebSocketDisconnect):
        try:
            claims = claims_of(websocket)
            async with contextlib.AsyncExitStack() as held:
                count_stream(websocket, held)
                await kind(websocket, claims, held).serve()
        except (Problem, psycopg.Error) as error:
            problem = _problem(error, anonymous=not websocket.scope.get("roomtone.claims"))
            end = control_events.bye("refused", problem=problem.body())
            await websocket.send_text(end.socket)
            await websocket.close(4000 + problem.status)


def _problem(error: Problem | psycopg.Error, *, anonymous: bool) -> Problem:
    if isinstance(error, Problem):
        return error
    problem = problem_from_database(error, anonymous=anonymous)
    if problem.status >= 500:
        logger.error("socket: %s", log_text(error), extra={"cause": problem.code})
    return problem


class HallwaySocket:
    """One socket: it is written to by what happens, read for what the client emits, or cut.

    `held` is let go of when it has ended.
    """

    def __init__(
        self, websocket: WebSocket, claims: Claims, held: contextlib.AsyncExitStack
    ) -> None:
        self._websocket = websocket
        self._state: Any = websocket.state
        self._claims = claims
        self._held = held
        self._wake = asyncio.Event()
        self._cut = asyncio.Event()
        self._sending = asyncio.Lock()
        self._answering = asyncio.Lock()
        self._bucket = TokenBucket(self._state.settings.requests_per_second)
        self._following: Subscription

    async def serve(self) -> None:
        """Until either side ends it. Raises Problem and psycopg errors for what may not be followed."""
        follow = subscribe(self._state.relay, self._state.database, self._claims, self._wake)
        self._following = await self._held.enter_async_context(follow)
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
            async with self._answering:  # nothing is done here before it is known on which seat
                for frame in await self._open():
                    await self._send(frame.socket)
            async with contextlib.aclosing(self._following.frames()) as frames:
                async for chunk in frames:
                    for text in [frame.socket for frame in chunk] or [STILL_HERE]:
                        await self._send(text)
        except StreamEnded as end:
            async with self._answering:  # whoever asked to leave is told before it ends
                await self._send(end.frame().socket)
                await self._close(end.reason)
        except Unread:
            self._cut.set()

    async def _open(self) -> list[Frame]:
        """What it opens with: here, the hallway."""
        return await self._following.first()

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            wait = self._bucket.take()
            async with self._answering:
                answer = await self._answered(message.get("text"), wait)
                try:
                    await self._send(answer)
                except Unread:
                    self._cut.set()
                    return
            # Whoever goes on regardless is read no faster than they may emit.
            await asyncio.sleep(wait)

    async def _answered(self, text: str | None, wait: float) -> str:
        """The acknowledgement of one message."""
        name: object = None
        try:
            event, name, data = self._understood(text)
            if wait:
                raise self._too_many(wait)
            done = await self._act(event, data)
        except (Problem, psycopg.Error) as error:
            problem = _problem(error, anonymous=not self._claims)
            return (
                f'{{"event":"ack","id":{json.dumps(name)},"problem":{json.dumps(problem.body())}}}'
            )
        return f'{{"event":"ack","id":{json.dumps(name)},"data":{done}}}'

    def _understood(self, text: str | None) -> tuple[str, object, Any]:
        """The event, its id and its data. Raises Problem for what is none."""
        limit = self._state.settings.body_limit
        if text is None:
            raise refusal("PGRST102", "a message is text, not bytes")
        body = text.encode()
        if len(body) > limit:
            raise Problem(
                413,
                "54000",
                f"the message is larger than {limit} bytes",
                rule="requests_body_is_small",
            )
        message = parse(body)
        if not isinstance(message, dict) or not isinstance(message.get("event"), str):
            raise refusal("PGRST102", 'a message is {"event": "…", "id": …, "data": {…}}')
        name = message.get("id")
        if not isinstance(name, int | str | None) or len(str(name)) > LONGEST_ID:
            raise refusal("PGRST102", "an id is a number or a short text")
        return message["event"], name, message.get("data", {})

    def _too_many(self, wait: float) -> Problem:
        return Problem(
            429,
            "53400",
            f"more than {self._bucket.per_second:g} messages per second",
            hint=f"Try again in {wait:.2f} seconds.",
            rule="requests_are_not_too_many",
        )

    async def _act(self, event: str, _data: Any) -> str:
        raise self._unknown(event)

    def _unknown(self, event: str, known: str = "") -> Problem:
        return Problem(
            400,
            "PGRST102",
            f"there is no event {event[:60]!r} to emit here",
            hint=known or "The hallway is only looked at; a room's socket takes events.",
            rule="sockets_event_is_known",
        )

    async def _send(self, text: str) -> None:
        """Raises Unread."""
        async with self._sending:
            try:
                async with asyncio.timeout(UNREAD_FOR):
                    await self._websocket.send_text(text)
            except TimeoutError:
                raise Unread from None
            except RuntimeError:  # it was closed under our hands
                raise WebSocketDisconnect(1006) from None
        self._state.metrics.bytes.inc(len(text) if text.isascii() else len(text.encode()))

    async def _close(self, reason: str) -> None:
        with contextlib.suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(1):
                await self._websocket.close(CLOSE_CODES.get(reason, DONE), reason)


class RoomSocket(HallwaySocket):
    """A room's socket: with a seat it follows the room, without one it follows the hallway until it joins."""

    def __init__(
        self, websocket: WebSocket, claims: Claims, held: contextlib.AsyncExitStack
    ) -> None:
        super().__init__(websocket, claims, held)
        self._room = room_of(websocket)
        self._seated = contextlib.AsyncExitStack()
        held.push_async_exit(self._seated)
        self._socket_events = SocketEvents(
            self._state.database,
            self._state.rows,
            claims,
            self._room,
            rows_limit=self._state.settings.rows_limit,
        )
        self._events: dict[str, Callable[[Any], Awaitable[str]]] = {
            "user-joined-room": self._join,
            "user-left-room": self._leave,
            "signal": self._signal,
        }

    async def _open(self) -> list[Frame]:
        after = self._after()
        try:
            seat = await seat_of(self._websocket, self._claims)
            self._following.room = await self._attend(seat, after)
            return await super()._open()
        except SEAT_LOST as refused:
            reason = await why_seat_was_lost(self._websocket, self._claims, after)
            if reason is not None:
                raise StreamEnded(reason) from None
            if peer_of(self._websocket) is not None or not _is_outside(refused):
                raise
        return await super()._open()

    def _after(self) -> Cursor | None:
        """Where to go on. As on a stream, a cursor nobody was given is as good as none."""
        try:
            return Cursor.parse(self._websocket.query_params.get("after", ""))
        except ValueError:
            return None

    async def _attend(self, seat: Seat, after: Cursor | None = None) -> RoomSubscription:
        """Follow on this seat, instead of whichever was followed on before."""
        await self._seated.aclose()
        follow = subscribe_to_room(self._state.relay, self._state.presence, seat, self._wake, after)
        room = await self._seated.enter_async_context(follow)
        room.reader.cut = self._cut
        return room

    async def _act(self, event: str, data: Any) -> str:
        act = self._events.get(event)
        if act is None:
            raise self._unknown(event, f"There are {', '.join(self._events)}.")
        done = await act(data)
        self._state.relay.logs.read_now(self._room)
        return done

    async def _join(self, data: Any) -> str:
        before = self._following.room
        self._following.attend(None)  # or the old seat's reader would say that it was taken over
        try:
            done = await self._socket_events.join(data)
        except BaseException:
            self._following.attend(before)
            raise
        seat = json.loads(done)
        attended = Seat(RoomId(seat["room_id"]), UserId(seat["user_id"]), PeerId(seat["peer_id"]))
        self._following.attend(await self._attend(attended))
        return done

    async def _leave(self, data: Any) -> str:
        return await self._socket_events.leave(data, self._peer)

    async def _signal(self, data: Any) -> str:
        return await self._socket_events.signal(data, self._peer)

    @property
    def _peer(self) -> PeerId | None:
        room = self._following.room
        return None if room is None else room.seat.peer


def _is_outside(refused: Exception) -> bool:
    """Whether it is only that they have not joined yet."""
    rule = refused.diag.constraint_name if isinstance(refused, psycopg.Error) else None
    return rule == "participants_only_for_those_inside"


routes: list[BaseRoute] = [
    WebSocketRoute("/rooms/{room_id:id}/socket", room_socket),
    WebSocketRoute("/hallway/socket", hallway_socket),
]
