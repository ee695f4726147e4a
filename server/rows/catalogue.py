"""The tables, views, columns and functions of the schema, from PostgreSQL's catalogs.

Only names and types are kept, to build statements and to refuse unknown names early. Rights are never
decided here; a role's rights matter only for the columns of `select=*`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from ..problem import Problem, refusal
from . import functions
from .functions import Function, LeftOut
from .relationships import ForeignKey, Relationship, Relationships
from .source import Source
from .view_columns import views

if TYPE_CHECKING:
    from ..postgres.pools import Database
    from ..postgres.roles import Connection

SCHEMA = "roomtone"
REFRESH_AT_MOST_EVERY_S = 2.0  # so that requests for invented tables do not cause reads without end

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A table or view. `types` maps its columns, in order, to their SQL types; `writes` are the methods that may write to it.
    `seen_by_…` are the columns that a role may read, `updated_by_…` those that it may update.

    `key` is its primary key; of a view, those of its tables that it has all columns of.
    """

    name: str
    is_view: bool
    writes: tuple[str, ...]
    types: Mapping[str, str]
    seen_by_anon: tuple[str, ...]
    seen_by_person: tuple[str, ...]
    updated_by_anon: tuple[str, ...] = ()
    updated_by_person: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def source(self) -> Source:
        """It, by its own name."""
        return Source(self.name, self.types)

    def seen_by(self, *, anonymous: bool) -> tuple[str, ...]:
        """The columns of `*`. If none is readable, all of them, so that PostgreSQL refuses."""
        seen = self.seen_by_anon if anonymous else self.seen_by_person
        return seen or tuple(self.types)

    def updated_by(self, *, anonymous: bool) -> tuple[str, ...]:
        """The columns that the user's role may update."""
        return self.updated_by_anon if anonymous else self.updated_by_person

    def type_of(self, column: str) -> str:
        """The SQL type of a column to write. Raises Problem PGRST204."""
        try:
            return self.types[column]
        except KeyError:
            raise refusal(
                "PGRST204",
                f"{self.name} has no column {column!r}",
                hint=f"Its columns are {', '.join(self.types)}.",
            ) from None


