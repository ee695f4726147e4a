"""`/rows/{table or view}`: reading and writing, as far as somebody is granted it."""

from __future__ import annotations

from typing import Any

from . import values
from .components import (
    ANYONE,
    ARRAY,
    BODY,
    JSON,
    OBJECT,
    PERSON,
    ROWS,
    Response,
    answer,
    parameter,
    responses,
    schema,
)
from .described import Column, Relation
from .values import Schema

Operation = dict[str, Any]


def schemas(table: Relation) -> dict[str, Schema]:
    """A row as it is read, and as it is inserted and changed."""
    told: dict[str, Schema] = {
        _title(table): {
            "type": "object",
            "description": table.comment or "",
            "properties": {c.name: values.column(c) for c in table.columns if c.reads},
        }
    }
    if table.inserts:
        told[f"{_title(table)}Insert"] = _written(
            table, [c for c in table.columns if c.inserts], needed=True
        )
    if table.updates:
        told[f"{_title(table)}Update"] = _written(table, [c for c in table.columns if c.updates])
    return told


def path(table: Relation) -> dict[str, Operation]:
    """The operations of this table or view."""
    told: dict[str, Operation] = {}
    if table.person_reads:
        told["get"] = _read(table)
        told["head"] = _count(table)
    if table.inserts:
        told["post"] = _insert(table)
    if table.updates:
        told["patch"] = _update(table)
    if table.deletes:
        told["delete"] = _delete(table)
    return told


def reading(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The parameters that choose rows and columns."""
    return [
        *filters(columns),
        chosen(columns),
        ordered(columns),
        parameter("limit"),
        parameter("offset"),
    ]


def filters(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """A query parameter for each column one may see."""
    return [
        {
            "name": column.name,
            "in": "query",
            "description": column.comment or "",
            "schema": values.filter_of(column.type),
        }
        for column in columns
        if column.reads
    ]


def chosen(columns: tuple[Column, ...]) -> dict[str, Any]:
    """`select`."""
    names = tuple(column.name for column in columns if column.reads)
    return {
        "name": "select",
        "in": "query",
        "description": "The columns to answer with; all if left out. Aliases, casts and JSON paths are understood "
        "too (docs/rows.md), and then the rows are of that shape instead.",
        "schema": {"type": "string", "pattern": values.names(names)},
        "example": ",".join(names[:2]),
    }


def ordered(columns: tuple[Column, ...]) -> dict[str, Any]:
    """`order`."""
    names = tuple(c.name for c in columns if c.reads and c.type != "json")
    pattern = values.names(names, followed_by=r"(\.(asc|desc))?(\.(nullsfirst|nullslast))?")
    return {
        "name": "order",
        "in": "query",
        "description": "What to sort by, each perhaps with `.desc` and `.nullslast`.",
        "schema": {"type": "string", "pattern": pattern},
        "example": f"{names[0]}.desc",
    }


def rows(title: str) -> dict[str, Schema]:
    """Rows of this schema as an array, or as the one object that was asked for."""
    array = {"type": "array", "items": schema(title)}
    return {JSON: array, ARRAY: array, OBJECT: schema(title)}


def read_well(title: str) -> dict[int, Response]:
    """All the rows there are, or a part of them."""
    headers = ("Content-Range", "Preference-Applied")
    return {
        200: answer("The rows.", rows(title), headers),
        206: answer("A part of the rows, where the count was asked.", rows(title), headers),
    }


def _title(table: Relation) -> str:
    return "".join(word.title() for word in table.name.split("_"))


def _written(table: Relation, columns: list[Column], *, needed: bool = False) -> Schema:
    told: Schema = {
        "type": "object",
        "properties": {c.name: values.column(c, written=True) for c in columns},
        "additionalProperties": False,
    }
    required = [column.name for column in columns if column.required]
    return told | {"required": required} if needed and required else told


def _common(
    table: Relation, name: str, summary: str, parameters: list[dict[str, Any]]
) -> Operation:
    return {
        "operationId": f"{name}_{table.name}",
        "tags": [table.name],
        "summary": summary,
        "parameters": parameters,
    }


def _read(table: Relation) -> Operation:
    return {
        **_common(
            table,
            "read",
            f"Read {table.name}",
            [*reading(table.columns), parameter("PreferReading")],
        ),
        "description": table.comment or "",
        "security": ANYONE if table.anyone_reads else PERSON,
        "responses": responses(read_well(_title(table)), (*ROWS, *_denied(table), 416)),
    }


def _count(table: Relation) -> Operation:
    headers = ("Content-Range", "Preference-Applied")
    every = responses(read_well(_title(table)), (*ROWS, *_denied(table), 416))
    bare = {status: {"description": "As of GET, without the body."} for status in every}
    for status in ("200", "206"):
        bare[status] = answer(bare[status]["description"], {}, headers)
    return {
        **_common(
            table,
            "count",
            f"Count {table.name}",
            [*filters(table.columns), parameter("PreferReading")],
        ),
        "security": ANYONE if table.anyone_reads else PERSON,
        "responses": bare,
    }


def _insert(table: Relation) -> Operation:
    title = _title(table)
    inserted = schema(f"{title}Insert")
    names = tuple(column.name for column in table.columns if column.inserts)
    picked = {"type": "string", "pattern": values.names(names)}
    well = {
        201: answer(
            "Written. The rows come back with `Prefer: return=representation`.",
            rows(title),
            ("Content-Range", "Preference-Applied", "Location"),
        )
    }
    parameters = [
        chosen(table.columns),
        {
            "name": "columns",
            "in": "query",
            "description": "Take only these keys of each object; a missing one is null.",
            "schema": picked,
        },
        parameter("PreferInserting"),
    ]
    if table.key:
        parameters.append(
            {
                "name": "on_conflict",
                "in": "query",
                "description": "What tells that a row is there already; the primary key if left out.",
                "schema": {"const": ",".join(table.key)},
            }
        )
    return {
        **_common(table, "insert", f"Insert into {table.name}", parameters),
        "security": PERSON,
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": {"oneOf": [inserted, {"type": "array", "items": inserted}]}}
            },
        },
        "responses": responses(well, (*ROWS, *BODY, 403, 404, 409)),
    }


def _update(table: Relation) -> Operation:
    title = _title(table)
    return {
        **_common(table, "update", f"Change {table.name}", _choosing(table)),
        "description": "The rows that the filters choose. At least one filter has to be there.",
        "security": PERSON,
        "requestBody": {"required": True, "content": {JSON: {"schema": schema(f"{title}Update")}}},
        "responses": responses(_written_well(title), (*ROWS, *BODY, 403, 404, 409)),
    }


def _delete(table: Relation) -> Operation:
    return {
        **_common(table, "delete", f"Delete rows of {table.name}", _choosing(table)),
        "description": "The rows that the filters choose. At least one filter has to be there.",
        "security": PERSON,
        "responses": responses(_written_well(_title(table)), (*ROWS, 403, 404, 409)),
    }


def _choosing(table: Relation) -> list[dict[str, Any]]:
    return [*filters(table.columns), chosen(table.columns), parameter("PreferChanging")]


def _written_well(title: str) -> dict[int, Response]:
    headers = ("Content-Range", "Preference-Applied")
    return {
        200: answer("Done; these are the rows.", rows(title), headers),
        204: answer("Done, however many rows it were.", {}, headers),
    }


def _denied(table: Relation) -> tuple[int, ...]:
    return () if table.anyone_reads else (403,)
