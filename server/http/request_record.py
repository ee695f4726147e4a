"""Gives each request an id, which is in the answer's headers and in the log, and counts and times its answer.

A line of the log for each answer is written on level `info` only. It has the route and not the path, which may hold an
invitation's code, and never a query.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..relay.metrics import Metrics
from ..request_id import HEADER, id_for, request_id

METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"}
)
OTHER: Final = "other"
HEADS: Final = {
    "http.response.start": "status",
    "websocket.http.response.start": "status",
    "websocket.accept": "",
}
"""The messages of ASGI with the head of an answer, and the key of its status."""

SWITCHING_PROTOCOLS: Final = 101
INTERNAL_SERVER_ERROR: Final = 500
KEY: Final = HEADER.lower().encode("ascii")

log = logging.getLogger(__name__)


class RequestRecord:
    """The outermost middleware, so that nothing is answered without it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        sent = next((value for name, value in scope["headers"] if name == KEY), None)
        own = id_for(None if sent is None else sent.decode("latin-1"))
        request_id.set(own)  # until the end of the request, which has a task of its own
        answered = False

        async def recorded(message: Message) -> None:
            nonlocal answered
            if (status_in := HEADS.get(message["type"])) is not None:
                message["headers"] = [*message.get("headers", ()), (KEY, own.encode("ascii"))]
                answered = True
                _record(scope, message.get(status_in, SWITCHING_PROTOCOLS), began)
            await send(message)

        try:
            await self._app(scope, receive, recorded)
        except Exception:
            if not answered:  # Starlette answers it outside of all middleware
                _record(scope, INTERNAL_SERVER_ERROR, began)
            raise


def _record(scope: Scope, status: int, began: float) -> None:
    metrics: Metrics = scope["state"]["metrics"]
    seconds = time.monotonic() - began
    answer = _method(scope), _route(scope), status
    metrics.requests[answer] += 1
    metrics.answers.add(seconds)
    if log.isEnabledFor(logging.INFO):
        log.info("%s %s: %d", *answer, extra={"seconds": round(seconds, 6)})


def _method(scope: Scope) -> str:
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    return method if method in METHODS else OTHER


def _route(scope: Scope) -> str:
    """The path with names instead of ids, or `other` where no resource was found."""
    return str(getattr(scope.get("endpoint"), "route", OTHER))


middleware: Final = [Middleware(RequestRecord)]
"""For `Starlette(middleware=...)`."""
