"""Users of other issuers: a request with a token whose subject is not the id of a user acts as the user of that subject.

This runs before everything that asks who sends a request. It leaves in the request's scope the claims with the user's id as
`sub`, or the Problem that the route will raise.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.types.json import Jsonb
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ..identity.claims import says
from ..identity.issuers import Issuers, issuer_of
from ..identity.openid_tokens import access_claims
from ..identity.tokens import CLAIMS_KEY, address_of, token_of
from ..problem import Problem, problem_from_database
from ..types import Claims

if TYPE_CHECKING:
    from ..settings import Settings

KNOWN_FOR_S: Final = 60.0
REFUSED_FOR_S: Final = 5.0
"""This runs before the rate limit, so a token that is refused again and again must not ask the database each time."""
MOST_KNOWN: Final = 10_000

SIGN_IN: Final = (
    "select id, username, kind, bio from roomtone.sign_in_by_subject(%s, %s, %s, %s, %s, %s, %s)"
)


class SubjectsAreUsers:
    """Finds the user of each such token in the database; the last ones are remembered for a minute, and refusals for some seconds."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self._settings = settings
        self._known: OrderedDict[tuple[object, ...], tuple[int | Problem, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            try:
                claims = await self._claims(HTTPConnection(scope))
            except Problem as problem:
                scope[CLAIMS_KEY] = problem
            except psycopg.Error as error:
                scope[CLAIMS_KEY] = problem_from_database(error)
            else:
                if claims is not None:
                    scope[CLAIMS_KEY] = claims
        await self.app(scope, receive, send)

    async def _claims(self, connection: HTTPConnection) -> Claims | None:
        """None for a request without such a token."""
        token = token_of(connection)
        issuer = issuer_of(token) if token is not None else None
        if token is None or issuer is None:
            return None
        issuers: Issuers = connection.state.issuers
        known = issuers.at(issuer)
        moderator: bool | None = None
        if known is not None:
            claims = access_claims(known.provider, known.settings, token)
            creates = known.settings.new_users
            # An access token ends what a claim allowed; only a sign-in begins it, because that ends with its session.
            wanted = known.settings.moderators
            moderator = False if wanted and says(claims, wanted) is False else None
        elif self._settings.token_users != "ids":
            claims = connection.state.tokens.verify_of_issuer(token)
            creates = self._settings.token_users == "created"
        else:
            return None
        user = await self._user(connection, claims, creates=creates, moderator=moderator)
        return {**claims, "sub": str(user)}

    async def _user(
        self, connection: HTTPConnection, claims: Claims, *, creates: bool, moderator: bool | None
    ) -> int:
        key = (claims["iss"], claims["sub"], moderator)
        found, until = self._known.get(key, (0, 0.0))
        if until < time.monotonic():
            found = await _user_or_refusal(connection, claims, creates=creates, moderator=moderator)
            lasts = REFUSED_FOR_S if isinstance(found, Problem) else KNOWN_FOR_S
            self._known[key] = found, time.monotonic() + lasts
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        if isinstance(found, Problem):
            raise found.with_traceback(None)
        return found


async def _user_or_refusal(
    connection: HTTPConnection, claims: Claims, *, creates: bool, moderator: bool | None
) -> int | Problem:
    """The user's id, or the Problem of the rule that refuses them. Raises psycopg errors of other causes."""
    try:
        row = await user_of_subject(connection, claims, creates=creates, moderator=moderator)
    except psycopg.Error as error:
        if error.diag.constraint_name is None:
            raise
        return problem_from_database(error)
    user: int = row["id"]
    return user


async def user_of_subject(
    connection: HTTPConnection, claims: Claims, *, creates: bool, moderator: bool | None
) -> dict[str, Any]:
    """The row of the user whom an issuer calls so. Raises psycopg errors."""
    values = (
        claims["iss"],
        claims["sub"],
        Jsonb(claims),
        creates,
        moderator,
        address_of(connection),
        connection.state.settings.new_users_per_hour,
    )
    async with connection.state.database.relay() as relay:
        cursor = await relay.execute(SIGN_IN, values)
        row = await cursor.fetchone()
    assert row is not None
    return dict(zip(("id", "username", "kind", "bio"), row, strict=True))


def middleware(settings: Settings) -> list[Middleware]:
    """For `Starlette(middleware=...)`; it costs nothing where tokens only name ids."""
    if settings.token_users == "ids" and not settings.issuers:
        return []
    return [Middleware(SubjectsAreUsers, settings=settings)]
