"""Where browsers find their way to each other: STUN and TURN servers, and who may use the latter.

TURN credentials are time-limited and shared with coturn by a secret alone, as in the IETF draft
"A REST API for Access to TURN Services" (draft-uberti-behave-turn-rest): nothing is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from .identity import claims_of, user_of
from .problem import Problem
from .resource import resource
from .types import UserId

if TYPE_CHECKING:
    from .settings import Settings

_PRIVATE = {"Cache-Control": "no-store"}


def credentials(
    user_id: UserId, *, secret: str, ttl: int, now: float | None = None
) -> tuple[str, str]:
    """`(username, password)` that a TURN server with the same secret takes for `ttl` seconds.

    The username is `<expiry, unix seconds>:<user id>`, the password the base64 of its HMAC-SHA1.
    """
    expiry = int(time.time() if now is None else now) + ttl
    username = f"{expiry}:{user_id}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def configuration(settings: Settings, user_id: UserId | None) -> dict[str, Any]:
    """An RTCConfiguration (W3C WebRTC, 4.2.1) for this user, and `ttl`, its lifetime in seconds.

    Somebody who is not signed in is told about STUN only: TURN carries media, and costs.
    """
    servers: list[dict[str, Any]] = []
    if settings.ice_servers:
        servers.append({"urls": list(settings.ice_servers)})
    if user_id is not None and settings.turn_uris and settings.turn_secret:
        username, password = credentials(
            user_id, secret=settings.turn_secret, ttl=settings.turn_ttl
        )
        servers.append(
            {"urls": list(settings.turn_uris), "username": username, "credential": password}
        )
    return {
        "iceServers": servers,
        "iceTransportPolicy": settings.ice_transport_policy,
        "ttl": settings.turn_ttl,
    }


async def _who(request: Request) -> UserId | None:
    claims = claims_of(request)
    if claims:  # only the database knows which tokens were revoked
        async with request.state.database.acting(claims, read_only=True):
            pass
    return user_of(claims)


async def ice(request: Request) -> JSONResponse:
    """`GET /ice`: what a browser passes to `new RTCPeerConnection`, verbatim."""
    return JSONResponse(
        configuration(request.state.settings, await _who(request)), headers=_PRIVATE
    )


async def turn(request: Request) -> JSONResponse:
    """`GET /turn`: `{username, password, ttl, uris}`, the draft's own shape."""
    settings: Settings = request.state.settings
    if not (settings.turn_uris and settings.turn_secret):
        raise Problem(
            404,
            "P0002",
            "this relay offers no TURN server",
            hint="Start it with --turn-uris and --turn-secret.",
            rule="turn_is_configured",
        )
    user_id = await _who(request)
    if user_id is None:
        raise Problem(401, "42501", "sign in to be given TURN credentials")
    username, password = credentials(user_id, secret=settings.turn_secret, ttl=settings.turn_ttl)
    return JSONResponse(
        {
            "username": username,
            "password": password,
            "ttl": settings.turn_ttl,
            "uris": list(settings.turn_uris),
        },
        headers=_PRIVATE,
    )


routes: list[BaseRoute] = [resource("/ice", get=ice), resource("/turn", get=turn)]
