"""`/rows/rpc/{function}`: calling a function as the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from ..identity.tokens import claims_of
from ..problem import Problem
from . import response, statement
from .body import an_object, json_of
from .bounds import check_patterns
from .catalogue import Catalogue
from .fragments import Part
from .functions import Function
from .prefer import accepted, check_profile, preferences
from .query import parse
from .statement import Returning
from .tables import page
from .transaction import Answer, execute, transact

if TYPE_CHECKING:
    from ..postgres.roles import Connection


async def post(request: Request) -> Response:
    """`POST`: named arguments from a JSON object; none without a body."""
    check_profile(request.headers, writes=True)
    if not await request.body():
        return await _call(request, None, frozenset(), "{}")
    value, text = await json_of(request)
    return await _call(request, None, frozenset(an_object(value)), text)


async def get(request: Request) -> Response:
    """`GET` and `HEAD`: named arguments from the query string, for functions that change nothing."""
    check_profile(request.headers, writes=False)
    catalogue: Catalogue = request.state.rows
    name: str = request.path_params["function"]
    overloads = await catalogue.overloads(name)
    every = frozenset(argument for known in overloads for argument in known.arguments)
    given = parse(request.scope["query_string"], arguments=every).arguments
    return await _call(request, given, frozenset(given), "{}")


async def _call(
    request: Request, given: Mapping[str, str] | None, names: frozenset[str], body: str
) -> Response:
    catalogue: Catalogue = request.state.rows
    function = await catalogue.function(request.path_params["function"], names)
    reads = given is not None
    if reads and function.is_volatile:
        raise Problem(
            405,
            "PGRST101",
            f"{function.name} may write, so GET cannot call it",
            hint="Use POST.",
            headers={"Allow": "POST"},
        )
    claims, shape, preferred = (
        claims_of(request),
        accepted(request.headers),
        preferences(request.headers),
    )
    query = parse(request.scope["query_string"], arguments=names if reads else frozenset())
    if query.filters and not function.returns_rows:
        raise catalogue.unknown_function(
            function.name, names, details="It returns no rows, so it takes no filters."
        )
    check_patterns(query, claims)
    call = statement.called(function, given, sorted(names), body)
    most_bytes: int = request.state.database.answer_limit
    part: Part
    if function.returns_rows:
        most: int = request.state.settings.rows_limit
        limit = most if query.limit is None else min(most, query.limit)
        returning = Returning(query.select, tuple(function.columns), most_bytes, shape.strip_nulls)
        part = statement.call_rows(
            function, call, query, returning, limit=limit, count=preferred.count and reads
        )
    else:
        part = statement.call_value(function, call, most_bytes=most_bytes)

    async def work(connection: Connection) -> Answer:
        answer = await execute(connection, part, most_bytes=most_bytes)
        if function.returns_rows:
            response.check_single(answer, shape)
        return answer

    answer = await transact(request.state.database, claims, work, read_only=reads)
    return _value_response(function, answer) or page(answer, query, shape, preferred)


def _value_response(function: Function, answer: Answer) -> Response | None:
    """The response of a function that returns no set of rows; None for the others."""
    if function.returns_nothing:
        return Response(None, 204)
    if function.returns_set and function.returns_rows:
        return None
    text = answer.text if answer.text is not None else "null"
    if function.returns_rows:
        text = text[1:-1] or "null"
    return Response(
        text.encode(), 200, {"Cache-Control": "no-store"}, media_type="application/json"
    )
