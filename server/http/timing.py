"""The SQL statements of a request, in the header `Server-Timing` of its answer (W3C Server Timing, 2.1).

For learning and teaching: browsers show it beside the request, and so does the lab's page. Only on a relay
with demo identities, and only for requests with `Roomtone-Timing: statements`. It contains the text of
statements, which is public, and never a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..postgres.statements import Ran, ran

if TYPE_CHECKING:
    from ..settings import Settings

ASKED: Final = (b"roomtone-timing", b"statements")
MOST: Final = 12  # statements in one header


class ServerTiming:
    """Adds the header to the answers of requests that ask for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ASKED not in scope["headers"]:
            await self._app(scope, receive, send)
            return
        statements: list[Ran] = []

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start" and statements:
                timing = ", ".join(_metric(one) for one in statements[:MOST]).encode("ascii")
                message["headers"] = [*message["headers"], (b"server-timing", timing)]
            await send(message)

        token = ran.set(statements)
        try:
            await self._app(scope, receive, timed)
        finally:
            ran.reset(token)


def _metric(one: Ran) -> str:
    """`sql;dur=0.81;desc="select …"`: a token and a quoted string (RFC 9110, 5.6.4)."""
    text = " ".join(one.text.split()).encode("ascii", "replace").decode()
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'sql;dur={one.seconds * 1000:.2f};desc="{quoted}"'


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`."""
    return [Middleware(ServerTiming)] if settings.demo_allowed else []
