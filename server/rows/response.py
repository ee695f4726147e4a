"""PostgreSQL's answer as an HTTP response, its JSON unchanged."""

from __future__ import annotations

from starlette.responses import Response

from ..problem import refusal
from .prefer import Accepted, Preferences
from .transaction import Answer


def check_single(answer: Answer, accepted: Accepted) -> None:
    """Refuse a request for one object if there are none or several: Problem PGRST116.

    Call it inside the transaction, so that a write is rolled back.
    """
    if accepted.single and answer.text is not None and answer.size != 1:
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
    content_range: str | None = None,
    location: str | None = None,
) -> Response:
    """The rows; an empty body without `answer.text`."""
    headers = {"Cache-Control": "no-store"}
    if content_range is not None:
        headers["Content-Range"] = content_range
    if preferences.applied:
        headers["Preference-Applied"] = preferences.applied
    if location is not None:
        headers["Location"] = location
    if answer.text is None:
        return Response(None, status, headers)
    text = answer.text[1:-1] if accepted.single else answer.text
    headers["Content-Type"] = accepted.media_type
    return Response(text.encode(), status, headers)


def span(offset: int, size: int, total: int | None) -> str:
    """A Content-Range value in items: `0-24/100`, `*/0` for none (RFC 9110, 14.4)."""
    whole = "*" if total is None else str(total)
    return f"{offset}-{offset + size - 1}/{whole}" if size else f"*/{whole}"
