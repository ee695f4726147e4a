"""Whole statements. Each returns one row `(json text or null, number of rows, size in bytes)`.

PostgreSQL builds the JSON of the answer and reads the JSON of the request: its text is one parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from psycopg import sql

from .catalogue import Relation
from .fragments import (
    Part,
    Sql,
    chosen,
    columns,
    commas,
    identifier,
    ordered,
    relation,
    type_name,
    where,
)
from .functions import Function
from .query import Query
from .selection import Selected

Resolution = Literal["merge-duplicates", "ignore-duplicates"]

COMPOSED: Final = 256  # texts of INSERT that are kept

_BODY = "roomtone_body"
_CHUNK = "roomtone_rows"


@dataclass(frozen=True, slots=True)
class Returning:
    """The columns that a statement returns; `*` means `everything`."""

    select: tuple[Selected, ...]
    everything: tuple[str, ...]
    most_bytes: int
    """A larger answer is not built: the statement then returns its size and no text."""
    strip_nulls: bool = False


def read(table: Relation, query: Query, answer: Returning, *, limit: int, count: bool) -> Part:
    """SELECT; with `count`, a third column says how many rows there are without the limit."""
    return _read(relation(table.name), table.name, [], query, answer, limit=limit, count=count)


def call_rows(
    function: Function, call: Part, query: Query, answer: Returning, *, limit: int, count: bool
) -> Part:
    """The rows a function returns, filtered and ordered like a table's."""
    text, values = call
    source = sql.SQL("{} as {}").format(text, identifier(function.name))
    return _read(source, function.name, values, query, answer, limit=limit, count=count)


def call_value(function: Function, call: Part, *, most_bytes: int) -> Part:
    """The value that a function returns, or the array of values if it returns a set."""
    text, values = call
    if function.returns_nothing:
        return sql.SQL("select null::text, 1, 0 from {}").format(text), values
    lines = sql.SQL(
        "select coalesce(to_json({}.value)::text, 'null') as line from {} as {}(value)"
    ).format(identifier(_CHUNK), text, identifier(_CHUNK))
    if function.returns_set:
        return _bounded_array(lines, sql.SQL("")), [most_bytes, most_bytes, *values]
    one = sql.SQL(
        "select case when octet_length(line) <= %s then line end, 1, octet_length(line)"
        " from ({} offset 0) as lines"
    ).format(lines)
    return one, [most_bytes, *values]


def called(
    function: Function, given: Mapping[str, str] | None, names: Sequence[str], body: str
) -> Part:
    """`function(name => value, …)` with named arguments (PostgreSQL manual, 4.3.2).

    The values are texts from the query string; if `given` is None, those in the JSON `body`.
    """
    names = sorted(names, key=lambda name: name == function.variadic)  # VARIADIC has to come last
    if given is not None:
        arguments = commas(
            sql.SQL("{} => %s::{}").format(
                _named(function, name), type_name(function.arguments[name])
            )
            for name in names
        )
        call = sql.SQL("{}({})").format(relation(function.name), arguments)
        return call, [given[name] for name in names]
    if not names:
        return sql.SQL("{}()").format(relation(function.name)), []
    arguments = commas(
        sql.SQL("{} => {}").format(_named(function, name), identifier(_BODY, name))
        for name in names
    )
    source = _recordset("json_to_record", {name: function.arguments[name] for name in names})
    call = sql.SQL("{} cross join lateral {}({})").format(
        source, relation(function.name), arguments
    )
    return call, [body]


def _named(function: Function, argument: str) -> Sql:
    keyword = sql.SQL("variadic " if argument == function.variadic else "")
    return sql.SQL("{}{}").format(keyword, identifier(argument))


def insert(
    table: Relation,
    names: Sequence[str],
    body: str,
    *,
    conflict: tuple[str, ...] | None,
    resolution: Resolution | None,
    answer: Returning | None,
) -> Part:
    """INSERT the objects of a JSON array, with the keys `names` of each. Without names, all defaults."""
    # Only what is short is kept: a client may choose any columns for the answer, and repeat those of the conflict.
    short = not (answer and answer.select) and len(conflict or ()) <= len(table.types)
    compose = _insert if short else _insert.__wrapped__
    text, values = compose(table, tuple(names), conflict, resolution, answer)
    return text, [body, *values] if names else [*values]


# Composing the text takes as long as all else that a relay does for a write.
@lru_cache(COMPOSED)
def _insert(
    table: Relation,
    names: tuple[str, ...],
    conflict: tuple[str, ...] | None,
    resolution: Resolution | None,
    answer: Returning | None,
) -> tuple[Sql, tuple[Any, ...]]:
    """The statement, and its values but for the body."""
    target = relation(table.name)
    if names:
        listed = commas(identifier(name) for name in names)
        source = _recordset("json_to_recordset", {name: table.type_of(name) for name in names})
        text = sql.SQL("insert into {} ({}) select {} from {}").format(
            target, listed, listed, source
        )
    else:
        text = sql.SQL("insert into {} default values").format(target)
    if resolution is not None and (key := conflict or table.key):
        changed = [name for name in names if name not in key]
        text = text + _on_conflict(key, changed, resolution)
    whole, values = _returning(text, [], table, answer)
    return sql.SQL(whole.as_string(None)), tuple(values)


