"""Which part of the rows is asked for, and the response with that part."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from ..problem import refusal
from . import response
from .answers import Page
from .prefer import Accepted, Preferences
from .query import LARGEST_OFFSET, Query
from .transaction import Answer

_RANGE = re.compile("([0-9]+)-([0-9]*)")
_LONGEST = len(str(LARGEST_OFFSET))  # digits; Python converts at most 4,300


def requested(request: Request, query: Query) -> Page:
    """The rows that `limit`, `offset` and the header `Range: 0-24` all ask for. Raises Problem PGRST103."""
    first, last = query.offset or 0, LARGEST_OFFSET
    if query.limit is not None:
        last = min(first + query.limit - 1, last)
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked and request.method == "GET" and query.limit != 0:  # RFC 9110, 14.2: only with GET
        first = max(first, _position(asked[1]))
        last = min(last, _position(asked[2])) if asked[2] else last
        if last < first:
            raise refusal(
                "PGRST103",
                "the range has no rows",
                details=f"Its first row would be {first}, and its last {last}.",
            )
    most: int = request.state.settings.rows_limit
    return Page(first, min(last - first + 1, most))


def _position(digits: str) -> int:
    """The number, or one beyond every row."""
    short = digits.lstrip("0")[: _LONGEST + 1]
    return int(short or "0")


def part(answer: Answer, page: Page, shape: Accepted, preferred: Preferences) -> Response:
    """The rows: with status 206 if they are known to be a part. Raises Problem PGRST103."""
    if answer.total is not None and page.offset > answer.total:
        raise refusal(
            "PGRST103",
            "the offset is beyond the last row",
            details=f"The offset is {page.offset}, and there are {answer.total} rows.",
        )
    partial = answer.total is not None and answer.size < answer.total
    return response.rows(
        answer,
        shape,
        preferred,
        status=206 if partial else 200,
        content_range=response.span(page.offset, answer.size, answer.total),
    )
