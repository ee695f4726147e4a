"""Where the columns of views come from, as PostgreSQL's catalog tells it.

pg_rewrite has the query of a view as text of nodes (PostgreSQL's `outfuncs.c`): its target list names for each column the
table and the number of the column that it is, or 0 if it is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final

# A brace opens or closes a node, unless it is escaped. A target is a node directly in the query, at depth 2.
_TOKEN: Final = re.compile(r"\\.|[{}]|:(resno|resorigtbl|resorigcol) (\d+)")
_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class View:
    """A view: for each table, the view's columns that are a column of that table, by that column's name."""

    name: str
    columns: Mapping[str, Mapping[str, tuple[str, ...]]]

    def shown(self, table: str, columns: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Each way in which the view has all these columns of a table."""
        own = self.columns.get(table, {})
        yield from product(*(own.get(column, ()) for column in columns))

    def key(self, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The primary keys of its tables, of those that it has all columns of."""
        whole = (
            next(self.shown(table, keys[table]), ()) for table in self.columns if keys.get(table)
        )
        return tuple(column for columns in whole for column in columns)


def views(relations: Iterable[Mapping[str, Any]]) -> list[View]:
    """The views among the rows of columns.sql."""
    by_id = {row["id"]: row for row in relations}
    found = []
    for row in by_id.values():
        if row["query"] is None:
            continue
        columns: dict[str, dict[str, tuple[str, ...]]] = {}
        for number, name in enumerate(row["columns"], 1):
            table, column = _origin(by_id, row["id"], number) or ("", "")
            known = columns.setdefault(table, {})
            known[column] = (*known.get(column, ()), name)
        found.append(View(row["name"], columns))
    return found


def _origin(
    by_id: Mapping[int, Mapping[str, Any]], relation: int, number: int
) -> tuple[str, str] | None:
    """The table, by name, and its column that this column of a relation is; None for a computed one."""
    row = by_id.get(relation)
    passed: set[int] = set()
    while row is not None and row["query"] is not None:
        if relation in passed:  # a view may be replaced by one that reads itself
            return None
        passed.add(relation)
        relation, number = origins(row["query"]).get(number, (0, 0))
        row = by_id.get(relation)  # of a view on a view, the inner one
    return None if row is None else (row["name"], row["columns"][number - 1])


@lru_cache(64)
def origins(query: str) -> dict[int, tuple[int, int]]:
    """By the number of a view's column: the oid of its table or view, and the number of that one's column."""
    found: dict[int, tuple[int, int]] = {}
    depth = number = table = 0
    for token in _TOKEN.finditer(query):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
        elif depth == _DEPTH and token[1] == "resno":
            number = int(token[2])
        elif depth == _DEPTH and token[1] == "resorigtbl":
            table = int(token[2])
        elif depth == _DEPTH and token[1] == "resorigcol" and table:
            found[number] = (table, int(token[2]))
    return found