def update(
    table: Relation, names: Sequence[str], body: str, query: Query, answer: Returning | None
) -> Part:
    """UPDATE the rows that the filters choose with the columns of one JSON object."""
    condition, values = chosen(table.name, query.filters)
    text = sql.SQL("update {} set {} from {} where {}").format(
        relation(table.name),
        commas(
            sql.SQL("{} = {}").format(identifier(name), identifier(_BODY, name)) for name in names
        ),
        _recordset("json_to_record", {name: table.type_of(name) for name in names}),
        condition,
    )
    return _returning(text, [body, *values], table, answer)


def delete(table: Relation, query: Query, answer: Returning | None) -> Part:
    """DELETE the rows that the filters choose."""
    condition, values = chosen(table.name, query.filters)
    text = sql.SQL("delete from {} where {}").format(relation(table.name), condition)
    return _returning(text, values, table, answer)


def _read(
    source: Sql,
    name: str,
    source_values: list[Any],
    query: Query,
    answer: Returning,
    *,
    limit: int,
    count: bool,
) -> Part:
    wanted, values = columns(name, answer.select, answer.everything)
    condition, condition_values = where(name, query.filters)
    order, order_values = ordered(name, query.order)
    chunk = sql.SQL("select {} from {}{}{} limit %s offset %s").format(
        wanted, source, condition, order
    )
    chunk_values = [*values, *source_values, *condition_values, *order_values]
    total: Sql = sql.SQL("")
    total_values: list[Any] = []
    if count:
        total = sql.SQL(", (select count(*) from {}{})").format(source, condition)
        total_values = [*source_values, *condition_values]
    text = sql.SQL("with {} as ({}) {}").format(
        identifier(_CHUNK), chunk, _bounded_array(_lines(answer), total)
    )
    sizes = [answer.most_bytes, answer.most_bytes]
    return text, [*chunk_values, limit, query.offset or 0, *sizes, *total_values]


def _returning(text: Sql, values: list[Any], table: Relation, answer: Returning | None) -> Part:
    # Without RETURNING, the user needs no right to read the rows. The number of rows is then the
    # command's own.
    if answer is None:
        return text, values
    wanted, more = columns(table.name, answer.select, answer.everything)
    whole = sql.SQL("with {} as ({} returning {}) {}").format(
        identifier(_CHUNK), text, wanted, _bounded_array(_lines(answer), sql.SQL(""))
    )
    return whole, [*values, *more, answer.most_bytes, answer.most_bytes]


def _lines(answer: Returning) -> Sql:
    """Each row as JSON, one at a time."""
    row = sql.SQL("row_to_json({}.*)").format(identifier(_CHUNK))
    if answer.strip_nulls:
        row = sql.SQL("json_strip_nulls({})").format(row)
    return sql.SQL("select {}::text as line from {}").format(row, identifier(_CHUNK))


def _bounded_array(lines: Sql, total: Sql) -> Sql:
    """The JSON array of these lines, their number and size; no array if it is too large.

    The size is added up line by line, and lines beyond the limit are not concatenated. So the answer's
    memory is bounded in PostgreSQL and in the relay.
    """
    return sql.SQL(
        "select case when coalesce(max(size), 0) <= %s"
        " then '[' || coalesce(string_agg(line, ',') filter (where size <= %s), '') || ']' end,"
        " count(*), coalesce(max(size), 0)::bigint{}"
        " from (select line, sum(octet_length(line)) over (rows unbounded preceding) as size"
        " from ({} offset 0) as lines) as sized"
    ).format(total, lines)


def _recordset(
    reader: Literal["json_to_record", "json_to_recordset"], types: Mapping[str, str]
) -> Sql:
    described = commas(
        sql.SQL("{} {}").format(identifier(name), type_name(kind)) for name, kind in types.items()
    )
    return sql.SQL("{}(%s::json) as {}({})").format(sql.SQL(reader), identifier(_BODY), described)


def _on_conflict(key: Sequence[str], changed: Sequence[str], resolution: Resolution) -> Sql:
    # The key's columns are equal already. Without them in SET, the user needs no right to update them.
    if resolution == "ignore-duplicates" or not changed:
        action: Sql = sql.SQL("nothing")
    else:
        action = sql.SQL("update set {}").format(
            commas(
                sql.SQL("{} = excluded.{}").format(identifier(name), identifier(name))
                for name in changed
            )
        )
    return sql.SQL(" on conflict ({}) do {}").format(
        commas(identifier(name) for name in key), action
    )
