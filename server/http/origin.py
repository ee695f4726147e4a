"""A cookie is sent by the browser whoever asked for the request; so writes come from our own pages only.

`fetch_site.py` says whose page caused a request: no token in forms, no state. Clients that are no browser say
nothing of it. What other sites' pages read, they read as nobody: `claims_of` takes no cookie from them.
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
from .hosts import KnownHosts

if TYPE_CHECKING:
    from ..settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1


class OwnPagesOnly:
    """Refuses writes from other sites' pages with Problem 403.

    A bearer token is let through: no browser adds one by itself, so whoever sends it knows it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = (
            _writes(scope) and is_cross_site(Headers(scope=scope)) and not _brings_a_token(scope)
        )
        app = _refusal().response() if refused else self.app
        await app(scope, receive, send)


def _writes(scope: Scope) -> bool:
    """Whether this may change something. A WebSocket may, and no browser asks us before opening one."""
    if scope["type"] == "http":
        return scope["method"] not in _SAFE_METHODS
    return bool(scope["type"] == "websocket")


def _brings_a_token(scope: Scope) -> bool:
    """Whether the cookie does not count; a token that is none, the route refuses."""
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
        "a page of another site may not write here",
        hint="Send a token instead of the cookie: Authorization: Bearer.",
        rule="requests_come_from_own_pages",
    )
