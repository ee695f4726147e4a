"""Tables embedded in the rows of another: each is a subquery in the row, under the same policies as a read of that table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from ..problem import refusal
from .catalogue import Catalogue
from .filters import chosen
from .fragments import Part, Sql, columns, commas, identifier, ordered, relation, sized
from .fragments import field as column
from .query import Query, Rows
from .relationships import Pairs, Relationship
from .selection import Embedded, Field, Item, Selected
from .source import Source

_ROW = "roomtone_row"
_EMBEDDED = "roomtone_embedded"


@dataclass(frozen=True, slots=True)
class Joined:
    """An embedded table in a statement, `number` of several: which of its rows belong to a row of `parent`, a name there.

    `everything` are the columns of its `*`; an answer has at most `rows_limit` of its rows for each row of the parent.
    """

    embedded: Embedded
    rows: Rows
    relationship: Relationship
    parent: str
    number: int
    types: Mapping[str, str]
    everything: tuple[str, ...]
    rows_limit: int

    @property
    def source(self) -> Source:
        """The embedded table, by a name that no other has in the statement."""
        return Source(f"{self.relationship.target}_{self.number}", self.types)

    def exists(self) -> Part:
        """The condition that the row of the parent has one of its rows in the answer."""
        text, values = self._from()
        text, values = sql.SQL("select{}").format(text), [*values]
        if self.rows.limit is not None or self.rows.offset is not None:
            text, values = sql.SQL("{} limit %s offset %s").format(text), [*values, *self._part]
        return sql.SQL("exists ({})").format(text), values

    def value_of(self, wanted: Field) -> Part:
        """A column of the one row of it. Raises Problem PGRST118 if there may be several."""
        if not self.relationship.is_to_one:
            raise refusal(
                "PGRST118",
                f"rows cannot be ordered by {self.embedded.name}, which may have several rows for each",
            )
        value, values = column(self.source, wanted)
        text, more = self._from()
        return sql.SQL("(select {}{} limit 1)").format(value, text), [*values, *more]

    def json(self, most_bytes: int) -> Part:
        """Its row, or null; or the array of its rows, null if that is larger than `most_bytes`."""
        wanted, values = columns(self.source, self.embedded.select, self.everything)
        text, more = self._from()
        order, order_values = ordered(self.source, self.rows.order)
        to_one = self.relationship.is_to_one
        row = identifier(_ROW)
        found = sql.SQL("select {}{}{} limit %s offset %s").format(wanted, text, order)
        values = [*values, *more, *order_values, *self._part]
        if to_one:
            return sql.SQL("(select row_to_json({}.*) from ({}) as {})").format(
                row, found, row
            ), values
        lines = sql.SQL("select row_to_json({}.*)::text as line from ({}) as {}").format(
            row, found, row
        )
        array, sized_rows, values = sized((lines, values), most_bytes)
        return sql.SQL("(select ({})::json from {})").format(array, sized_rows), values

    @property
    def _part(self) -> tuple[int, int]:
        """The number of its rows for a row of the parent, and of those before them."""
        most = 1 if self.relationship.is_to_one else self.rows_limit
        limit = most if self.rows.limit is None else min(most, self.rows.limit)
        return limit, self.rows.offset or 0

    def _from(self) -> Part:
        """` from … where …`: the rows that belong to the row of the parent."""
        relationship, target = self.relationship, self.source.alias
        tables = [(relationship.target, target)]
        if relationship.junction:
            between = f"{relationship.junction.table}_{self.number}"
            tables.append((relationship.junction.table, between))
            equal = [
                *_equal(between, self.parent, relationship.junction.source),
                *_equal(between, target, relationship.junction.target),
            ]
        else:
            equal = [*_equal(self.parent, target, relationship.pairs)]
        values: list[Any] = []
        if self.rows.filters:
            condition, values = chosen(self.source, self.rows.filters)
            equal.append(condition)
        listed = sql.SQL(", ").join(
            sql.SQL("{} as {}").format(relation(name), identifier(alias)) for name, alias in tables
        )
        return sql.SQL(" from {} where {}").format(listed, sql.SQL(" and ").join(equal)), values


def _equal(first: str, second: str, pairs: Pairs) -> Iterable[Sql]:
    for one, other in pairs:
        yield sql.SQL("{} = {}").format(identifier(first, one), identifier(second, other))


def needed(
    select: Sequence[Item], everything: Iterable[str], joined: Iterable[Joined]
) -> list[str]:
    """The columns of a row of the parent that the answer is made from."""
    names: dict[str, None] = {}
    for item in select:
        if isinstance(item, Selected):
            names |= dict.fromkeys(everything if item.field.column == "*" else [item.field.column])
    for each in joined:
        names |= dict.fromkeys(each.relationship.source_columns)
    return list(names)


def line(
    source: Source,
    select: Sequence[Item],
    everything: tuple[str, ...],
    joined: Mapping[str, Joined],
    most_bytes: int,
    *,
    strip_nulls: bool,
) -> Part:
    """One row as JSON text, with what is embedded in it; null if that is too large."""
    parts: list[Sql] = []
    values: list[Any] = []
    embedded: list[Sql] = []
    embedded_values: list[Any] = []
    arrays: list[Sql] = []
    for item in select:
        if isinstance(item, Selected):
            text, more = columns(source, [item], everything)
            parts.append(text)
            values += more
        elif item.select:
            each = joined[item.name]
            text, more = each.json(most_bytes)
            # Numbered, because a column of the row may have the same name.
            numbered = identifier(_EMBEDDED, str(each.number))
            embedded.append(sql.SQL("{} as {}").format(text, identifier(str(each.number))))
            embedded_values += more
            parts.append(sql.SQL("{} as {}").format(numbered, identifier(item.name)))
            if not each.relationship.is_to_one:
                arrays.append(sql.SQL("{} is not null").format(numbered))
    row = sql.SQL("row_to_json({}.*)").format(identifier(_ROW))
    if strip_nulls:
        row = sql.SQL("json_strip_nulls({})").format(row)
    complete = sql.SQL(" and ").join([sql.SQL("true"), *arrays])
    text = sql.SQL("select {}::text from (select {}) as {}").format(
        row, commas(parts), identifier(_ROW)
    )
    # Without OFFSET 0, PostgreSQL computes an array once for its size and again for the row.
    whole = sql.SQL("(select case when {} then ({}) end from (select {} offset 0) as {})").format(
        complete, text, commas(embedded), identifier(_EMBEDDED)
    )
    return whole, [*values, *embedded_values]


def joined(
    catalogue: Catalogue, source: Source, query: Query, name: str, *, anonymous: bool, limit: int
) -> dict[str, Joined]:
    """What the query embeds in the rows of the relation `name`, read from `source`. Raises Problem PGRST200, PGRST201."""
    found: dict[str, Joined] = {}
    for number, embedded in enumerate(query.embeds, 1):
        relationship, target = catalogue.related(name, embedded.target, embedded.hint)
        found[embedded.name] = Joined(
            embedded,
            query.embedded[embedded.name],
            relationship,
            source.alias,
            number,
            target.types,
            target.seen_by(anonymous=anonymous),
            limit,
        )
    return found
