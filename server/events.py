"""`GET /rooms/{id}/events`: the room's log, and `GET /hallway/events`: the hallway alone.

One resource, one event shape, one cursor, whatever the technique: an event stream for those who accept
one, and for those who ask for JSON polling, or long-polling with `wait`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from .identity import claims_of
from .problem import Problem
from .relay import NoSuchRoom
from .resource import resource
from .stream import HEADERS, Attending, EventStream, Following, Seat, cursor_of, missed, snapshot
from .types import Claims, Cursor, PeerId, RoomId, UserId

LONGEST_WAIT: Final = 60.0  # seconds; proxies give up on a silent request about then


async def room_events(request: Request) -> Response:
    claims = claims_of(request)
    held = contextlib.AsyncExitStack()
    async with held:
        seat = await _seat(request, claims)
        if "application/json" in request.headers.get("accept", ""):
            return await _poll(request, claims, seat)
        if request.method == "HEAD":
            return _stream_of_nothing()
        _count_stream(request, claims, held)
        wake = asyncio.Event()
        try:
            follow = request.state.relay.follow(seat.room, seat.user, seat.peer, wake)
            reader = await held.enter_async_context(follow)
        except NoSuchRoom:
            raise _no_such_room(seat.room) from None
        await _be_present(request, seat, held)
        room = Attending(seat, reader, cursor_of(request))
        following = Following(request.state.relay, request.state.database, claims, wake, room)
        first = await following.first()
        return EventStream(following, first, reader.cut, request.state.metrics, held.pop_all())


async def hallway_events(request: Request) -> Response:
    claims = claims_of(request)
    if request.method == "HEAD":
        return _stream_of_nothing()
    held = contextlib.AsyncExitStack()
    async with held:
        _count_stream(request, claims, held)
        wake = asyncio.Event()
        following = Following(request.state.relay, request.state.database, claims, wake)
        await request.state.relay.hallway.filled.wait()
        first = await following.first()
        return EventStream(following, first, asyncio.Event(), request.state.metrics, held.pop_all())


def _stream_of_nothing() -> Response:
    """For HEAD: a stream would never end, and nobody would see a byte of it."""
    return Response(headers={name.decode(): value.decode() for name, value in HEADERS})


async def _seat(request: Request, claims: Claims) -> Seat:
    """The seat to follow on: the acting user's, and this session's if it names itself."""
    room = request.path_params["room_id"]
    if room >= 2**63:
        raise _no_such_room(room)
    named = request.query_params.get("peer_id")
    try:
        peer = None if named is None else UUID(named)
    except ValueError:
        raise Problem(
            400, "22P02", "peer_id is not a UUID", hint="It is in the row that joining answered."
        ) from None
    async with request.state.database.acting(claims, read_only=True) as connection:
        answer = await connection.execute(
            "select roomtone.require_seat(%s, %s)::text", (room, peer)
        )
        row = await answer.fetchone()
    return Seat(RoomId(room), UserId(int(str(claims["sub"]))), PeerId(row[0]))


async def _be_present(request: Request, seat: Seat, held: contextlib.AsyncExitStack) -> None:
    """Following is presence; it ends with `held`."""
    if not await request.state.presence.follow(seat.peer):
        raise Problem(
            403,
            "42501",
            "this session no longer holds your seat",
            rule="participants_peer_is_current",
            hint="Join again.",
        )
    held.callback(request.state.presence.unfollow, seat.peer)


def _count_stream(request: Request, claims: Claims, held: contextlib.AsyncExitStack) -> None:
    who = claims.get("sub") or (request.client.host if request.client else "")
    streams = request.state.streams
    limit = request.state.settings.streams_per_user
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


async def _poll(request: Request, claims: Claims, seat: Seat) -> Response:
    """`{"events", "cursor"}` after a cursor; with a `snapshot` beside them if there was none to go on."""
    database = request.state.database
    wait = _wait(request)
    after = _after(request)
    async with contextlib.AsyncExitStack() as held:
        wake = asyncio.Event()
        try:
            follow = request.state.relay.follow(seat.room, seat.user, seat.peer, wake)
            reader = await held.enter_async_context(follow)
        except NoSuchRoom:
            raise _no_such_room(seat.room) from None
        await _be_present(request, seat, held)
        found = None if after is None else await missed(database, claims, seat, after)
        if found is None:
            cursor, text = await snapshot(database, claims, seat)
            return _json(f'{{"snapshot":{text},"events":[],"cursor":"{cursor}"}}')
        reader.position, events = found
        if not events and wait:
            with contextlib.suppress(TimeoutError):
                # Nothing but this event is held while waiting, no database connection.
                await asyncio.wait_for(wake.wait(), wait)
            events = [json.loads(entry.frame.split(b"\ndata: ", 1)[1]) for entry in reader.take()]
        return _json(json.dumps({"events": events, "cursor": str(reader.position)}))


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _wait(request: Request) -> float:
    text = request.query_params.get("wait", "0")
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= LONGEST_WAIT:
        raise Problem(
            400,
            "PGRST100",
            "wait is not a number of seconds that one can wait",
            details=f"wait={text[:60]}",
            hint=f"Ask for 0 to {LONGEST_WAIT:g} seconds, then ask again.",
        )
    return wait


def _after(request: Request) -> Cursor | None:
    text = request.query_params.get("after")
    try:
        return None if text is None else Cursor.parse(text)
    except ValueError:
        raise Problem(
            400,
            "PGRST100",
            "after is not a cursor",
            details=f"after={text[:60] if text else ''}",
            hint="A cursor looks like 1795397652999-17. Leave it out for a snapshot.",
        ) from None


def _no_such_room(room: int) -> Problem:
    return Problem(
        404, "P0002", f"there is no room {room}", hint="GET /rows/hallway lists the open ones."
    )


routes: list[BaseRoute] = [
    resource("/rooms/{room_id:id}/events", get=room_events),
    resource("/hallway/events", get=hallway_events),
]
