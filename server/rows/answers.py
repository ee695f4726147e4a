"""The answer of a statement: one row `(json text or null, number of rows, size in bytes)`, and the total if it is asked for.

PostgreSQL builds the JSON of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from .catalogue import Source
from .filters import where
from .fragments import NOTHING, Part, Sql, columns, identifier, ordered
from .query import Query
from .selection import Selected

CHUNK: Final = "roomtone_rows"


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows after the first `offset`."""

    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Returning:
    """The columns that a statement returns; `*` means `everything`."""

    select: tuple[Selected, ...]
    everything: tuple[str, ...]
    most_bytes: int
    """A larger answer is not built: the statement then returns its size and no text."""
    strip_nulls: bool = False


def read_from(
    source: Part,
    origin: Source,
    query: Query,
    answer: Returning,
    page: Page,
    *,
    count: bool,
    first: Part = NOTHING,
) -> Part:
    """SELECT from `source`, which the statement calls `origin.alias`; `first` is a WITH query and its comma."""
    text, text_values = source
    condition, condition_values = where(origin, query.filters)
    order, order_values = ordered(origin, query.order)
    wanted, values = columns(origin, answer.select, answer.everything)
    total, total_values = NOTHING
    if count:
        total = sql.SQL(", (select count(*) from {}{})").format(text, condition)
        total_values = [*text_values, *condition_values]
    whole = sql.SQL("with {}{} as (select {} from {}{}{} limit %s offset %s) {}").format(
        first[0],
        identifier(CHUNK),
        wanted,
        text,
        condition,
        order,
        bounded_array(lines(answer), total),
    )
    chosen = [*values, *text_values, *condition_values, *order_values, page.limit, page.offset]
    return whole, [*first[1], *chosen, answer.most_bytes, answer.most_bytes, *total_values]


def lines(answer: Returning) -> Sql:
    """Each row as JSON, one at a time."""
    row = sql.SQL("row_to_json({}.*)").format(identifier(CHUNK))
    if answer.strip_nulls:
        row = sql.SQL("json_strip_nulls({})").format(row)
    return sql.SQL("select {}::text as line from {}").format(row, identifier(CHUNK))


def bounded_array(lines: Sql, total: Sql) -> Sql:
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
