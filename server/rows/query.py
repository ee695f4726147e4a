"""The query string as a typed structure: columns, filters, order, limit and offset.

The language is PostgREST's (its manual: Tables and Views, Operators, Logical Operators, Ordering).
This module knows neither the schema nor SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from ..problem import refusal
from .conditions import Condition, Group, Joined, parse_condition, parse_group
from .scanner import Scanner
from .selection import Order, Selected, parse_order, parse_selected

MOST_PARAMETERS = 100
LARGEST_OFFSET = 2**63 - 1

_RESERVED = frozenset({"select", "order", "limit", "offset", "columns", "on_conflict"})
_GROUPS: dict[str, tuple[Joined, bool]] = {
    "and": ("and", False),
    "or": ("or", False),
    "not.and": ("and", True),
    "not.or": ("or", True),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query string. `select` empty means every column; None means "not given"."""

    select: tuple[Selected, ...] = ()
    filters: tuple[Condition | Group, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: dict[str, str] = field(default_factory=dict)


def parameters(query_string: bytes) -> list[tuple[str, str]]:
    """The pairs of a query string (WHATWG URL, 5.1). Raises Problem PGRST100."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise refusal("PGRST100", "the query string is not percent-encoded UTF-8") from None
    except ValueError:
        raise refusal("PGRST100", f"more than {MOST_PARAMETERS} query parameters") from None
    if any("\0" in key or "\0" in value for key, value in pairs):
        raise refusal("PGRST100", "the query string may not contain the character U+0000")
    return pairs


def parse(query_string: bytes, *, arguments: frozenset[str] = frozenset()) -> Query:
    """Parse a query string. Raises Problem PGRST100, PGRST103, PGRST200.

    `arguments`: names of parameters that are a function's arguments and not filters.
    """
    single: dict[str, str] = {}
    given: dict[str, str] = {}
    filters: list[Condition | Group] = []
    for key, value in parameters(query_string):
        if key in arguments or key in _RESERVED:
            target = given if key in arguments else single
            if key in target:
                raise refusal("PGRST100", f"{key!r} is given twice")
            target[key] = value
        elif key in _GROUPS:
            joined, negated = _GROUPS[key]
            filters.append(parse_group(Scanner(value, f"{key}={value}"), joined, negated))
        else:
            filters.append(parse_condition(key, value))
    return Query(
        select=parse_selected(single.get("select", "")),
        filters=tuple(filters),
        order=parse_order(single.get("order", "")),
        limit=_whole(single, "limit"),
        offset=_whole(single, "offset"),
        columns=_names(single, "columns"),
        on_conflict=_names(single, "on_conflict"),
        arguments=given,
    )


def _whole(single: dict[str, str], key: str) -> int | None:
    text = single.get(key)
    if text is None:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()):
        raise refusal("PGRST100", f"{key} must be a whole number, not {text[:40]!r}")
    # A limit may have any number of digits; Python converts at most 4,300.
    number = int(digits[:20]) if len(digits) <= 20 else LARGEST_OFFSET + 1
    if text.startswith("-") and number > 0:
        raise refusal("PGRST103", f"{key} cannot be negative")
    if key == "offset" and number > LARGEST_OFFSET:
        raise refusal("PGRST103", "the offset is beyond the last row")
    return number


def _names(single: dict[str, str], key: str) -> tuple[str, ...] | None:
    text = single.get(key)
    return None if text is None else tuple(_each_name(Scanner(text, f"{key}={text}")))


def _each_name(scanner: Scanner) -> Iterator[str]:
    yield scanner.name("a column")
    while scanner.take(","):
        yield scanner.name("a column")
    scanner.end()
