"""What a statement reads columns from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from psycopg import sql

from .selection import Field

Text = tuple[sql.SQL | sql.Composed, list[Any]]
"""A piece of SQL and its values: a Part of fragments.py, which imports this module."""


class Related(Protocol):
    """A table that is embedded in the rows of a source."""

    def exists(self) -> Text:
        """The condition that a row of it belongs to the row of the source."""

    def value_of(self, wanted: Field) -> Text:
        """A column of the one row of it. Raises Problem PGRST118 if there may be several."""


@dataclass(frozen=True, slots=True)
class Source:
    """Its name in the statement, the SQL types of its columns, and the tables that are embedded in it, by name."""

    alias: str
    types: Mapping[str, str]
    related: Mapping[str, Related] = field(default_factory=dict)
