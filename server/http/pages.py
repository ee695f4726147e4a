"""The browser client: one HTML page for every address that people open, and its files."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..identity.fetch_site import is_cross_site_navigation
from ..identity.session_cookie import cookie_of
from ..negotiation import qualities
from ..paths import CLIENT_WEB
from ..problem import Problem
from ..resource import public_path, resource, route_path
from .client_files import WORKER, ClientFiles

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
    """No inline script, no framing, no MIME sniffing, and the microphone for this origin only (W3C CSP Level 3)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message["headers"]}
                others = [header for header in SECURITY if header[0] not in sent]
                message["headers"] = [*message["headers"], *others]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


@cache
def _read_files() -> ClientFiles:
    return ClientFiles(CLIENT_WEB)


async def files() -> ClientFiles:
    """Read when a browser first asks for one: a relay takes a fifth of its start for it, and others may send its pages.

    In a thread, so that streams go on meanwhile.
    """
    is_read = _read_files.cache_info().currsize
    return _read_files() if is_read else await asyncio.to_thread(_read_files)


async def _html(request: Request, name: str, status: int = 200) -> Response:
    return (await files()).page(name, request.headers, status, root_path=public_path(request, ""))


async def page(request: Request) -> Response:
    return _without_username_of_another_site(request) or await _html(request, "index.html")


def _without_username_of_another_site(request: Request) -> Response | None:
    """`?username=` signs a user in, so it counts in addresses that a user typed. It is removed from links of other sites."""
    if "username" not in request.query_params or not _may_come_from_another_site(request):
        return None
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "username"]
    query = f"?{urlencode(kept)}" if kept else ""
    # One slash and no host: the redirect stays on this relay.
    address = "/" + quote(request.url.path.lstrip("/")) + query
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _may_come_from_another_site(request: Request) -> bool:
    """Over plain HTTP elsewhere than on loopback, browsers send no `Sec-Fetch-Site`, and a page can suppress the `Referer`.

    There a user who is signed in stays so.
    """
    unknown = not {"sec-fetch-site", "referer"} & {*request.headers}
    return is_cross_site_navigation(request.headers) or (
        unknown and cookie_of(request) in request.cookies
    )


async def lab(request: Request) -> Response:
    return await _html(request, "lab/index.html")


async def file(request: Request) -> Response:
    found = (await files()).file(request.path_params["path"], request.headers)
    return await not_found(request) if found is None else found


async def favicon(request: Request) -> Response:
    return await _file(request, "icons/favicon.svg")


async def offline(request: Request) -> Response:
    """What the service worker keeps, and shows without a connection."""
    return await _html(request, "offline/index.html")


async def service_worker(request: Request) -> Response:
    """At the root, because a service worker serves only what is below its own address."""
    return await _file(request, WORKER)


async def manifest(request: Request) -> Response:
    """The page as an app (W3C Web Application Manifest). Its addresses are relative to this one."""
    return await _file(request, "manifest.webmanifest")


async def _file(request: Request, name: str) -> Response:
    found = (await files()).file(name, request.headers)
    assert found is not None
    return found


async def not_found(request: Request) -> Response:
    """An unknown address: browsers get the page, which says so; programs get a problem."""
    if request.method in ("GET", "HEAD") and qualities(request.headers).get("text/html"):
        redirect = _without_username_of_another_site(request)
        return redirect or await _html(request, "index.html", 404)
    root = public_path(request, "")
    raise Problem(
        404,
        "PGRST125",
        f"the path {route_path(request.scope)[:200]} is unknown",
        hint=f"This relay is at {root}/." if root else None,
    )


routes: list[BaseRoute] = [
    resource("/", get=page),
    resource("/rooms/{room_id:id}", get=page),
    resource("/clubs", get=page),
    resource("/clubs/{club_id:id}", get=page),
    resource("/people/{username}", get=page),
    resource("/invitations/{code}", get=page),
    resource("/lab", get=lab),
    resource("/client/{path:path}", get=file),
    resource("/favicon.ico", get=favicon),
    resource("/offline", get=offline),
    resource("/service-worker.js", get=service_worker),
    resource("/manifest.webmanifest", get=manifest),
    Route("/{path:path}", not_found, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
]
