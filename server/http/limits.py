"""Limits of one client: the size of a body, and requests per second.

Plain ASGI middleware, so that event streams are passed on without a buffer.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..identity.tokens import subject_of
from ..postgres.budget import subject
from ..problem import Problem
from ..resource import route_path
from ..token_bucket import BySubject, request_bucket

if TYPE_CHECKING:
    from ..settings import Settings

MOST_DISCARDED = 4 * 1024 * 1024  # bytes
DISCARDING_S = 2.0

_UNLIMITED = ("/client/", "/live", "/ready", "/metrics")


class BodyLimit:
    """Refuses a request body larger than `limit` bytes with Problem 413, without keeping it.

    A body with a Content-Length is refused before it is read, one without as soon as it is too large.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self.limit:
            await self._discard(receive)
            await self._refusal().response()(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                await self._discard(receive)
                raise self._refusal()
            return message

        await self.app(scope, counted, send)

    async def _discard(self, receive: Receive) -> None:
        # Closing a connection with unread bytes resets it, and the client would not see the answer.
        # So some more bytes are read and discarded.
        left = MOST_DISCARDED
        try:
            async with asyncio.timeout(DISCARDING_S):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return

    def _refusal(self) -> Problem:
        return Problem(
            413,
            "54000",
            f"the body is larger than {self.limit} bytes",
            rule="requests_body_is_small",
            headers={"Connection": "close"},
        )


class RequestRate:
    """Refuses more than `per_second` requests of one user, or of one address of anonymous users. Each has a token bucket."""

    def __init__(
        self, app: ASGIApp, *, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        self.per_second = per_second
        self._buckets = BySubject(lambda: request_bucket(per_second, clock=clock))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = scope["type"] in ("http", "websocket") and not route_path(scope).startswith(
            _UNLIMITED
        )
        if not limited:
            await self.app(scope, receive, send)
            return
        client = subject_of(HTTPConnection(scope))
        wait = self.take(client)
        app = self.app if wait == 0 else self._refusal(wait).response()
        token = subject.set(client)  # the database time of this request counts for this client
        try:
            await app(scope, receive, send)
        finally:
            subject.reset(token)

    def take(self, client: str) -> float:
        """Count one request of this client. Returns 0, or the seconds until a request is allowed."""
        return self._buckets[client].take()

    def _refusal(self, wait: float) -> Problem:
        return Problem(
            429,
            "53400",
            f"more than {self.per_second:g} requests per second",
            rule="requests_are_not_too_many",
            headers={"Retry-After": str(math.ceil(wait))},
        )


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`."""
    return [
        Middleware(RequestRate, per_second=settings.requests_per_second),
        Middleware(BodyLimit, limit=settings.body_limit),
    ]
