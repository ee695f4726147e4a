"""CORS (Fetch standard, 3.3): pages of the origins that `--allowed-origins` names may read the relay's answers.

They use a token of their own. The cookie is never allowed for them: no answer has `Access-Control-Allow-Credentials`, and
`claims_of` ignores the cookie of another site's request. WHIP and WHEP allow every origin themselves (`whip_cors.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from ..settings import Settings

ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
EXPOSED: Final = (
    "Accept-Patch, Accept-Post, Allow, Content-Range, ETag, Link, Location, Preference-Applied, Recording, Retry-After,"
    " Server-Timing, WWW-Authenticate, X-Request-Id"
)
METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
HEADER_NAMES: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*", re.ASCII)
MAX_AGE: Final = "7200"  # seconds; no browser keeps the answer for longer than two hours


def allowed_origin(scope: Scope) -> str | None:
    """The origin of the page that caused this request, if the settings allow it."""
    origin: str | None = scope.get("roomtone.allowed_origin")
    return origin


class AllowedOrigins:
    """Answers what browsers ask before a request (a preflight), and marks the answers that pages may read."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin if origin in self._origins else None
        scope["roomtone.allowed_origin"] = allowed

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(message["headers"])
                _mark(MutableHeaders(raw=message["headers"]), allowed)
            await send(message)

        app = self._app
        if allowed is not None and _is_preflight(scope, headers):
            app = _preflight(headers)
        await app(scope, receive, marked if scope["type"] == "http" else send)


def _mark(headers: MutableHeaders, allowed: str | None) -> None:
    if ALLOW_ORIGIN in headers:  # WHIP and WHEP: any origin
        return
    headers.add_vary_header("Origin")
    if allowed is not None:
        headers[ALLOW_ORIGIN] = allowed
        headers["Access-Control-Expose-Headers"] = EXPOSED


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and "access-control-request-method" in headers
    )


def _preflight(headers: Headers) -> Response:
    """Every method, and the headers that the request will have: without the cookie, that is no more than any program may send."""
    answer = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Max-Age": MAX_AGE}
    asked = headers.get("access-control-request-headers", "")
    if HEADER_NAMES.fullmatch(asked):
        answer["Access-Control-Allow-Headers"] = asked
    return Response(None, 204, answer)


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`."""
    if not settings.allowed_origins:
        return []
    return [Middleware(AllowedOrigins, origins=settings.allowed_origins)]
