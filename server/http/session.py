"""Signing in and out: `/session`.

Demo identities need a name and nothing else. They exist only while `settings.demo_allowed`;
otherwise tokens come from whoever else issues them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.errors import InvalidAuthorizationSpecification
from psycopg.rows import dict_row
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..identity.tokens import COOKIE, TOKEN_LIFETIME, bearer_of, claims_of
from ..problem import Problem, refusal
from ..resource import resource
from ..rows.body import an_object, json_of
from ..rows.transaction import transact
from ..types import Claims, UserId

if TYPE_CHECKING:
    from ..identity.tokens import Tokens
    from ..postgres.roles import Connection

_PRIVATE = {"Cache-Control": "no-store"}


async def sign_in(request: Request) -> Response:
    """`POST /session {"username": …}`: be that person, created if unknown; or that bot, with `"kind": "bot"`.

    Answers `{"user": {id, username, kind, bio}, "token"}` and sets the cookie.
    """
    if not request.state.settings.demo_allowed:
        raise Problem(
            403,
            "28000",
            "demo identities are off here",
            details="They exist only while the relay listens on loopback, or with --demo.",
            hint="Send a token: Authorization: Bearer.",
            rule="session_is_a_demo",
        )
    value, _ = await json_of(request)
    asked = an_object(value)
    username, kind = asked.get("username"), asked.get("kind", "person")
    if not isinstance(username, str) or kind not in ("person", "bot"):
        raise refusal(
            "PGRST102", 'the body is to be {"username": "…"}, a bot\'s with "kind": "bot"'
        )
    async with (
        request.state.database.relay() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(
            "select id, username, kind, bio from roomtone.sign_in(%s, %s)", (username, kind)
        )
        user: dict[str, Any] = await cursor.fetchone()
    tokens: Tokens = request.state.tokens
    token = tokens.issue(UserId(user["id"]))
    response = JSONResponse({"user": user, "token": token}, headers=_PRIVATE)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(TOKEN_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def who_am_i(request: Request) -> Response:
    """`GET /session`: `{"user": {…} or null, "demo": whether a name is enough to sign in}`.

    A cookie that is no good any more is nobody, and is cleared; a bearer token is refused.
    """
    try:
        user = await _user(request)
    except (Problem, InvalidAuthorizationSpecification) as refused:
        _only_of_a_cookie(request, refused)
        response = _told(request, None)
        _forget(response)
        return response
    return _told(request, user)


async def sign_out(request: Request) -> Response:
    """`DELETE /session`: the token is worth nothing from now on, and its owner leaves every room."""
    try:
        claims = claims_of(request)
        if claims:
            await transact(request.state.database, claims, _sign_out)
            request.state.relay.signed_out.add(claims)
    except (Problem, InvalidAuthorizationSpecification) as refused:
        _only_of_a_cookie(request, refused)
    response = Response(None, 204, _PRIVATE)
    _forget(response)
    return response


async def _sign_out(connection: Connection) -> None:
    await connection.execute("select roomtone.sign_out()")


async def _user(request: Request) -> dict[str, Any] | None:
    claims: Claims = claims_of(request)
    if not claims:
        return None
    async with (
        request.state.database.acting(claims, read_only=True) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(
            "select id, username, kind, bio from roomtone.users where id = roomtone.acting_user()"
        )
        user: dict[str, Any] | None = await cursor.fetchone()
    return user


def _only_of_a_cookie(
    request: Request, refused: Problem | InvalidAuthorizationSpecification
) -> None:
    """Raise the refusal again, unless it is that of a cookie that is no good any more.

    The browser cannot see such a cookie, so it has to be told in a way it can act on.
    """
    bad_token = not isinstance(refused, Problem) or refused.status in (401, 403)
    if not bad_token or bearer_of(request):
        raise refused


def _told(request: Request, user: dict[str, Any] | None) -> Response:
    demo = request.state.settings.demo_allowed
    return JSONResponse({"user": user, "demo": demo}, headers=_PRIVATE)


def _forget(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


routes: list[BaseRoute] = [
    resource("/session", get=who_am_i, post=sign_in, delete=sign_out),
]
