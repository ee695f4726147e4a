"""What a statement reads columns from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .fragments import Part
    from .selection import Field


class Related(Protocol):
    """A table that is embedded in the rows of a source."""

    def exists(self) -> Part:
        """The condition that a row of it belongs to the row of the source."""

    def value_of(self, wanted: Field) -> Part:
        """A column of the one row of it. Raises Problem PGRST118 if there may be several."""


@dataclass(frozen=True, slots=True)
class Source:
    """Its name in the statement, the SQL types of its columns, and the tables that are embedded in it, by name."""

    alias: str
    types: Mapping[str, str]
    related: Mapping[str, Related] = field(default_factory=dict)
