"""Whole statements on tables and views. Each answers as `answers.py` says, or, if no rows are asked for, with nothing.

PostgreSQL reads the JSON of the request: its text is one parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from psycopg import sql

from .answers import CHUNK, Page, Returning, answered, read_from
from .catalogue import Relation
from .filters import chosen
from .fragments import (
    BODY,
    Part,
    Sql,
    commas,
    identifier,
    recordset,
    relation,
)
from .query import Query

Resolution = Literal["merge-duplicates", "ignore-duplicates"]

COMPOSED: Final = 256  # texts of INSERT that are kept


@dataclass(frozen=True, slots=True)
class Change:
    """The columns that an UPDATE sets: `names` from the object `body`, JSON, and `defaults` to their defaults."""

    names: tuple[str, ...]
    defaults: tuple[str, ...]
    body: str


def read(table: Relation, query: Query, answer: Returning, page: Page, *, count: bool) -> Part:
    """SELECT; with `count`, a fourth column says how many rows there are without the limit."""
    source: Part = (relation(table.name), [])
    return read_from(source, table.source, query, answer, page, count=count)


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
        source = recordset("json_to_recordset", {name: table.type_of(name) for name in names})
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


def insert_nothing(table: Relation, answer: Returning | None) -> Part:
    """INSERT no rows: PostgreSQL decides whether the user might."""
    text = sql.SQL("insert into {} select where false").format(relation(table.name))
    return _returning(text, [], table, answer)


def update(table: Relation, change: Change, query: Query, answer: Returning | None) -> Part:
    """UPDATE the rows that the filters choose."""
    condition, values = chosen(table.source, query.filters)
    given = [
        sql.SQL("{} = {}").format(identifier(name), identifier(BODY, name)) for name in change.names
    ]
    defaults = [sql.SQL("{} = default").format(identifier(name)) for name in change.defaults]
    source: Sql = sql.SQL("")
    if given:
        types = {name: table.type_of(name) for name in change.names}
        source = sql.SQL(" from {}").format(recordset("json_to_record", types))
        values = [change.body, *values]
    text = sql.SQL("update {} set {}{} where {}").format(
        relation(table.name), commas([*given, *defaults]), source, condition
    )
    return _returning(text, values, table, answer)


def update_nothing(table: Relation, answer: Returning | None) -> Part:
    """UPDATE no columns of no rows: PostgreSQL decides whether the user might."""
    text = sql.SQL(
        "select {}, 0, 0 from (select from {} where false for update) as none right join (select) as one on true"
    )
    empty = sql.SQL("null::text" if answer is None else "'[]'")
    return text.format(empty, relation(table.name)), []


def delete(table: Relation, query: Query, answer: Returning | None) -> Part:
    """DELETE the rows that the filters choose."""
    condition, values = chosen(table.source, query.filters)
    text = sql.SQL("delete from {} where {}").format(relation(table.name), condition)
    return _returning(text, values, table, answer)


def _returning(text: Sql, values: list[Any], table: Relation, answer: Returning | None) -> Part:
    # Without RETURNING, the user needs no right to read the rows. The number of rows is then the
    # command's own.
    if answer is None:
        return text, values
    wanted, more = answer.columns(table.source)
    rows = sql.SQL("{} as ({} returning {})").format(identifier(CHUNK), text, wanted)
    return answered((rows, [*values, *more]), table.source, answer)


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
