"""The query string as a typed structure: columns, filters, order, limit and offset.

The language is PostgREST's (its manual: Tables and Views, Operators, Logical Operators, Ordering).
This module knows neither the schema nor SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ..problem import refusal
from .conditions import (
    BEGINS_CONDITION,
    Condition,
    Group,
    Joined,
    parse_condition,
    parse_group,
)
from .scanner import Scanner
from .selection import (
    Embedded,
    Field,
    Item,
    Order,
    not_embedded,
    not_offered,
    parse_order,
    parse_path,
    parse_selected,
)

MOST_PARAMETERS = 100
LARGEST_OFFSET = 2**63 - 1

_RESERVED = frozenset({"select", "order", "limit", "offset", "columns", "on_conflict"})
_OF_EMBEDDED = frozenset({"order", "limit", "offset"})
_JOINED: dict[str, Joined] = {"and": "and", "or": "or"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows, in which order. None means "not given"."""

    filters: tuple[Condition | Group, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Query(Rows):
    """A parsed query string. `select` empty means every column; `embedded` has, by name, the rows of each embedded table."""

    select: tuple[Item, ...] = ()
    embedded: dict[str, Rows] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def embeds(self) -> tuple[Embedded, ...]:
        """The tables that `select` embeds."""
        return tuple(item for item in self.select if isinstance(item, Embedded))


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
    """Parse a query string. Raises Problem PGRST100, PGRST103, PGRST108, PGRST123, PGRST127.

    `arguments`: names of parameters that are a function's arguments, unless they are a filter or a word of the language.
    """
    single: dict[str, str] = {}
    given: dict[str, tuple[str, ...]] = {}
    filters: dict[str, list[Condition | Group]] = defaultdict(list)
    for key, value in parameters(query_string):
        if key in arguments and _is_argument(key, value):
            given[key] = (*given.get(key, ()), value)
        elif key in _RESERVED:
            _once(single, key, value)
        else:
            _one(key, value, single, filters)
    select = parse_selected(single.get("select", ""))
    names = [item.name for item in select if isinstance(item, Embedded)]
    embedded = set(names)
    if len(names) > len(embedded):
        raise refusal("PGRST100", "select= embeds two tables by one name: give one another")
    named = {of for of, dot, _ in (key.rpartition(".") for key in single) if dot} | filters.keys()
    for name in named - embedded - {""}:
        raise not_embedded(name)
    return Query(
        **_rows(single, filters, ""),
        select=select,
        embedded={name: Rows(**_rows(single, filters, name)) for name in embedded},
        columns=_names(single, "columns"),
        on_conflict=_names(single, "on_conflict"),
        arguments=given,
    )


def _is_argument(key: str, value: str) -> bool:
    words = _RESERVED | _OF_EMBEDDED | _JOINED.keys()
    return key not in words and not BEGINS_CONDITION.match(value)


def _one(
    key: str, value: str, single: dict[str, str], filters: dict[str, list[Condition | Group]]
) -> None:
    """Put a parameter that is no word of the language alone: a filter, or one for an embedded table, `participants.order`."""
    scanner = Scanner(key, key)
    names = [scanner.name("a column")]
    while scanner.take("."):
        names.append(scanner.name("a column"))
    path = parse_path(scanner)
    scanner.end()
    of, last = names[:-1], names[-1]
    group = value.lstrip(" \t").startswith("(") and not path and last in _JOINED
    negated = group and of[-1:] == ["not"]
    if negated:
        of = of[:-1]
    if len(of) > 1:
        raise not_offered(f"tables embedded in embedded tables ({key[:60]})")
    table = of[0] if of else ""
    if table and last in _OF_EMBEDDED and not path:
        _once(single, f"{table}.{last}", value)
    elif group:
        parsed = parse_group(Scanner(value, f"{key}={value}"), _JOINED[last], negated)
        filters[table].append(parsed)
    else:
        filters[table].append(parse_condition(Field(last, path), key, value))


def _once(target: dict[str, str], key: str, value: str) -> None:
    if key in target:
        raise refusal("PGRST100", f"{key[:60]!r} is given twice")
    target[key] = value


def _rows(
    single: dict[str, str], filters: dict[str, list[Condition | Group]], of: str
) -> dict[str, Any]:
    prefix = f"{of}." if of else ""
    order = parse_order(single.get(f"{prefix}order", ""))
    if of and any(each.of for each in order):
        raise not_offered("the order of an embedded table by another")
    return {
        "filters": tuple(filters.get(of, ())),
        "order": order,
        "limit": _whole(single, f"{prefix}limit"),
        "offset": _whole(single, f"{prefix}offset"),
    }


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
    return (
        None if text is None else tuple(dict.fromkeys(_each_name(Scanner(text, f"{key}={text}"))))
    )


def _each_name(scanner: Scanner) -> Iterator[str]:
    yield scanner.name("a column")
    while scanner.take(","):
        yield scanner.name("a column")
    scanner.end()
