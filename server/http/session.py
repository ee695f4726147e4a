"""Signing in and out: `/session`.

With a demo identity, a name is enough to sign in. They exist only while `settings.demo_allowed`;
otherwise another issuer makes the tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from psycopg.errors import ConfigurationLimitExceeded, InvalidAuthorizationSpecification
from psycopg.rows import dict_row
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..identity.fetch_site import is_cross_site
from ..identity.tokens import TOKEN_LIFETIME, address_of, bearer_of, claims_of
from ..postgres.budget import subject
from ..problem import Problem, problem_from_database, refusal
from ..read_only import DatabaseIsReadOnly
from ..resource import PRIVATE, resource
from ..rows.body import an_object_of, json_of
from ..rows.transaction import transact
from ..types import Claims, UserId
from .cookies import delete_session_cookie, set_session_cookie
from .openid import base_url

if TYPE_CHECKING:
    from ..identity.tokens import Tokens
    from ..postgres.roles import Connection
    from ..push.sender import Pushes


SIGNED_IN: Final = (
    "id, username, kind, bio, site_moderator and not moderator_by_claim as site_moderator"
)
"""What a sign-in answers of its row of users. A claim makes a moderator only in a session of the issuer."""


async def sign_in(request: Request) -> Response:
    """`POST /session {"username": …}`: sign in as this person, who is created if unknown; `"kind": "bot"` for a bot.

    Answers `{"user": {id, username, kind, bio, site_moderator}, "token"}` and sets the cookie, but not for a page of another origin.
    """
    if not request.state.settings.demo_allowed:
        raise Problem(
            403,
            "28000",
            "demo identities are off on this relay",
            details="They are on while the relay listens on loopback and has no OpenID issuer, or with --demo, if --sign-in does not say otherwise.",
            hint="Send a token: Authorization: Bearer.",
            rule="session_is_a_demo",
        )
    value, _ = await json_of(request)
    given = an_object_of(value, "username", "kind")
    username, kind = given.get("username"), given.get("kind", "person")
    if not isinstance(username, str) or kind not in ("person", "bot"):
        raise refusal("PGRST102", 'the body must be {"username": "…"}; for a bot add "kind": "bot"')
    per_hour: int = request.state.settings.new_users_per_hour
    async with (
        request.state.database.relay_for_subject() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        with new_users_are_limited(per_hour):
            await cursor.execute(
                f"select {SIGNED_IN} from roomtone.sign_in(%s, %s, %s, %s)",
                (username, kind, address_of(request), per_hour),
            )
        user: dict[str, Any] = await cursor.fetchone()
    return signed_in(request, user)


@contextmanager
def new_users_are_limited(per_hour: int) -> Iterator[None]:
    """The refusal of one more new user of an address says when the next one is allowed."""
    try:
        yield
    except ConfigurationLimitExceeded as error:
        problem = problem_from_database(error)
        problem.headers["Retry-After"] = str(math.ceil(3600 / per_hour))
        raise problem from None


def signed_in(request: Request, user: dict[str, Any]) -> Response:
    """The answer to a sign-in: `{"user", "token"}` and the cookie, but not for a page of another origin."""
    tokens: Tokens = request.state.tokens
    token = tokens.issue(UserId(user["id"]), signs_in=True)
    response = JSONResponse({"user": user, "token": token}, headers=PRIVATE)
    if is_cross_site(request.headers):
        return response
    set_session_cookie(request, response, token, TOKEN_LIFETIME)
    return response


async def who_am_i(request: Request) -> Response:
    """`GET /session`: `{"user": {…} or null, "demo", "sign_in": {"demo", "passkeys", "issuers"}, "kept": {"seat", "role"}, "push"}`.

    `push`: the key with which a browser subscribes to notifications (W3C Push API, `applicationServerKey`); null where there are none.
    `sign_in`: how people can sign in here: whether a name is enough, whether by passkeys, and at which issuers, each `{"name", "title"}`.
    `demo` is the same as in `sign_in`, for older clients. `kept`: for how many seconds seat and role are kept when the connection is lost.

    An invalid cookie counts as anonymous and is deleted. An invalid bearer token is refused.
    """
    try:
        user = await user_of(request)
    except (Problem, InvalidAuthorizationSpecification) as refused:
        _raise_unless_cookie(request, refused)
        response = await _session(request, None)
        _delete_cookie(request, response)
        return response
    return await _session(request, user)


async def sign_out(request: Request) -> Response:
    """`DELETE /session`: revoke the token. Its user leaves every room.

    Answers 204; or where the session began at an issuer, 200 and `{"logout": the address at which it ends there, too}`.
    """
    elsewhere = None
    try:
        claims = claims_of(request)
        if claims:
            subject.set(None)  # signing out is never refused because the budget is used up
            with request.state.relay.revocations.signing_out(claims):
                issuer = await transact(request.state.database, claims, _sign_out)
            if (known := request.state.issuers.at(issuer)) is not None:
                elsewhere = known.logout_url(f"{base_url(request)}/")
    except (Problem, InvalidAuthorizationSpecification) as refused:
        _raise_unless_cookie(request, refused)
    response = Response(None, 204, PRIVATE)
    if elsewhere is not None:
        response = JSONResponse({"logout": elsewhere}, headers=PRIVATE)
    _delete_cookie(request, response)
    return response


async def _sign_out(connection: Connection) -> str | None:
    """The issuer at which the session began."""
    cursor = await connection.execute(
        "select i, roomtone.sign_out() from roomtone.openid_issuer_of_session() i"
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def user_of(request: Request) -> dict[str, Any] | None:
    """The signed-in user, with id, username, kind, bio and site_moderator. Raises for a token that does not count."""
    claims: Claims = claims_of(request)
    if not claims:
        return None
    async with (
        request.state.database.acting(claims, read_only=True) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(
            "select id, username, kind, bio, roomtone.is_site_moderator() as site_moderator"
            " from roomtone.users where id = roomtone.acting_user()"
        )
        user: dict[str, Any] | None = await cursor.fetchone()
    return user


def _raise_unless_cookie(
    request: Request, refused: Problem | InvalidAuthorizationSpecification
) -> None:
    """Raise the refusal again, unless an invalid cookie caused it.

    Scripts of the page cannot see the cookie, so the answer deletes it instead.
    """
    bad_token = not isinstance(refused, Problem) or refused.status in (401, 403)
    if not bad_token or bearer_of(request):
        raise refused


async def _session(request: Request, user: dict[str, Any] | None) -> Response:
    settings = request.state.settings
    demo = settings.demo_allowed
    issuers = [{"name": each.name, "title": each.title} for each in settings.issuers]
    ways = {"demo": demo, "passkeys": settings.sign_in == "passkeys", "issuers": issuers}
    kept = {"seat": settings.grace, "role": settings.role_kept}
    pushes: Pushes | None = request.state.pushes
    try:
        key = None if pushes is None else await pushes.public_key()
    except DatabaseIsReadOnly:
        key = None  # it cannot be made now, and nobody can subscribe
    return JSONResponse(
        {"user": user, "demo": demo, "sign_in": ways, "kept": kept, "push": key}, headers=PRIVATE
    )


def _delete_cookie(request: Request, response: Response) -> None:
    """Have the browser delete the cookie. The answer to a page of another origin leaves it alone: it is not of that page's session."""
    if is_cross_site(request.headers):
        return
    delete_session_cookie(request, response)


routes: list[BaseRoute] = [
    resource("/session", get=who_am_i, post=sign_in, delete=sign_out),
]
