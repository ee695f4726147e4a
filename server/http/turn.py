"""`GET /ice` and `GET /turn`: STUN and TURN servers for WebRTC peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from ..formats.ice import configuration, credentials
from ..identity.tokens import claims_of, user_of
from ..problem import Problem
from ..resource import PRIVATE, resource
from ..types import UserId

if TYPE_CHECKING:
    from ..settings import Settings


async def _user_id(request: Request) -> UserId | None:
    """The user, or None if anonymous. Only the database knows revoked tokens and users. Raises Problem 403."""
    claims = claims_of(request)
    if not claims:
        return None
    async with request.state.database.acting(claims, read_only=True) as connection:
        found = await connection.execute(
            "select from roomtone.users where id = roomtone.acting_user()"
        )
    if found.rowcount == 0:
        raise Problem(
            403,
            "42501",
            "the token's subject is not a user of this database",
            hint="`sub` must be the id of a row in users.",
            rule="turn_is_for_users",
        )
    return user_of(claims)


async def ice(request: Request) -> JSONResponse:
    """`GET /ice`: the argument of `new RTCPeerConnection`."""
    return JSONResponse(
        configuration(request.state.settings, await _user_id(request)), headers=PRIVATE
    )


async def turn(request: Request) -> JSONResponse:
    """`GET /turn`: `{username, password, ttl, uris}`, as the draft says."""
    settings: Settings = request.state.settings
    if not (settings.turn_uris and settings.turn_secret):
        raise Problem(
            404,
            "P0002",
            "this relay has no TURN server",
            hint="Start it with --turn-uris and --turn-secret.",
            rule="turn_is_configured",
        )
    user_id = await _user_id(request)
    if user_id is None:
        raise Problem(401, "42501", "sign in to get TURN credentials")
    username, password = credentials(user_id, secret=settings.turn_secret, ttl=settings.turn_ttl)
    return JSONResponse(
        {
            "username": username,
            "password": password,
            "ttl": settings.turn_ttl,
            "uris": list(settings.turn_uris),
        },
        headers=PRIVATE,
    )


routes: list[BaseRoute] = [resource("/ice", get=ice), resource("/turn", get=turn)]
