"""Tokens for programs, which users make for themselves: `/session/tokens`.

The tokens that a user has are rows, without the tokens themselves: `/rows/access_tokens`. Deleting a row revokes its token.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..identity.tokens import claims_of
from ..problem import Problem, refusal
from ..resource import PRIVATE, resource
from ..rows.body import an_object_of, json_of
from ..types import UserId
from .session import user_of

if TYPE_CHECKING:
    from ..identity.tokens import Tokens


async def create(request: Request) -> Response:
    """`POST /session/tokens {"name": "OBS", "days": 30}`: a token by which a program acts as this user.

    Answers 201 `{"token", "jti", "name", "created_at", "expires_at"}`. The token is not stored, and is never shown again.
    """
    value, _ = await json_of(request)
    given = an_object_of(value, "name", "days")
    name, days = given.get("name"), given.get("days")
    if not isinstance(name, str) or not isinstance(days, int) or isinstance(days, bool):
        raise refusal("PGRST102", 'the body must be {"name": "…", "days": 30}')
    user = await user_of(request)
    if user is None:
        raise Problem(401, "42501", "you must be signed in to make a token")
    async with (
        request.state.database.relay_for_subject() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(
            "select jti, name, created_at, expires_at from roomtone.relay_create_access_token(%s, %s, %s)",
            (Jsonb(claims_of(request)), name, days),
        )
        made: dict[str, Any] = await cursor.fetchone()
    tokens: Tokens = request.state.tokens
    token = tokens.issue(UserId(user["id"]), lifetime=timedelta(days=days), jti=made["jti"])
    times = {each: made[each].isoformat() for each in ("created_at", "expires_at")}
    return JSONResponse({"token": token, **made, **times}, 201, PRIVATE)


routes: list[BaseRoute] = [resource("/session/tokens", post=create)]
