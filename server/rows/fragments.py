"""Pieces of SQL: identifiers are always quoted, values are always parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from psycopg import sql

from ..problem import refusal
from .catalogue import SCHEMA
from .selection import Field, Item, Order, Selected, no_aggregates, not_embedded
from .source import Source

LONGEST_NAME_BYTES = 63
"""PostgreSQL would truncate a longer name, which may then be another's (NAMEDATALEN)."""

BODY: Final = "roomtone_body"

_AGGREGATES_OF_ROWS: Final = frozenset(
    {"any_value", "array_agg", "json_agg", "json_agg_strict", "jsonb_agg", "jsonb_agg_strict"}
    | {"max", "min"}
)
"""Those that take a row of any table, but for `count`, which PostgREST's clients use. They would read any number of rows."""

Sql = sql.SQL | sql.Composed

Part = tuple[Sql, list[Any]]
"""A piece of SQL and the values of its placeholders, in order."""


NOTHING: Part = (sql.SQL(""), [])


def identifier(*names: str) -> Sql:
    """A quoted name. A percent sign in it is escaped: it is not a placeholder."""
    for name in names:
        if len(name.encode()) > LONGEST_NAME_BYTES:
            raise refusal("PGRST100", f"a name has at most 63 bytes: {name[:60]}…")
    quoted = sql.Identifier(*names).as_string(None).replace("%", "%%")
    return sql.SQL(quoted)


def relation(name: str) -> Sql:
    """`"roomtone"."name"`."""
    return identifier(SCHEMA, name)


def type_name(name: str) -> Sql:
    """A type from format_type() or from the list of casts, never a client's text. A percent sign is escaped as in `identifier`."""
    return sql.SQL(name.replace("%", "%%"))


def commas(parts: Iterable[Sql]) -> Sql:
    """`a, b, c`."""
    return sql.SQL(", ").join(parts)


def field(source: Source, wanted: Field) -> Part:
    """`"source"."column" -> key`. A column of another type than JSON is converted, so that arrays have elements, too.

    PostgreSQL takes a name that is no column for a function of the row. Raises Problem PGRST123 for an aggregate of all rows.
    """
    if wanted.column in _AGGREGATES_OF_ROWS and wanted.column not in source.types:
        raise no_aggregates()
    text: Sql = identifier(source.alias, wanted.column)
    if wanted.path and source.types.get(wanted.column, "json") not in {"json", "jsonb"}:
        text = sql.SQL("to_jsonb({})").format(text)
    values: list[Any] = []
    for arrow, key in wanted.path:
        kind = sql.SQL("int" if isinstance(key, int) else "text")
        text = sql.SQL("{} {} %s::{}").format(text, sql.SQL(arrow), kind)
        values.append(key)
    return text, values


def columns(source: Source, selected: Sequence[Item], everything: Iterable[str]) -> Part:
    """The list after SELECT or RETURNING; `*` is spelled out as `everything`."""
    if not selected:
        return commas(identifier(source.alias, column) for column in everything), []
    parts: list[Sql] = []
    values: list[Any] = []
    for item in selected:
        assert isinstance(item, Selected)
        if item.field.column == "*":
            parts.extend(identifier(source.alias, column) for column in everything)
            continue
        text, more = field(source, item.field)
        if item.cast is not None:
            text = sql.SQL("({})::{}").format(text, type_name(item.cast))
        parts.append(sql.SQL("{} as {}").format(text, identifier(item.alias or item.field.name)))
        values += more
    return commas(parts), values


def ordered(source: Source, order: Sequence[Order]) -> Part:
    """` order by …`, or nothing. Raises Problem PGRST108 for a table that is not embedded, PGRST118 for one with several rows."""
    if not order:
        return sql.SQL(""), []
    parts: list[Sql] = []
    values: list[Any] = []
    for item in order:
        text, more = _ordering(source, item)
        words = [text]
        if item.direction is not None:
            words.append(sql.SQL(item.direction))
        if item.nulls is not None:
            words.append(sql.SQL("nulls first" if item.nulls == "nullsfirst" else "nulls last"))
        parts.append(sql.SQL(" ").join(words))
        values += more
    return sql.SQL(" order by {}").format(commas(parts)), values


def _ordering(source: Source, item: Order) -> Part:
    if item.of is None:
        return field(source, item.field)
    related = source.related.get(item.of)
    if related is None:
        raise not_embedded(item.of)
    return related.value_of(item.field)


def sized(lines: Part, most_bytes: int) -> tuple[Sql, Sql, list[Any]]:
    """The text of the JSON array of these lines, null if it is larger than `most_bytes`; the rows it is made from, with their
    `size`; and the values of both, two of them in the text.

    The size is added up line by line, and lines beyond the limit are not concatenated. So the answer's memory is bounded in
    PostgreSQL and in the relay. A line that is null was itself too large.
    """
    array = sql.SQL(
        "case when coalesce(max(size), 0) <= %s"
        " then '[' || coalesce(string_agg(line, ',') filter (where size <= %s), '') || ']' end"
    )
    rows = sql.SQL(
        "(select line, sum(coalesce(octet_length(line), 2147483647)) over (rows unbounded preceding) as size"
        " from ({} offset 0) as lines) as sized"
    ).format(lines[0])
    return array, rows, [most_bytes, most_bytes, *lines[1]]


def array_literal(elements: Iterable[str]) -> str:
    """The text form of an array (PostgreSQL manual, 8.15.6), every element quoted."""
    escaped = (element.replace("\\", "\\\\").replace('"', '\\"') for element in elements)
    return "{" + ",".join(f'"{element}"' for element in escaped) + "}"


def recordset(
    reader: Literal["json_to_record", "json_to_recordset"], types: Mapping[str, str]
) -> Sql:
    """The objects of a JSON text, which is its one value, as rows that are called BODY."""
    described = commas(
        sql.SQL("{} {}").format(identifier(name), type_name(kind)) for name, kind in types.items()
    )
    return sql.SQL("{}(%s::json) as {}({})").format(sql.SQL(reader), identifier(BODY), described)
