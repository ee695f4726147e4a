"""`GET /rooms/{id}/events`: the room's log, and `GET /hallway/events`: the hallway alone.

One resource, one event shape, one cursor, whatever the technique: an event stream for those who accept
one, and for those who ask for JSON polling, or long-polling with `wait`. `socket.py` is the fourth.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final
from uuid import UUID

from psycopg.errors import CheckViolation, InsufficientPrivilege
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..identity.tokens import claims_of, subject_of, user_of
from ..postgres.room_events import Seat, why_gone
from ..problem import Problem
from ..resource import resource
from ..types import Claims, Cursor, PeerId, RoomId
from . import polling
from .following import SeatTaken, no_such_room, subscribe, subscribe_to_room
from .sse import HEADERS, EventStream, cursor_of

SEAT_LOST: Final = (InsufficientPrivilege, CheckViolation, SeatTaken)
"""What is raised for a seat that is not this session's (any more), and for a room that has ended."""


async def room_events(request: Request) -> Response:
    claims = claims_of(request)
    if _wants_json(request):
        return await _poll_room(request, claims)
    held = contextlib.AsyncExitStack()
    async with held:
        seat = await seat_of(request, claims)
        if request.method == "HEAD":
            return _stream_of_nothing()
        count_stream(request, held)
        state, wake = request.state, asyncio.Event()
        follow = subscribe_to_room(state.relay, state.presence, seat, wake, cursor_of(request))
        room = await held.enter_async_context(follow)
        follow_all = subscribe(state.relay, state.database, claims, wake, room)
        frames = await held.enter_async_context(follow_all)
        first = await frames.first()
        return EventStream(frames, first, room.reader.cut, state.metrics, held.pop_all())


async def hallway_events(request: Request) -> Response:
    claims = claims_of(request)
    if _wants_json(request):
        return await polling.poll_hallway(request, claims)
    if request.method == "HEAD":
        return _stream_of_nothing()
    held = contextlib.AsyncExitStack()
    async with held:
        count_stream(request, held)
        state, wake = request.state, asyncio.Event()
        follow_all = subscribe(state.relay, state.database, claims, wake)
        frames = await held.enter_async_context(follow_all)
        first = await frames.first()
        return EventStream(frames, first, asyncio.Event(), state.metrics, held.pop_all())


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def _poll_room(request: Request, claims: Claims) -> Response:
    after = polling.cursor_of(request, "after")
    try:
        return await polling.poll_room(request, claims, await seat_of(request, claims))
    except SEAT_LOST:
        # A stream tells its reader why the seat went; so is somebody told who was not asking just then.
        reason = await why_seat_was_lost(request, claims, after)
        if reason is None or after is None:
            raise
        return polling.gone(reason, after)


def _stream_of_nothing() -> Response:
    """For HEAD: a stream would never end, and nobody would see a byte of it."""
    return Response(headers={name.decode(): value.decode() for name, value in HEADERS})


def room_of(connection: HTTPConnection) -> RoomId:
    """The room the path names. Raises Problem 404 for one that cannot be."""
    room: int = connection.path_params["room_id"]
    if room >= 2**63:
        raise no_such_room(room)
    return RoomId(room)


def peer_of(connection: HTTPConnection) -> PeerId | None:
    """The session the question names, if it names one. Raises Problem 400."""
    named = connection.query_params.get("peer_id")
    try:
        return None if named is None else PeerId(str(UUID(named)))
    except ValueError:
        raise Problem(
            400, "22P02", "peer_id is not a UUID", hint="It is in the row that joining answered."
        ) from None


async def seat_of(connection: HTTPConnection, claims: Claims) -> Seat:
    """The seat to follow on: the acting user's, and this session's if it names itself.

    Raises Problem, and psycopg errors: the database says whose the seat is.
    """
    room, peer = room_of(connection), peer_of(connection)
    async with connection.state.database.acting(claims, read_only=True) as acting:
        answer = await acting.execute("select roomtone.require_seat(%s, %s)::text", (room, peer))
        row = await answer.fetchone()
    user = user_of(claims)
    assert user is not None
    return Seat(room, user, PeerId(row[0]))


async def why_seat_was_lost(
    connection: HTTPConnection, claims: Claims, after: Cursor | None
) -> str | None:
    """Why the session that a question names lost its seat after the cursor it was given; None if unknown."""
    user, peer = user_of(claims), peer_of(connection)
    if user is None or peer is None or after is None:
        return None
    return await why_gone(connection.state.database, room_of(connection), user, peer, after)


def count_stream(connection: HTTPConnection, held: contextlib.AsyncExitStack) -> None:
    """Count a stream or socket of this user, or this address, until `held` ends. Raises Problem 429."""
    who = subject_of(connection)
    streams = connection.state.streams
    limit = connection.state.settings.streams_per_user
    if streams[who] >= limit:
        raise Problem(
            429,
            "53400",
            f"you already have {limit} streams open",
            hint="Close a tab.",
            rule="streams_are_not_too_many",
        )
    streams[who] += 1

    def uncount() -> None:
        streams[who] -= 1
        if not streams[who]:
            del streams[who]

    held.callback(uncount)


routes: list[BaseRoute] = [
    resource("/rooms/{room_id:id}/events", get=room_events),
    resource("/hallway/events", get=hallway_events),
]
