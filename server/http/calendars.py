"""Planned rooms for calendar programs: one room, those of a club or person, and a user's own at a secret address.

Calendar programs send no token. So the calendars of rooms, clubs and people are what everybody may see, and for a signed-in user what
they may see; a user's own is at an address that they make and renew (`renew_calendar_address`).
"""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import TYPE_CHECKING, Final, LiteralString

from psycopg.errors import InvalidAuthorizationSpecification
from psycopg.rows import class_row
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..identity.claims import BIGINT_MAX
from ..identity.tokens import claims_of
from ..negotiation import etag_of, has_version
from ..problem import Problem
from ..resource import resource
from ..types import Claims
from .openid import base_url

if TYPE_CHECKING:
    from ..formats.calendar import Planned

CALENDAR: Final = "text/calendar; charset=utf-8"
CLUB: Final = "select name from roomtone.clubs where id = %s"
PERSON: Final = (
    "select username from roomtone.users where roomtone.name_key(username) = roomtone.name_key(%s)"
)
OWN: Final = "select 'Rooms for ' || username from roomtone.users where id = roomtone.acting_user()"


async def of_room(request: Request) -> Response:
    """`GET /rooms/{id}/calendar.ics`: the planned room, or the series that it belongs to."""
    room: int = request.path_params["room_id"]
    claims = claims_of(request)
    rooms, _ = await _rooms(request, claims, "roomtone.calendar c where c.id = %s", room)
    if not rooms:
        raise Problem(
            404,
            "P0002",
            f"there is no planned room {room}",
            hint="A room that was not planned for a time has no file for calendars.",
            rule="calendar_room_is_planned",
        )
    return await _answer(request, claims, rooms, rooms[0].name)


async def of_club(request: Request) -> Response:
    """`GET /clubs/{id}/calendar.ics`: the planned rooms of a club."""
    claims = claims_of(request)
    club: int = request.path_params["club_id"]
    rooms, name = await _rooms(request, claims, "roomtone.calendar_of_club(%s) c", club, named=CLUB)
    return await _answer(request, claims, rooms, name)


async def of_person(request: Request) -> Response:
    """`GET /people/{username}/calendar.ics`: the planned rooms that a person hosts, alone or with others."""
    claims = claims_of(request)
    username: str = request.path_params["username"]
    rooms, name = await _rooms(
        request, claims, "roomtone.calendar_of_person(%s) c", username, named=PERSON
    )
    return await _answer(request, claims, rooms, name)


async def own(request: Request) -> Response:
    """`GET /calendars/{secret}.ics`: what concerns the user who made this address."""
    async with request.state.database.relay_for_subject() as connection:
        answer = await connection.execute(
            "select roomtone.relay_calendar_claims(%s)", (request.path_params["secret"],)
        )
        claims: Claims | None = (await answer.fetchone())[0]
    if claims is None:
        raise _unknown_address()
    try:
        rooms, name = await _rooms(request, claims, "roomtone.my_calendar() c", named=OWN)
    except InvalidAuthorizationSpecification:  # the user is disabled, or signed in elsewhere since
        raise _unknown_address() from None
    return await _answer(request, claims, rooms, name)


def _unknown_address() -> Problem:
    return Problem(
        404,
        "P0002",
        "there is no calendar at this address",
        hint="A newer address may have been made: see your page.",
        rule="calendar_addresses_are_known",
    )


async def _rooms(
    request: Request,
    claims: Claims,
    source: LiteralString,
    *values: int | str,
    named: LiteralString | None = None,
) -> tuple[list[Planned], str]:
    """The planned rooms, and the name that `named` answers."""
    from ..formats.calendar import Planned

    if any(isinstance(value, int) and value > BIGINT_MAX for value in values):
        values = (BIGINT_MAX,)  # which no row has
    columns = ", ".join(f"c.{field.name}" for field in fields(Planned))
    async with (
        request.state.database.acting(claims, read_only=True) as connection,
        connection.cursor(row_factory=class_row(Planned)) as cursor,
    ):
        await cursor.execute(f"select {columns} from {source}", values)
        rooms: list[Planned] = await cursor.fetchall()
        if named is None:
            return rooms, ""
        answer = await connection.execute(named, values)
        (name,) = await answer.fetchone()
    return rooms, name


async def _answer(request: Request, claims: Claims, rooms: list[Planned], name: str) -> Response:
    from ..formats.calendar import calendar_of

    text = await asyncio.to_thread(calendar_of, rooms, name=name, site=base_url(request))
    etag = etag_of(text)
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache" if claims else "public, max-age=60",
        "Vary": "Authorization, Cookie",
        "Content-Disposition": 'inline; filename="roomtone.ics"',
    }
    if has_version(request.headers, etag):
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=CALENDAR)


routes: list[BaseRoute] = [
    resource("/rooms/{room_id:id}/calendar.ics", get=of_room),
    resource("/clubs/{club_id:id}/calendar.ics", get=of_club),
    resource("/people/{username}/calendar.ics", get=of_person),
    resource("/calendars/{secret}.ics", get=own),
]
