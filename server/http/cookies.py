"""Cookies are for the path of this relay, and its scripts cannot read them."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from ..identity.session_cookie import cookie_of
from ..resource import public_path


def set_session_cookie(request: Request, response: Response, token: str, lasts: timedelta) -> None:
    """Pages of other sites cannot use it."""
    response.set_cookie(
        cookie_of(request),
        token,
        max_age=int(lasts.total_seconds()),
        path=_path(request),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def delete_session_cookie(request: Request, response: Response) -> None:
    """Have the browser delete it."""
    response.delete_cookie(cookie_of(request), path=_path(request), httponly=True, samesite="lax")


def _path(request: Request) -> str:
    return public_path(request, "") or "/"
