"""Pieces of SQL: identifiers are always quoted, values are always parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from psycopg import sql

from ..problem import refusal
from .catalogue import SCHEMA
from .conditions import SEARCHES, Condition, Group
from .selection import Field, Order, Selected

OPERATOR_SQL: Mapping[str, str] = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
    "isdistinct": "is distinct from",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
    "sl": "<<",
    "sr": ">>",
    "nxl": "&>",
    "nxr": "&<",
    "adj": "-|-",
}
SEARCH_SQL: Mapping[str, str] = {
    "fts": "to_tsquery",
    "plfts": "plainto_tsquery",
    "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}
IS_SQL: Mapping[str, str] = {
    "null": "is null",
    "not_null": "is not null",
    "true": "is true",
    "false": "is false",
    "unknown": "is unknown",
}
LONGEST_NAME_BYTES = 63
"""PostgreSQL would truncate a longer name, which may then be another's (NAMEDATALEN)."""

Sql = sql.SQL | sql.Composed

Part = tuple[Sql, list[Any]]
"""A piece of SQL and the values of its placeholders, in order."""


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


def field(source: str, wanted: Field) -> Part:
    """`"source"."column" -> key`; a key made of digits is an array's index."""
    text: Sql = identifier(source, wanted.column)
    values: list[Any] = []
    for arrow, key in wanted.path:
        if key.removeprefix("-").isdecimal() and key.isascii() and len(key) < 10:
            text = sql.SQL("{} {} %s::int").format(text, sql.SQL(arrow))
        else:
            text = sql.SQL("{} {} %s::text").format(text, sql.SQL(arrow))
        values.append(key)
    return text, values


def columns(source: str, selected: Sequence[Selected], everything: Iterable[str]) -> Part:
    """The list after SELECT or RETURNING; `*` is spelled out as `everything`."""
    if not selected:
        return commas(identifier(source, column) for column in everything), []
    parts: list[Sql] = []
    values: list[Any] = []
    for item in selected:
        if item.field.column == "*":
            parts.extend(identifier(source, column) for column in everything)
            continue
        text, more = field(source, item.field)
        if item.cast is not None:
            text = sql.SQL("({})::{}").format(text, type_name(item.cast))
        name = item.alias or (item.field.path[-1][1] if item.field.path else item.field.column)
        parts.append(sql.SQL("{} as {}").format(text, identifier(name)))
        values += more
    return commas(parts), values


def where(source: str, filters: Sequence[Condition | Group]) -> Part:
    """` where …`, or nothing without filters."""
    if not filters:
        return sql.SQL(""), []
    text, values = chosen(source, filters)
    return sql.SQL(" where {}").format(text), values


def chosen(source: str, filters: Sequence[Condition | Group]) -> Part:
    """The condition after WHERE. Raises ValueError without a filter."""
    if not filters:
        raise ValueError("no rows are chosen")
    return _joined(source, filters, "and")


def ordered(source: str, order: Sequence[Order]) -> Part:
    """` order by …`, or nothing."""
    if not order:
        return sql.SQL(""), []
    parts: list[Sql] = []
    values: list[Any] = []
    for item in order:
        text, more = field(source, item.field)
        words = [text]
        if item.direction is not None:
            words.append(sql.SQL(item.direction))
        if item.nulls is not None:
            words.append(sql.SQL("nulls first" if item.nulls == "nullsfirst" else "nulls last"))
        parts.append(sql.SQL(" ").join(words))
        values += more
    return sql.SQL(" order by {}").format(commas(parts)), values


def array_literal(elements: Iterable[str]) -> str:
    """The text form of an array (PostgreSQL manual, 8.15.6), every element quoted."""
    escaped = (element.replace("\\", "\\\\").replace('"', '\\"') for element in elements)
    return "{" + ",".join(f'"{element}"' for element in escaped) + "}"


def _joined(
    source: str, members: Sequence[Condition | Group], joined: Literal["and", "or"]
) -> Part:
    parts: list[Sql] = []
    values: list[Any] = []
    for member in members:
        if isinstance(member, Group):
            text, more = _joined(source, member.members, member.joined)
        else:
            text, more = _one(source, member)
        parts.append(sql.SQL("not ({})" if member.negated else "({})").format(text))
        values += more
    return sql.SQL(" and " if joined == "and" else " or ").join(parts), values


def _one(source: str, condition: Condition) -> Part:
    left, values = field(source, condition.field)
    operator, value = condition.operator, condition.value
    if operator == "is":
        return sql.SQL("{} {}").format(left, sql.SQL(IS_SQL[str(value)])), values
    if operator in SEARCHES:
        return _search(left, values, condition)
    if operator == "in":
        return sql.SQL("{} = any(%s)").format(left), [*values, array_literal(value)]
    if operator in {"like", "ilike"}:  # `*` means `%`, which would need escaping in a URL
        value = (
            value.replace("*", "%")
            if isinstance(value, str)
            else tuple(v.replace("*", "%") for v in value)
        )
    symbol = sql.SQL(OPERATOR_SQL[operator])
    if condition.modifier is None:
        return sql.SQL("{} {} %s").format(left, symbol), [*values, value]
    quantifier = sql.SQL("any" if condition.modifier == "any" else "all")
    text = sql.SQL("{} {} {}(%s)").format(left, symbol, quantifier)
    return text, [*values, array_literal(value)]


def _search(left: Sql, values: list[Any], condition: Condition) -> Part:
    function = sql.SQL(SEARCH_SQL[condition.operator])
    if condition.modifier is None:
        return sql.SQL("{} @@ {}(%s)").format(left, function), [*values, condition.value]
    text = sql.SQL("{} @@ {}(%s::regconfig, %s)").format(left, function)
    return text, [*values, condition.modifier, condition.value]
