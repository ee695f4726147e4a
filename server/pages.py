"""The browser client: one page for every address people see, and the modules behind it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .paths import CLIENT_WEB
from .problem import Problem
from .resource import resource

SECURITY: Final = [
    (
        b"content-security-policy",
        (
            b"default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
            b"form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"microphone=(self), speaker-selection=(self), screen-wake-lock=(self), autoplay=(self), "
        b"camera=(), geolocation=(), display-capture=(), payment=(), usb=()",
    ),
]


class SecurityHeaders:
    """No inline script, no framing, no sniffing, and the microphone for this origin only (W3C CSP Level 3)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY]
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


class Modules(StaticFiles):
    """The client's files. Browsers ask again each time and are told 304: an update is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _page(status: int = 200) -> Response:
    return FileResponse(CLIENT_WEB / "index.html", status, headers={"Cache-Control": "no-cache"})


async def page(request: Request) -> Response:
    return _page()


async def lab(request: Request) -> Response:
    return FileResponse(CLIENT_WEB / "lab" / "index.html", headers={"Cache-Control": "no-cache"})


async def anywhere(request: Request) -> Response:
    """An address that is none: people get the page, which says so kindly; programs get a problem."""
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
        return _page(404)
    raise Problem(404, "PGRST125", f"there is nothing at {request.url.path[:200]}")


routes: list[BaseRoute] = [
    resource("/", get=page),
    resource("/rooms/{room_id:id}", get=page),
    resource("/clubs", get=page),
    resource("/clubs/{club_id:id}", get=page),
    resource("/people/{username}", get=page),
    resource("/invitations/{code}", get=page),
    resource("/lab", get=lab),
    Mount("/client", Modules(directory=CLIENT_WEB)),
    Route("/favicon.ico", lambda _: FileResponse(CLIENT_WEB / "icons" / "favicon.svg")),
    Route("/{path:path}", anywhere, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
]
