"""The schema as PostgreSQL's catalogs describe it: relations, columns, functions, comments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ...rows import catalogue, functions
from ...rows.functions import Function

if TYPE_CHECKING:
    from ...postgres.pools import Database


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `required`: an insert must give it."""

    name: str
    type: str
    comment: str | None = None
    nullable: bool = False
    required: bool = False
    reads: bool = True
    inserts: bool = False
    updates: bool = False
    one_of: tuple[str, ...] = ()
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view, and what a signed-in person may do with it. `anyone_reads`: anonymous users, too."""

    name: str
    comment: str | None
    is_view: bool
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    anyone_reads: bool
    person_reads: bool
    inserts: bool
    updates: bool
    deletes: bool


@dataclass(frozen=True, slots=True)
class Described:
    """All relations and functions, ordered by name."""

    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]

    def table(self, type_name: str) -> Relation | None:
        """The table or view whose rows have this type."""
        name = type_name.removeprefix("roomtone.").strip('"')
        return next((table for table in self.relations if table.name == name), None)


async def read(database: Database) -> Described:
    """The present schema. Raises psycopg errors."""
    text = files(__package__).joinpath("described.sql").read_text("utf-8")
    async with database.relay() as connection:
        answer = await connection.execute(text)  # our own file, not a client's text
        row = await answer.fetchone()
        served, _ = await catalogue.read_relations(connection)
        called, _ = await functions.read(connection)
    assert row is not None
    relations = (_relation(each) for each in json.loads(row[0]) if each["name"] in served)
    return Described(tuple(relations), tuple(called))


def _relation(row: dict[str, Any]) -> Relation:
    del row["oid"]
    columns = tuple(_column(column) for column in row.pop("columns"))
    return Relation(**row | {"key": tuple(row["key"]), "columns": columns})


def _column(row: dict[str, Any]) -> Column:
    return Column(**row | {"one_of": tuple(row.get("one_of") or ())})
