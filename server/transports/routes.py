"""`GET /rooms/{id}/events`: the room's log, and `GET /hallway/events`: the hallway alone.

One resource, one event shape and one cursor for every technique: an event stream by default, polling for
requests that accept JSON, long-polling with `wait`. `websocket.py` is the fourth.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from psycopg.errors import CheckViolation, InsufficientPrivilege
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..identity.claims import token_id
from ..identity.tokens import claims_of, user_of
from ..negotiation import qualities
from ..postgres.room_events import Seat, why_gone
from ..problem import Problem
from ..relay.openings import Wanted
from ..resource import resource
from ..types import Claims, PeerId, RoomId
from . import poll_request, polling
from .cursors import cursor_or_none
from .following import SeatTaken, no_such_room
from .sse import EventStream
from .sse_response import HEADERS
from .subscription import Subscription

SEAT_LOST: Final = (InsufficientPrivilege, CheckViolation, SeatTaken)
"""Raised for a seat that is not, or no longer, of this session, and for a room that has ended."""


async def room_events(request: Request) -> Response:
    claims = claims_of(request)
    if _wants_json(request):
        return await _poll_room(request, claims)
    seat = await seat_of(request, claims)
    if request.method == "HEAD":
        return _empty_stream()
    return await _stream(request, seat)


async def hallway_events(request: Request) -> Response:
    claims = claims_of(request)
    if _wants_json(request):
        return await polling.poll_hallway(request, claims)
    if request.method == "HEAD":
        return _empty_stream()
    return await _stream(request, None)


async def _stream(request: Request, seat: Seat | None) -> Response:
    # The header, which an EventSource sends by itself, has priority over the query.
    text = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    subscription = Subscription(request)
    try:
        await subscription.open(seat, cursor_or_none(text))
        return EventStream(subscription, await subscription.opening_frames())
    except BaseException:
        subscription.close()
        raise


def _wants_json(request: Request) -> bool:
    """Whether to answer a poll: JSON is named, and an event stream is not wanted more."""
    wanted = qualities(request.headers)
    json = wanted.get("application/json", 0)
    return json > 0 and json >= wanted.get("text/event-stream", 0)


async def _poll_room(request: Request, claims: Claims) -> Response:
    after = poll_request.cursor_in(request, "after")
    try:
        return await polling.poll_room(request, claims, await seat_of(request, claims))
    except SEAT_LOST:
        # A stream says in its `bye` why the seat was lost. A poll says the same.
        if after is None or (reason := await why_seat_was_lost(request, claims)) is None:
            raise
        return polling.seat_lost(reason, after)


def _empty_stream() -> Response:
    """The answer to HEAD: the headers of a stream, which has no length."""
    response = Response(headers={name.decode(): value.decode() for name, value in HEADERS})
    del response.headers["content-length"]
    return response


def room_of(connection: HTTPConnection) -> RoomId:
    """The room of the path. Raises Problem 404 for an id that no room can have."""
    room: int = connection.path_params["room_id"]
    if room >= 2**63:
        raise no_such_room(room)
    return RoomId(room)


def peer_of(connection: HTTPConnection) -> PeerId | None:
    """The session that the request names, if any. Raises Problem 400."""
    text = connection.query_params.get("peer_id")
    try:
        return None if text is None else PeerId(str(UUID(text)))
    except ValueError:
        raise Problem(
            400,
            "22P02",
            "peer_id is not a UUID",
            hint="It is in the row of your seat, which joining returned.",
        ) from None


async def seat_of(connection: HTTPConnection, claims: Claims) -> Seat:
    """The user's seat in the room. If the request names a session, the seat must be of that session.

    Raises Problem, and psycopg errors: the database decides whose seat it is.
    """
    room, peer, user = room_of(connection), peer_of(connection), user_of(claims)
    found = None
    if user is not None:
        wanted = Wanted(room, user, peer, token_id(claims))
        found = await connection.state.relay.openings.seats.ask(wanted)
    if found is None:
        async with connection.state.database.acting(claims, read_only=True) as acting:
            answer = await acting.execute(
                "select roomtone.require_seat(%s, %s)::text", (room, peer)
            )
            row = await answer.fetchone()
        found = PeerId(row[0])
    assert user is not None
    return Seat(room, user, found)


async def why_seat_was_lost(connection: HTTPConnection, claims: Claims) -> str | None:
    """Why the session that the request names lost its seat; None if unknown."""
    user, peer = user_of(claims), peer_of(connection)
    if user is None or peer is None:
        return None
    connect = connection.state.database.relay_for_subject
    return await why_gone(connect, room_of(connection), user, peer)


routes: list[BaseRoute] = [
    resource("/rooms/{room_id:id}/events", get=room_events),
    resource("/hallway/events", get=hallway_events),
]
