"""`select=` and `order=`: columns with aliases, JSON paths, casts and directions, and tables to embed."""

from __future__ import annotations

from collections.abc import Callable
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
class Embedded:
    """Another table inside `select=`: `alias:target!hint!inner(column,column)`. Without columns it is not in the answer.

    `inner`: rows without a row of the target are left out.
    """

    target: str
    alias: str | None
    hint: str | None
    inner: bool
    select: tuple[Selected, ...]

    @property
    def name(self) -> str:
        """Its name in the answer and in the query string."""
        return self.alias or self.target


Item = Selected | Embedded


@dataclass(frozen=True, slots=True)
class Order:
    """One item of `order=`. None means PostgreSQL's default. `of`: the embedded table whose column it is."""

    field: Field
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["nullsfirst", "nullslast"] | None = None
    of: str | None = None


MOST_ITEMS = 64
"""More than any table has columns. Without a limit, aliases could repeat a large column many times."""

MOST_EMBEDDED = 8
"""Each is a query for every row of the answer."""


def parse_field(scanner: Scanner) -> Field:
    """`column`, `column->key->>key`. Raises Problem PGRST100."""
    return Field(scanner.name("a column"), parse_path(scanner))


def parse_path(scanner: Scanner) -> tuple[tuple[Arrow, str | int], ...]:
    """`->key->>0`, or nothing. Raises Problem PGRST100."""
    path: list[tuple[Arrow, str | int]] = []
    while scanner.sees("->"):
        arrow: Arrow = "->>" if scanner.take("->>") else "->"
        if arrow == "->":
            scanner.expect("->")
        path.append((arrow, scanner.key()))
    return tuple(path)


def parse_selected(text: str) -> tuple[Item, ...]:
    """`select=id,title:name,seq::text,clubs(name)`. Raises Problem PGRST100, PGRST123, PGRST127, or 400 for too many items."""
    items = _whole(text, "select", _item)
    embedded = [item for item in items if isinstance(item, Embedded)]
    _check_number(len(items) + sum(len(item.select) for item in embedded), "select")
    if len(embedded) > MOST_EMBEDDED:
        raise Problem(
            400,
            "54011",
            f"select= embeds more than {MOST_EMBEDDED} tables",
            hint="Ask for them in several requests.",
            rule="requests_embed_few_tables",
        )
    return items


def parse_order(text: str) -> tuple[Order, ...]:
    """`order=seq.desc.nullslast,id,clubs(name)`. Raises Problem PGRST100, or 400 for too many items."""
    items = _whole(text, "order", _order)
    _check_number(len(items), "order")
    return items


def _whole(text: str, parameter: str, parse: Callable[[Scanner], T]) -> tuple[T, ...]:
    """The items of a list; none for an empty text."""
    scanner = Scanner(text, f"{parameter}={text}")
    items = () if scanner.done else _items(scanner, parse)
    scanner.end()
    return items


def _items(scanner: Scanner, parse: Callable[[Scanner], T]) -> tuple[T, ...]:
    items = [parse(scanner)]
    while scanner.take(","):
        items.append(parse(scanner))
    return tuple(items)


def _check_number(number: int, parameter: str) -> None:
    if number > MOST_ITEMS:
        raise Problem(
            400,
            "54011",
            f"{parameter}= names more than {MOST_ITEMS} columns",
            hint="Name each column once.",
            rule="requests_select_is_narrow",
        )


_AGGREGATES = frozenset({"avg()", "count()", "max()", "min()", "sum()"})


def _item(scanner: Scanner) -> Item:
    scanner.space()
    if scanner.sees("..."):
        raise not_offered("columns of another table among those of a row (...)")
    start = scanner.at
    alias = _alias(scanner)
    if not scanner.sees("*"):
        target = scanner.name("a column")
        counts = target == "count" and scanner.sees("()")
        if scanner.sees("!") or (scanner.sees("(") and not counts):
            return _embedded(scanner, target, alias)
    scanner.at = start
    return _selected(scanner)


def _embedded(scanner: Scanner, target: str, alias: str | None) -> Embedded:
    hint: str | None = None
    joined: str | None = None
    while scanner.take("!"):
        word = scanner.name("inner, left, or the name of a foreign key")
        if word in {"inner", "left"} and joined is None:
            joined = word
        elif hint is None:
            hint = word
        else:
            scanner.fail("(")
    scanner.expect("(")
    select: tuple[Selected, ...] = ()
    if not scanner.sees(")"):
        select = _items(scanner, _selected)
    scanner.expect(")")
    scanner.space()
    return Embedded(target, alias, hint, joined == "inner", select)


def _alias(scanner: Scanner) -> str | None:
    """`title:`, or nothing."""
    start = scanner.at
    if scanner.sees("*"):
        return None
    alias = scanner.name("a column")
    if scanner.sees(":") and not scanner.sees("::"):
        scanner.expect(":")
        return alias
    scanner.at = start
    return None


def _selected(scanner: Scanner) -> Selected:
    scanner.space()
    if scanner.sees("..."):
        raise not_offered("columns of another table among those of a row (...)")
    if scanner.take("*"):
        scanner.space()
        return Selected(Field("*"))
    alias = _alias(scanner)
    field = parse_field(scanner)
    if field.column == "count" and scanner.sees("()"):
        raise no_aggregates()
    if scanner.sees("(") or scanner.sees("!"):
        raise not_offered(f"a table embedded in an embedded table ({field.column[:60]})")
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
        raise no_aggregates()
    return Selected(field, alias, cast)


def _order(scanner: Scanner) -> Order:
    field, of = parse_field(scanner), None
    if not field.path and scanner.take("("):
        of, field = field.column, parse_field(scanner)
        scanner.expect(")")
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["nullsfirst", "nullslast"] | None = None
    while scanner.take("."):
        start = scanner.at
        word = scanner.name("asc, desc, nullsfirst or nullslast")
        if word in {"asc", "desc"} and direction is None and nulls is None:
            direction = "asc" if word == "asc" else "desc"
        elif word in {"nullsfirst", "nullslast"} and nulls is None:
            nulls = "nullsfirst" if word == "nullsfirst" else "nullslast"
        else:
            scanner.at = start
            scanner.fail("asc or desc, then nullsfirst or nullslast, each once at most")
    return Order(field, direction, nulls, of)


def not_offered(what: str, *, hint: str = "docs/rows.md has a table of what is.") -> Problem:
    """Problem PGRST127 for a part of PostgREST that is not offered here."""
    return refusal("PGRST127", f"not offered here: {what}", hint=hint)


def not_embedded(name: str) -> Problem:
    """Problem PGRST108 for a parameter of a table that `select=` does not embed."""
    return refusal(
        "PGRST108",
        f"{name[:60]!r} is not embedded in this request",
        hint=f"Add {name[:60]}(…) to select=.",
    )


def no_aggregates() -> Problem:
    """Problem PGRST123."""
    return refusal(
        "PGRST123",
        "aggregate functions are not offered here",
        hint="Prefer: count=exact counts the rows.",
    )