class Catalogue:
    """The schema's relations and functions. Read at start, and again when a request names an unknown one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._relations: dict[str, Relation] = {}
        self._functions: dict[str, list[Function]] = {}
        self._left_out: dict[str, LeftOut] = {}
        self._relationships = Relationships((), {}, ())
        self._read_at = float("-inf")

    async def refresh(self) -> None:
        """Read pg_catalog (PostgreSQL manual, chapter 53)."""
        self._read_at = time.monotonic()
        async with (
            self._database.relay_for_many() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            relations, left_out = await read_relations(connection)
            served, uncallable = await functions.read(connection)
            columns = await (await cursor.execute(_sql("columns.sql"))).fetchall()
            references = await (await cursor.execute(_sql("relationships.sql"))).fetchall()
            computed = {
                (row["source"], row["name"])
                async for row in await cursor.execute(_sql("computed.sql"))
            }
        every = views(columns)
        foreign_keys = _foreign_keys(references, {row["id"]: row for row in columns})
        keys = {row["name"]: _named(row, row["key"]) for row in columns}
        keys |= {view.name: view.key(keys) for view in every}
        self._relations = {
            name: replace(found, key=keys.get(name, ())) for name, found in relations.items()
        }
        served_keys = {name: found.key for name, found in self._relations.items()}
        self._relationships = Relationships(foreign_keys, served_keys, every, computed)
        self._functions = {}
        for function in served:
            self._functions.setdefault(function.name, []).append(function)
        self._leave_out([*left_out, *uncallable])

    async def relation(self, name: str) -> Relation:
        """The table or view of this name. Raises Problem PGRST205."""
        if name not in self._relations:
            await self._refresh_if_due()
        try:
            return self._relations[name]
        except KeyError:
            left_out = self._left_out.get(name)
            why = "" if left_out is None else f" that HTTP can serve: {left_out.reason}"
            raise refusal(
                "PGRST205",
                f"there is no table or view {name!r}{why}",
                hint=f"There are {', '.join(sorted(self._relations))}.",
            ) from None

    def related(self, source: str, target: str, hint: str | None) -> tuple[Relationship, Relation]:
        """How rows of `source` relate to those of a target, and the target. Raises Problem PGRST200, PGRST201."""
        relationship = self._relationships.find(source, target, hint)
        return relationship, self._relations[relationship.target]

    async def function(self, name: str, given: frozenset[str]) -> Function:
        """The function of this name that takes these arguments. Raises Problem PGRST202, PGRST203."""
        if not any(known.takes(given) for known in self._functions.get(name, ())):
            await self._refresh_if_due()
        matching = [f for f in self._functions.get(name, []) if f.takes(given)]
        if not matching:
            raise self.unknown_function(name, given)
        if len(matching) > 1:
            raise refusal("PGRST203", f"several functions match: {', '.join(map(str, matching))}")
        return matching[0]

    async def overloads(self, name: str) -> list[Function]:
        """Every function of this name. Raises Problem PGRST202."""
        if name not in self._functions:
            await self._refresh_if_due()
        known = self._functions.get(name)
        if not known:
            raise self.unknown_function(name, frozenset())
        return known

    def unknown_function(self, name: str, given: frozenset[str]) -> Problem:
        """Problem PGRST202, with the known functions as its hint."""
        known = self._functions.get(name, [])
        left_out = [each for each in self._left_out.values() if each.name == name]
        if left_out and not known:
            message = f"{name!r} cannot be called over HTTP: {left_out[0].reason}"
            hint = "Call it in psql, or from a function that can be called here."
        elif known:
            arguments = f"does not take {', '.join(sorted(given))}" if given else "needs arguments"
            message = f"{name!r} {arguments}"
            hint = f"There is {' and '.join(map(str, known))}."
        else:
            message = f"there is no function {name!r}"
            hint = f"There are {', '.join(sorted(self._functions))}."
        return refusal("PGRST202", message, hint=hint)

    def _leave_out(self, found: Iterable[LeftOut]) -> None:
        """Remember what is not served, and log each that is new."""
        before, self._left_out = self._left_out, {each.signature: each for each in found}
        for signature, each in self._left_out.items():
            if before.get(signature) != each:
                log.warning("%s is not served: %s", signature, each.reason)

    async def _refresh_if_due(self) -> None:
        if time.monotonic() - self._read_at > REFRESH_AT_MOST_EVERY_S:
            await self.refresh()


async def read_relations(connection: Connection) -> tuple[dict[str, Relation], list[LeftOut]]:
    """All tables and views that clients may read or write, by name, and those that are not served. Raises psycopg errors."""
    served: dict[str, Relation] = {}
    left_out: list[LeftOut] = []
    async with connection.cursor(row_factory=dict_row) as cursor:
        async for row in await cursor.execute(_sql("relations.sql")):
            if row["left_out"] is None:
                served[row["name"]] = _relation(row)
            else:
                left_out.append(LeftOut(row["name"], row["name"], row["left_out"]))
    return served, left_out


async def open_catalogue(database: Database) -> Catalogue:
    """The catalogue of an open database. Raises psycopg errors."""
    catalogue = Catalogue(database)
    await catalogue.refresh()
    return catalogue


@cache
def _sql(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _relation(row: dict[str, Any]) -> Relation:
    columns: list[str] = row["columns"]
    return Relation(
        name=row["name"],
        is_view=row["is_view"],
        writes=tuple(row["writes"]),
        types=dict(zip(columns, row["types"], strict=True)),
        seen_by_anon=tuple(c for c, seen in zip(columns, row["anon"], strict=True) if seen),
        seen_by_person=tuple(c for c, seen in zip(columns, row["person"], strict=True) if seen),
        updated_by_anon=tuple(row["updated_by_anon"]),
        updated_by_person=tuple(row["updated_by_person"]),
    )


def _foreign_keys(
    references: Iterable[Mapping[str, Any]], tables: Mapping[int, Mapping[str, Any]]
) -> list[ForeignKey]:
    """Those between tables of the schema, in the order of their names."""
    found = [
        ForeignKey(
            name=row["name"],
            source=source["name"],
            target=target["name"],
            source_columns=_named(source, row["source_columns"]),
            target_columns=_named(target, row["target_columns"]),
            is_unique=row["is_unique"],
        )
        for row in references
        if (source := tables.get(row["source"])) and (target := tables.get(row["target"]))
    ]
    return sorted(found, key=lambda key: (key.source, key.name))


def _named(table: Mapping[str, Any], numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(table["columns"][number - 1] for number in numbers)
