"""`select=` and `order=`: columns with aliases, JSON paths, casts and directions."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Literal, TypeVar

from ..problem import Problem, refusal
from .scanner import Scanner

Arrow = Literal["->", "->>"]
T = TypeVar("T")

CASTS = frozenset(
    {
        *("bigint", "int", "int2", "int4", "int8", "integer", "smallint"),
        *("float4", "float8", "numeric", "real", "bool", "boolean"),
        *("date", "interval", "time", "timestamp", "timestamptz"),
        *("json", "jsonb", "text", "uuid", "varchar"),
    }
)
"""The types a column may be cast to: `select=id::text`."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column, and the path into it if it holds JSON: `body->>sdp`, `people->0`."""

    column: str
    path: tuple[tuple[Arrow, str | int], ...] = ()
    """A number is an index into an array."""

    @property
    def name(self) -> str:
        """The name of its value in the answer: the last key of the path, else the column."""
        keys = [key for _, key in self.path if isinstance(key, str)]
        return keys[-1] if keys else self.column


@dataclass(frozen=True, slots=True)
class Selected:
    """One item of `select=`. The column `*` means all readable columns."""

    field: Field
    alias: str | None = None
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One item of `order=`. None means PostgreSQL's default."""

    field: Field
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["nullsfirst", "nullslast"] | None = None


def parse_field(scanner: Scanner) -> Field:
    """`column`, `column->key->>key`. Raises Problem PGRST100."""
    column = scanner.name("a column")
    path: list[tuple[Arrow, str | int]] = []
    while scanner.sees("->"):
        arrow: Arrow = "->>" if scanner.take("->>") else "->"
        if arrow == "->":
            scanner.expect("->")
        path.append((arrow, scanner.key()))
    return Field(column, tuple(path))


MOST_ITEMS = 64
"""More than any table has columns. Without a limit, aliases could repeat a large column many times."""


def parse_selected(text: str) -> tuple[Selected, ...]:
    """`select=id,title:name,seq::text`. Raises Problem PGRST100, PGRST200."""
    return _items(text, "select", _selected)


def _items(text: str, parameter: str, parse: Callable[[Scanner], T]) -> tuple[T, ...]:
    """The items of a list separated by commas; none for an empty text."""
    scanner = Scanner(text, f"{parameter}={text}")
    if scanner.done:
        return ()
    items = [parse(scanner)]
    while scanner.take(","):
        _check_number(items, parameter)
        items.append(parse(scanner))
    scanner.end()
    return tuple(items)


def _check_number(items: Sized, parameter: str) -> None:
    if len(items) >= MOST_ITEMS:
        raise Problem(
            400,
            "54011",
            f"{parameter}= names more than {MOST_ITEMS} columns",
            hint="Name each column once.",
            rule="requests_select_is_narrow",
        )


_AGGREGATES = frozenset({"avg()", "count()", "max()", "min()", "sum()"})


def _selected(scanner: Scanner) -> Selected:
    scanner.space()
    if scanner.take("*"):
        scanner.space()
        return Selected(Field("*"))
    if scanner.sees("..."):
        raise _no_embedding("...")
    alias: str | None = None
    field = parse_field(scanner)
    if scanner.sees(":") and not scanner.sees("::"):
        if field.path:
            scanner.fail("a cast or the next column")
        scanner.expect(":")
        alias, field = field.column, parse_field(scanner)
    if field.column == "count" and scanner.sees("()"):
        raise _no_aggregates()
    if scanner.sees("(") or scanner.sees("!"):
        raise _no_embedding(field.column)
    cast = None
    if scanner.take("::"):
        cast = scanner.name("a type")
        if cast not in CASTS:
            raise refusal(
                "PGRST100",
                f"cannot cast to {cast[:40]!r}",
                hint=f"There are {', '.join(sorted(CASTS))}.",
            )
    if any(scanner.sees(f".{aggregate}") for aggregate in _AGGREGATES):
        raise _no_aggregates()
    return Selected(field, alias, cast)


def parse_order(text: str) -> tuple[Order, ...]:
    """`order=seq.desc.nullslast,id`. Raises Problem PGRST100."""
    return _items(text, "order", _order)


def _order(scanner: Scanner) -> Order:
    field = parse_field(scanner)
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["nullsfirst", "nullslast"] | None = None
    while scanner.take("."):
        word = scanner.name("asc, desc, nullsfirst or nullslast")
        if word in {"asc", "desc"} and direction is None and nulls is None:
            direction = "asc" if word == "asc" else "desc"
        elif word in {"nullsfirst", "nullslast"} and nulls is None:
            nulls = "nullsfirst" if word == "nullsfirst" else "nullslast"
        else:
            scanner.fail("asc, desc, nullsfirst or nullslast before this")
    return Order(field, direction, nulls)


def _no_aggregates() -> Exception:
    return refusal(
        "PGRST123",
        "aggregate functions are not offered here",
        hint="Prefer: count=exact counts the rows.",
    )


def _no_embedding(name: str) -> Exception:
    return refusal(
        "PGRST200",
        f"other tables cannot be embedded here ({name[:60]})",
        hint="The views hallway, roster and signal_trace join tables for you.",
    )
