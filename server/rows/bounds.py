"""Bounds of a query: who may use regular expressions, and how large an answer may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..problem import Problem
from ..types import Claims
from .conditions import Condition, Group
from .query import Query

PATTERNS: Final = frozenset({"match", "imatch"})


def check_patterns(query: Query, claims: Claims) -> None:
    """Raises Problem 401 for a regular expression of an anonymous user.

    An expression of 40 characters can use a processor for as long as a statement may run. For users who are
    signed in, the budget of database seconds limits that. Anonymous users can have many addresses.
    """
    every = [query.filters, *(rows.filters for rows in query.embedded.values())]
    if not claims and any(map(_has_pattern, every)):
        raise Problem(
            401,
            "42501",
            "regular expressions (match, imatch) are only for users who are signed in",
            hint="Sign in, or use like or ilike.",
            rule="requests_patterns_are_of_users",
        )


def _has_pattern(filters: Iterable[Condition | Group]) -> bool:
    return any(
        _has_pattern(each.members) if isinstance(each, Group) else each.operator in PATTERNS
        for each in filters
    )


def check_size(size: int, most: int) -> None:
    """Raises Problem 413 for an answer that is too large. Call it inside the transaction, which is then rolled back."""
    if size > most:
        raise Problem(
            413,
            "54000",
            f"the answer would be larger than {most} bytes",
            hint="Ask for fewer columns (select=) or fewer rows (limit=).",
            rule="requests_answer_is_small",
        )
