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
    NOTHING,
    Part,
    Sql,
    commas,
    identifier,
    recordset,
    relation,
)
from .query import Query

Resolution = Literal["merge-duplicates", "ignore-duplicates"]

_NEW_ROWS: Final = "roomtone.new_rows"  # a setting of the transaction

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
    updates: tuple[str, ...],
    answer: Returning | None,
) -> Part:
    """INSERT the objects of a JSON array, with the keys `names` of each. Without names, all defaults.

    `updates`: the columns that the user may update. With `merge-duplicates`, `total` in the answer is the number of new rows.
    """
    # Only what is short is kept: a client may choose any columns for the answer, and repeat those of the conflict.
    short = not (answer and answer.select) and len(conflict or ()) <= len(table.types)
    compose = _insert if short else _insert.__wrapped__
    text, values = compose(table, tuple(names), conflict, resolution, updates, answer)
    return text, [body, *values] if names else [*values]


# Composing the text takes as long as all else that a relay does for a write.
@lru_cache(COMPOSED)
def _insert(
    table: Relation,
    names: tuple[str, ...],
    conflict: tuple[str, ...] | None,
    resolution: Resolution | None,
    updates: tuple[str, ...],
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
    total = NOTHING
    if resolution is not None and (key := conflict or table.key):
        # Most users may not update a key, which is equal already. PostgREST always sets it.
        changed = [name for name in names if name not in key or name in updates]
        action: Sql = sql.SQL("nothing")
        if resolution == "merge-duplicates" and changed:
            action = _updated(changed)
            text = sql.SQL("{} where {}").format(text, _new_rows("+"))
            total = sql.SQL(f", current_setting('{_NEW_ROWS}')::int"), []
        listed = commas(identifier(name) for name in key)
        text = sql.SQL("{} on conflict ({}) do {}").format(text, listed, action)
    whole, values = _returning(text, [], table, answer, total)
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


def _returning(
    text: Sql,
    values: list[Any],
    table: Relation,
    answer: Returning | None,
    total: Part = NOTHING,
) -> Part:
    # Without columns after RETURNING, the user needs no right to read the rows. Without RETURNING, the number of rows
    # is the command's own.
    if answer is None and total is NOTHING:
        return text, values
    if answer is None:
        whole = sql.SQL("with {} as ({} returning 1) select null::text, count(*), 0{} from {}")
        chunk = identifier(CHUNK)
        return whole.format(chunk, text, total[0], chunk), [*values, *total[1]]
    wanted, more = answer.columns(table.source)
    rows = sql.SQL("{} as ({} returning {})").format(identifier(CHUNK), text, wanted)
    return answered((rows, [*values, *more]), table.source, answer, total)


def _updated(names: Sequence[str]) -> Sql:
    """What ON CONFLICT does with a row that exists. It is not a new one."""
    settings = commas(
        sql.SQL("{} = excluded.{}").format(identifier(name), identifier(name)) for name in names
    )
    return sql.SQL("update set {} where {}").format(settings, _new_rows("-"))


def _new_rows(sign: Literal["+", "-"]) -> Sql:
    """A condition that is always true, and counts: PostgreSQL does not say which rows of an upsert are new."""
    return sql.SQL(
        f"set_config('{_NEW_ROWS}', (coalesce(nullif(current_setting('{_NEW_ROWS}', true), '')::int, 0)"
        f" {sign} 1)::text, true) <> ''"
    )
