"""CORS of WHIP and WHEP, which pages of any site may use with a token of their own, and of listening without a seat, which needs none.

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

PATHS: Final = re.compile(r"/rooms/[^/]+/(wh[ie]p|listen)(/|\.m3u8$|$)")
EMBEDDED: Final = re.compile(r"/rooms/[^/]+/listen")

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
                headers = MutableHeaders(scope=message)
                headers.update(FOR_EVERY_ANSWER)
                if EMBEDDED.match(
                    path
                ):  # a player of any page may load it, also one that sends no Origin
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        path = route_path(scope) if scope["type"] == "http" else ""
        found = PATHS.match(path)
        await self._app(scope, receive, with_headers if found else send)


middleware: Final = [Middleware(ReadableByAnyPage)]
"""For `Starlette(middleware=...)`."""
