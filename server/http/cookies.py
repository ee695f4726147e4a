"""The cookie that holds a session's token."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from ..identity.tokens import COOKIE


def set_session_cookie(request: Request, response: Response, token: str, lasts: timedelta) -> None:
    """Scripts cannot read it, and other sites' pages cannot use it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
