"""A relay at a path of a host that other programs share: `--root-path /talk`.

A proxy may pass the path on, or remove it. Both are understood, so `scope["path"]` begins with the root path behind this middleware, as
ASGI says, and the router and `route_path` remove it. uvicorn's own setting expects a proxy that removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from ..settings import Settings


class RootPath:
    """Tells the application where it is. The path without its slash redirects to the page."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] in ("http", "websocket"):
            root, path = self._root_path, scope["path"]
            # Changed in place, because the router's findings are read outside, too.
            scope["root_path"] = root
            if scope["type"] == "http" and path == root:
                query = scope["query_string"].decode("latin-1")
                app = RedirectResponse(f"{root}/{'?' if query else ''}{query}", 308)
            elif not path.startswith(f"{root}/"):
                scope["path"] = root + path
        await app(scope, receive, send)


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`."""
    root_path = settings.root_path
    return [Middleware(RootPath, root_path=root_path)] if root_path else []
