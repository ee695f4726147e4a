"""Filters as SQL: what stands after WHERE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from .conditions import SEARCHES, Condition, Group, Joined
from .fragments import Part, Sql, array_literal, field
from .source import Source

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


def where(
    source: Source, filters: Sequence[Condition | Group], required: Sequence[Part] = ()
) -> Part:
    """` where …`, or nothing without filters. `required` are further conditions."""
    every = [*([chosen(source, filters)] if filters else []), *required]
    if not every:
        return sql.SQL(""), []
    text = sql.SQL(" and ").join(condition for condition, _ in every)
    return sql.SQL(" where {}").format(text), [value for _, values in every for value in values]


def chosen(source: Source, filters: Sequence[Condition | Group]) -> Part:
    """The condition after WHERE. Raises ValueError without a filter."""
    if not filters:
        raise ValueError("no rows are chosen")
    return _joined(source, filters, "and")


def _joined(source: Source, members: Sequence[Condition | Group], joined: Joined) -> Part:
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


def _one(source: Source, condition: Condition) -> Part:
    if condition.operator in SEARCHES:
        return _search(source, condition)
    related = source.related.get(condition.field.column)
    if (
        related
        and condition.value == "null"
        and condition.operator == "is"
        and not condition.field.path
    ):
        text, values = related.exists()
        return sql.SQL("not {}").format(text), values
    left, values = field(source, condition.field)
    operator, value = condition.operator, condition.value
    if operator == "is":
        return sql.SQL("{} {}").format(left, sql.SQL(IS_SQL[str(value)])), values
    if operator == "in":
        return sql.SQL("{} = any(%s)").format(left), [*values, array_literal(value)]
    assert isinstance(value, str)
    if operator in {"like", "ilike"}:  # `*` means `%`, which would need escaping in a URL
        value = value.replace("*", "%")
    symbol = sql.SQL(OPERATOR_SQL[operator])
    if condition.modifier is None:
        return sql.SQL("{} {} %s").format(left, symbol), [*values, value]
    quantifier = sql.SQL("any" if condition.modifier == "any" else "all")
    text = sql.SQL("{} {} {}(%s)").format(left, symbol, quantifier)
    return text, [*values, value]


def _search(source: Source, condition: Condition) -> Part:
    """`to_tsvector(configuration, column) @@ to_tsquery(configuration, words)`: both sides by the same configuration."""
    left, values = field(source, condition.field)
    configuration = [] if condition.modifier is None else [condition.modifier]
    first = sql.SQL("%s::regconfig, " if configuration else "")
    kind = source.types.get(condition.field.column)  # None: computed by a function of the row
    if condition.field.path or kind not in (None, "tsvector"):
        left = sql.SQL("to_tsvector({}{})").format(first, left)
        values = [*configuration, *values]
    function = sql.SQL(SEARCH_SQL[condition.operator])
    text = sql.SQL("{} @@ {}({}%s)").format(left, function, first)
    return text, [*values, *configuration, condition.value]
