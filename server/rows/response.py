"""PostgreSQL's answer as an HTTP response, its JSON unchanged."""

from __future__ import annotations

from json import loads
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from ..problem import Problem, refusal
from .catalogue import Relation
from .prefer import Accepted, Preferences
from .transaction import Answer


def check_single(answer: Answer, accepted: Accepted) -> None:
    """Refuse a request for one object if there are none or several: Problem PGRST116.

    Call it inside the transaction, so that a write is rolled back.
    """
    if accepted.single and answer.size != 1:
        raise refusal(
            "PGRST116",
            "the request is for one object, and the result is not one row",
            details=f"The result contains {answer.size} rows",
        )


def check_affected(answer: Answer, preferences: Preferences) -> None:
    """Refuse to change more rows than `max-affected`: Problem PGRST124. See check_single."""
    if preferences.max_affected is not None and answer.size > preferences.max_affected:
        raise refusal(
            "PGRST124",
            "the request would change more rows than max-affected allows",
            details=f"{answer.size} rows",
        )


def rows(
    answer: Answer,
    accepted: Accepted,
    preferences: Preferences,
    *,
    status: int,
    content_range: str,
    location: str | None = None,
) -> Response:
    """The rows; an empty body without `answer.text`."""
    text = answer.text
    if text is not None and accepted.single:
        text = text[1:-1]
    response = json(text, accepted, preferences, status=status, content_range=content_range)
    if location is not None:
        response.headers["Location"] = location
    return response


def json(
    text: str | None,
    accepted: Accepted,
    preferences: Preferences,
    *,
    status: int,
    content_range: str,
) -> Response:
    """A response with this JSON; an empty body for None."""
    headers = {"Cache-Control": "no-store", "Content-Range": content_range}
    if preferences.applied:
        headers["Preference-Applied"] = preferences.applied
    if text is None:
        return Response(None, status, headers)
    headers["Content-Type"] = accepted.media_type
    return Response(text.encode(), status, headers)


METHOD_OF: Final = {"INSERT": "POST", "UPDATE": "PATCH", "DELETE": "DELETE"}


def not_allowed(table: Relation) -> Problem:
    """The refusal of a method by which nobody may write this table."""
    return Problem(
        405,
        "PGRST117",
        f"this method is not allowed for {table.name}",
        headers={"Allow": ", ".join(["OPTIONS", "GET", "HEAD", *table.writes])},
    )


def allowed(*methods: str) -> Response:
    """The answer to OPTIONS."""
    return Response(None, 200, {"Allow": ", ".join(["OPTIONS", *methods])})


def span(offset: int, size: int, total: int | None) -> str:
    """A Content-Range value in items: `0-24/100`, `*/0` for none (RFC 9110, 14.4)."""
    whole = "*" if total is None else str(total)
    return f"{offset}-{offset + size - 1}/{whole}" if size else f"*/{whole}"


def row_path(table: Relation, answer: Answer) -> str | None:
    """The path of the row that was inserted, by its primary key; None for no row."""
    found = loads(answer.text or "[]")
    if not found:  # an upsert that changed nothing
        return None
    filters = "&".join(f"{quote(name)}={_equal(found[0][name])}" for name in table.key)
    return f"/rows/{quote(table.name)}?{filters}"


def _equal(value: Any) -> str:
    return "is.null" if value is None else f"eq.{quote(str(value))}"
