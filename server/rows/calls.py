"""`/rows/rpc/{function}`: calling a function as the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from ..identity.tokens import claims_of
from ..problem import Problem, refusal
from . import calling, paging, response
from .answers import Returning
from .body import an_object, json_of
from .bounds import check_patterns
from .catalogue import Catalogue
from .embedding import joined
from .fragments import Part
from .functions import Function
from .prefer import accepted, check_profile, preferences
from .query import Query, parse
from .selection import Field, Selected
from .transaction import Answer, transact_parts


async def post(request: Request) -> Response:
    """`POST`: named arguments from a JSON object, with `columns` only these; none without a body."""
    check_profile(request.headers, writes=True)
    if not await request.body():
        return await _call(request, None, frozenset(), "{}")
    value, text = await json_of(request)
    names = frozenset(an_object(value))
    columns = parse(request.scope["query_string"]).columns
    return await _call(request, None, names if columns is None else frozenset(columns), text)


async def get(request: Request) -> Response:
    """`GET` and `HEAD`: named arguments from the query string, for functions that change nothing."""
    check_profile(request.headers, writes=False)
    catalogue: Catalogue = request.state.rows
    name: str = request.path_params["function"]
    overloads = await catalogue.overloads(name)
    if all(known.is_volatile for known in overloads):
        raise _only_by_post(name)
    every = frozenset(argument for known in overloads for argument in known.arguments)
    given = parse(request.scope["query_string"], arguments=every).arguments
    return await _call(request, given, frozenset(given), "{}")


async def options(request: Request) -> Response:
    """`OPTIONS`: the methods that call it (RFC 9110, 9.3.7)."""
    catalogue: Catalogue = request.state.rows
    overloads = await catalogue.overloads(request.path_params["function"])
    reads = [] if all(known.is_volatile for known in overloads) else ["GET", "HEAD"]
    return response.allowed(*reads, "POST")


async def otherwise(request: Request) -> Response:
    """A method by which no function is called."""
    allowed = (await options(request)).headers["Allow"]
    raise Problem(405, "PGRST117", "this method is not allowed here", headers={"Allow": allowed})


def _only_by_post(name: str) -> Problem:
    return Problem(
        405,
        "PGRST101",
        f"{name} may write, so GET cannot call it",
        hint="Use POST.",
        headers={"Allow": "OPTIONS, POST"},
    )


async def _call(
    request: Request, given: Mapping[str, Sequence[str]] | None, names: frozenset[str], body: str
) -> Response:
    catalogue: Catalogue = request.state.rows
    function = await catalogue.function(request.path_params["function"], names)
    reads = given is not None
    if reads and function.is_volatile:
        raise _only_by_post(function.name)
    for name, values in (given or {}).items():
        if len(values) > 1 and name != function.variadic:
            raise refusal("PGRST100", f"{name[:60]!r} is given twice")
    claims, shape, preferred = (
        claims_of(request),
        accepted(request.headers),
        preferences(request.headers),
    )
    query = parse(request.scope["query_string"], arguments=names if reads else frozenset())
    _check_query(function, query)
    check_patterns(query, claims)
    if preferred.max_affected is not None and not function.returns_set:
        raise refusal(
            "PGRST128",
            "max-affected is only for functions that return a set",
            details=f"{function.name} does not.",
        )
    call = calling.called(function, given, sorted(names), body)
    page = paging.requested(request, query)
    most_bytes: int = request.state.database.answer_limit
    part: Part
    if function.returns_rows:
        returning = Returning(
            query.select,
            tuple(function.columns),
            most_bytes,
            shape.strip_nulls,
            joined(
                catalogue,
                calling.source(function),
                query,
                function.relation or function.name,
                anonymous=not claims,
                limit=request.state.settings.rows_limit,
            ),
        )
        part = calling.call_rows(function, call, query, returning, page, count=preferred.count)
    elif function.returns_set and not function.returns_nothing:
        part = calling.call_values(call, page, most_bytes=most_bytes, count=preferred.count)
    else:
        part = calling.call_value(function, call, most_bytes=most_bytes)

    def check(answer: Answer) -> None:
        response.check_affected(answer, preferred)
        if function.returns_rows or function.returns_set:
            response.check_single(answer, shape)

    answer = await transact_parts(
        request.state.database,
        claims,
        [part],
        check,
        read_only=reads,
        timezone=preferred.timezone,
        commits=function.returns_nothing and not function.returns_set,
    )
    if function.returns_nothing:
        return Response(None, 204)
    if function.returns_set:
        return paging.part(answer, page, shape, preferred)
    value = answer.text if not function.returns_rows else (answer.text or "")[1:-1] or "null"
    content_range = response.span(0, 1, 1 if preferred.count else None)
    return response.json(value or "null", shape, preferred, status=200, content_range=content_range)


def _check_query(function: Function, query: Query) -> None:
    """Refuse what can be asked of rows only. Raises Problem PGRST202."""
    if function.returns_rows:
        return
    everything = all(item == Selected(Field("*")) for item in query.select)
    if query.filters or query.order or not everything:
        raise _takes_no("filters, select or order", function, "no rows")
    if not function.returns_set and (query.limit is not None or query.offset is not None):
        raise _takes_no("limit or offset", function, "one value")


def _takes_no(words: str, function: Function, returned: str) -> Problem:
    """Problem PGRST202 for a part of a query that needs other rows than the function returns."""
    return refusal(
        "PGRST202",
        f"{function.name!r} returns {returned}, so it takes no {words}",
        hint=f"There is {function}.",
    )
