"""The answer of a statement: one row `(json text or null, number of rows, size in bytes)`, and the total if it is asked for.

PostgreSQL builds the JSON of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from psycopg import sql

from .embedding import Joined, line, needed
from .filters import where
from .fragments import NOTHING, Part, Sql, columns, commas, identifier, ordered, sized
from .query import Query
from .selection import Item
from .source import Source

CHUNK: Final = "roomtone_rows"


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows after the first `offset`."""

    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Returning:
    """The columns that a statement returns; `*` means `everything`. `joined` are the embedded tables by name."""

    select: tuple[Item, ...]
    everything: tuple[str, ...]
    most_bytes: int
    """A larger answer is not built: the statement then returns its size and no text."""
    strip_nulls: bool = False
    joined: Mapping[str, Joined] = field(default_factory=dict, compare=False)

    def columns(self, source: Source) -> Part:
        """The list after SELECT or RETURNING; with embedded tables, what the lines are made from."""
        if self.joined:
            names = needed(self.select, self.everything, self.joined.values())
            return commas(identifier(source.alias, name) for name in names), []
        return columns(source, self.select, self.everything)

    def lines(self, source: Source, rows: Sql) -> Part:
        """Each of these rows as JSON text, one at a time."""
        if self.joined:
            text, values = line(
                source,
                self.select,
                self.everything,
                self.joined,
                self.most_bytes,
                strip_nulls=self.strip_nulls,
            )
            alias = identifier(source.alias)
            return sql.SQL("select {} as line from {} as {}").format(text, rows, alias), values
        row = sql.SQL("row_to_json({}.*)").format(rows)
        if self.strip_nulls:
            row = sql.SQL("json_strip_nulls({})").format(row)
        return sql.SQL("select {}::text as line from {}").format(row, rows), []


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
    origin = replace(origin, related=answer.joined)
    required = [each.exists() for each in answer.joined.values() if each.embedded.inner]
    condition, condition_values = where(origin, query.filters, required)
    order, order_values = ordered(origin, query.order)
    wanted, values = answer.columns(origin)
    total, total_values = NOTHING
    if count:
        total = sql.SQL(", (select count(*) from {}{})").format(text, condition)
        total_values = [*text_values, *condition_values]
    rows = sql.SQL("{}{} as (select {} from {}{}{} limit %s offset %s)").format(
        first[0], identifier(CHUNK), wanted, text, condition, order
    )
    chosen = [*values, *text_values, *condition_values, *order_values, page.limit, page.offset]
    return answered((rows, [*first[1], *chosen]), origin, answer, (total, total_values))


def answered(rows: Part, source: Source, answer: Returning, total: Part = NOTHING) -> Part:
    """A statement whose WITH query CHUNK has the rows of the answer."""
    lines, values = answer.lines(source, identifier(CHUNK))
    array, array_values = bounded_array((lines, values), answer.most_bytes, total)
    return sql.SQL("with {} {}").format(rows[0], array), [*rows[1], *array_values]


def bounded_array(lines: Part, most_bytes: int, total: Part = NOTHING) -> Part:
    """The JSON array of these lines, their number and size; no array if it is too large."""
    array, rows, values = sized(lines, most_bytes)
    text = sql.SQL("select {}, count(*), coalesce(max(size), 0)::bigint{} from {}")
    # The total stands between the values of the array and those of the rows.
    return text.format(array, total[0], rows), [*values[:2], *total[1], *values[2:]]
