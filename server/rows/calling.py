"""Statements that call a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import sql

from .answers import CHUNK, Page, Returning, bounded_array, read_from
from .fragments import (
    BODY,
    NOTHING,
    Part,
    Sql,
    array_literal,
    commas,
    identifier,
    recordset,
    relation,
    type_name,
)
from .functions import Function
from .query import Query
from .source import Source

_CALLED: Final = "roomtone_called"


def called(
    function: Function, given: Mapping[str, Sequence[str]] | None, names: Sequence[str], body: str
) -> Part:
    """`function(name => value, …)` with named arguments (PostgreSQL manual, 4.3.2).

    The values are texts from the query string, several only of the variadic argument; if `given` is None, those in the JSON `body`.
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
        return call, [
            array_literal(given[name]) if name == function.variadic else given[name][0]
            for name in names
        ]
    if not names:
        return sql.SQL("{}()").format(relation(function.name)), []
    arguments = commas(
        sql.SQL("{} => {}").format(_named(function, name), identifier(BODY, name)) for name in names
    )
    source = recordset("json_to_record", {name: function.arguments[name] for name in names})
    call = sql.SQL("{} cross join lateral {}({})").format(
        source, relation(function.name), arguments
    )
    return call, [body]


def _named(function: Function, argument: str) -> Sql:
    keyword = sql.SQL("variadic " if argument == function.variadic else "")
    return sql.SQL("{}{}").format(keyword, identifier(argument))


def source(function: Function) -> Source:
    """The rows that a function returns, by its name."""
    return Source(function.name, function.columns)


def call_rows(
    function: Function, call: Part, query: Query, answer: Returning, page: Page, *, count: bool
) -> Part:
    """The rows a function returns, filtered and ordered like a table's. It is called once, also to count them."""
    origin = source(function)
    text, values = call
    name = identifier(origin.alias)
    rows: Part = (sql.SQL("{} as {}").format(text, name), values)
    first = NOTHING
    if count:
        once = sql.SQL("{} as (select {}.* from {}), ").format(identifier(_CALLED), name, rows[0])
        first = (once, values)
        rows = (sql.SQL("{} as {}").format(identifier(_CALLED), name), [])
    return read_from(rows, origin, query, answer, page, count=count, first=first)


def call_value(function: Function, call: Part, *, most_bytes: int) -> Part:
    """The value that a function returns."""
    text, values = call
    if function.returns_nothing:
        return sql.SQL("select null::text, 1, 0 from {}").format(text), values
    one = sql.SQL(
        "select case when octet_length(line) <= %s then line end, 1, octet_length(line)"
        " from (select coalesce(to_json({}.value)::text, 'null') as line from {} as {}(value) offset 0) as lines"
    ).format(identifier(CHUNK), text, identifier(CHUNK))
    return one, [most_bytes, *values]


def call_values(call: Part, page: Page, *, most_bytes: int, count: bool) -> Part:
    """The array of values that a function returns, if it returns a set."""
    text, values = call
    every, chunk = identifier(_CALLED), identifier(CHUNK)
    line = sql.SQL("select coalesce(to_json(value)::text, 'null') as line from {}").format(chunk)
    total = (sql.SQL(", (select count(*) from {})").format(every), []) if count else NOTHING
    array, values_of_array = bounded_array((line, []), most_bytes, total)
    whole = sql.SQL(
        "with {} as (select called.value from {} as called (value)),"
        " {} as (table {} limit %s offset %s) {}"
    ).format(every, text, chunk, every, array)
    return whole, [*values, page.limit, page.offset, *values_of_array]
