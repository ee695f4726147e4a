"""The functions of the schema that clients may call, from PostgreSQL's catalogs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

if TYPE_CHECKING:
    from ..postgres.roles import Connection


@dataclass(frozen=True, slots=True)
class Function:
    """A function. `arguments` maps its parameters, in order, to their SQL types, `columns` those of a row that it returns.

    The last `defaults` arguments have a default, and the one named `variadic` is an array of values. `type` is the SQL type that
    it returns, `relation` the table or view whose row that is. `anyone_calls`: anonymous users may call it, too.
    """

    name: str
    comment: str | None
    is_volatile: bool
    returns_set: bool
    returns_nothing: bool
    returns_rows: bool
    type: str
    relation: str | None
    arguments: Mapping[str, str]
    variadic: str | None
    defaults: int
    columns: Mapping[str, str]
    anyone_calls: bool

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments without a default; all of a variadic function, which PostgreSQL does not find by name with fewer."""
        names = tuple(self.arguments)
        return names if self.variadic else names[: len(names) - self.defaults]

    def takes(self, given: frozenset[str]) -> bool:
        """Whether it can be called with exactly these named arguments."""
        return given.issuperset(self.required) and given.issubset(self.arguments)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A function, table or view that is not served over HTTP, and the reason as a clause: `it is a procedure`."""

    name: str
    signature: str
    reason: str


async def read(connection: Connection) -> tuple[list[Function], list[LeftOut]]:
    """All functions that clients may execute, ordered by name. Raises psycopg errors."""
    served: list[Function] = []
    left_out: list[LeftOut] = []
    text = files(__package__).joinpath("functions.sql").read_text("utf-8")
    async with connection.cursor(row_factory=dict_row) as cursor:
        async for row in await cursor.execute(text):  # our own file, not a client's text
            if row["left_out"] is None:
                served.append(_function(row))
            else:
                left_out.append(LeftOut(row["name"], row["signature"], row["left_out"]))
    return served, left_out


def _function(row: dict[str, Any]) -> Function:
    return Function(
        name=row["name"],
        comment=row["comment"],
        is_volatile=row["is_volatile"],
        returns_set=row["returns_set"],
        returns_nothing=row["returns_nothing"],
        returns_rows=row["returns_rows"],
        type=row["type"],
        relation=row["relation"],
        arguments=dict(zip(row["arguments"], row["types"], strict=True)),
        variadic=row["variadic"],
        defaults=row["defaults"],
        columns=dict(zip(row["columns"], row["column_types"], strict=True)),
        anyone_calls=row["anyone_calls"],
    )
