"""Protection against cross-site request forgery: writes with the cookie come from the relay's own pages only.

Browsers send the cookie with requests of other sites' pages, too. `fetch_site.py` says which site caused a
request, without state and without tokens in forms. Clients other than browsers do not say a site. Reads by
other sites' pages are anonymous: `claims_of` ignores the cookie there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ..identity.fetch_site import is_cross_site
from ..identity.tokens import bearer_of
from ..problem import Problem
from .allowed_origins import allowed_origin
from .hosts import KnownHosts

if TYPE_CHECKING:
    from ..settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1


class OwnPagesOnly:
    """Refuses writes from other sites' pages with Problem 403.

    Requests with a bearer token are allowed: no browser adds one by itself, so the page knows the token. So are those of pages
    that `--allowed-origins` names: they are anonymous, because the cookie never counts for another site.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = (
            _writes(scope)
            and is_cross_site(Headers(scope=scope))
            and allowed_origin(scope) is None
            and not _has_bearer_token(scope)
        )
        app = _refusal().response() if refused else self.app
        await app(scope, receive, send)


def _writes(scope: Scope) -> bool:
    """Whether this may change something. A WebSocket may, and browsers open one without asking the server first."""
    if scope["type"] == "http":
        return scope["method"] not in _SAFE_METHODS
    return bool(scope["type"] == "websocket")


def _has_bearer_token(scope: Scope) -> bool:
    """Whether a token is used instead of the cookie. The route refuses an invalid one."""
    try:
        return bearer_of(HTTPConnection(scope)) is not None
    except Problem:
        return True


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`."""
    return [Middleware(KnownHosts, settings=settings), Middleware(OwnPagesOnly)]


def _refusal() -> Problem:
    return Problem(
        403,
        "42501",
        "a page of another site may not write with the cookie",
        hint="Send a token instead: Authorization: Bearer.",
        rule="requests_come_from_own_pages",
    )
