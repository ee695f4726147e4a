"""CORS of WHIP and WHEP: pages of any site may use them with a token of their own, and may read every answer.

So that a player can say why it was refused, this is around all other checks: also what the origin check, the limits or the
router refuse has these headers. With `*` browsers send no cookie.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..resource import route_path

PATHS: Final = re.compile(r"/rooms/[^/]+/wh[ie]p(/|$)")

FOR_EVERY_ANSWER: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Post, Accept-Patch, Recording, Retry-After",
}

ALLOWED_HEADERS: Final = "Authorization, *"
"""Of requests. `*` is any other one: libraries send some that are not in the RFC (`ETag` with a PATCH)."""


class ReadableByAnyPage:
    """Adds the headers to every answer on these paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(FOR_EVERY_ANSWER)
            await send(message)

        found = scope["type"] == "http" and PATHS.match(route_path(scope))
        await self._app(scope, receive, with_headers if found else send)


middleware: Final = [Middleware(ReadableByAnyPage)]
"""For `Starlette(middleware=...)`."""
