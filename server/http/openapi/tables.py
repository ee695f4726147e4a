"""`/rows/{table or view}`: reading and writing, as far as the database grants it."""

from __future__ import annotations

import re
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
    shapes: dict[str, Schema] = {
        title(table): {
            "type": "object",
            "description": table.comment or "",
            "properties": {c.name: values.column(c) for c in table.columns if c.reads},
        }
    }
    if table.inserts:
        shapes[f"{title(table)}Insert"] = _written(
            table, [c for c in table.columns if c.inserts], needed=True
        )
    if table.updates:
        shapes[f"{title(table)}Update"] = _written(table, [c for c in table.columns if c.updates])
    return shapes


def path(table: Relation) -> dict[str, Operation]:
    """The operations of this table or view."""
    operations: dict[str, Operation] = {}
    if table.person_reads:
        operations["get"] = _read(table)
        operations["head"] = _count(table)
    if table.inserts:
        operations["post"] = _insert(table)
    if table.updates:
        operations["patch"] = _update(table)
    if table.deletes:
        operations["delete"] = _delete(table)
    return operations


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
    """A query parameter for each readable column."""
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
        "description": "The columns of the answer; all if left out. Aliases, casts, JSON paths and tables embedded by "
        "their foreign keys are allowed, too (docs/rows.md); they change the shape of the rows.",
        "schema": {"type": "string", "pattern": values.names(names, empty=True)},
        "example": ",".join(names[:2]),
    }


def ordered(columns: tuple[Column, ...]) -> dict[str, Any]:
    """`order`."""
    names = tuple(c.name for c in columns if c.reads and c.type != "json")
    direction = r"(\.(asc|desc))?(\.(nullsfirst|nullslast))?"
    pattern = values.names(names, followed_by=direction, empty=True)
    return {
        "name": "order",
        "in": "query",
        "description": "The columns to sort by, each optionally with `.desc` and `.nullslast`.",
        "schema": {"type": "string", "pattern": pattern},
        **({"example": f"{names[0]}.desc"} if names else {}),
    }


def rows(title: str) -> dict[str, Schema]:
    """Rows of this schema: an array, or one object if the request asks for it."""
    array = {"type": "array", "items": schema(title)}
    return {JSON: array, ARRAY: array, OBJECT: schema(title)}


def read_successes(title: str) -> dict[int, Response]:
    """All rows, or a part of them."""
    headers = ("Content-Range", "Preference-Applied")
    return {
        200: answer("The rows.", rows(title), headers),
        206: answer(
            "A part of the rows, if the request asked for the count.", rows(title), headers
        ),
    }


def title(table: Relation) -> str:
    """The name of its schema: letters, digits and underscores (OpenAPI 3.1.1, 4.8.7.1), different for every table."""
    if re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", table.name):
        return "".join(word.title() for word in table.name.split("_"))
    return "Table_" + re.sub("[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", table.name)


def _written(table: Relation, columns: list[Column], *, needed: bool = False) -> Schema:
    shape: Schema = {
        "type": "object",
        "properties": {c.name: values.column(c, written=True) for c in columns},
        "additionalProperties": False,
    }
    required = [column.name for column in columns if column.required]
    return shape | {"required": required} if needed and required else shape


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
        "responses": responses(read_successes(title(table)), (*ROWS, *_denied(table), 416)),
    }


def _count(table: Relation) -> Operation:
    headers = ("Content-Range", "Preference-Applied")
    every = responses(read_successes(title(table)), (*ROWS, *_denied(table), 416))
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
    name = title(table)
    inserted = schema(f"{name}Insert")
    names = tuple(column.name for column in table.columns if column.inserts)
    picked = {"type": "string", "pattern": values.names(names)}
    headers = ("Content-Range", "Preference-Applied", "Location")
    successes = {
        200: answer(
            "With `resolution=merge-duplicates`: written, no row is new.", rows(name), headers
        ),
        201: answer(
            "Written. With `Prefer: return=representation` the answer has the rows.",
            rows(name),
            headers,
        ),
    }
    parameters = [
        chosen(table.columns),
        {
            "name": "columns",
            "in": "query",
            "description": "Use only these keys of each object. A missing key is null.",
            "schema": picked,
        },
        parameter("PreferInserting"),
    ]
    if table.key:
        parameters.append(
            {
                "name": "on_conflict",
                "in": "query",
                "description": "The columns that identify an existing row; the primary key if left out.",
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
        "responses": responses(successes, (*ROWS, *BODY, 403, 404, 409)),
    }


def _update(table: Relation) -> Operation:
    name = title(table)
    return {
        **_common(table, "update", f"Change {table.name}", _choosing(table)),
        "description": "The rows that the filters choose. At least one filter is required.",
        "security": PERSON,
        "requestBody": {"required": True, "content": {JSON: {"schema": schema(f"{name}Update")}}},
        "responses": responses(_write_successes(name), (*ROWS, *BODY, 403, 404, 409)),
    }


def _delete(table: Relation) -> Operation:
    return {
        **_common(table, "delete", f"Delete rows of {table.name}", _choosing(table)),
        "description": "The rows that the filters choose. At least one filter is required.",
        "security": PERSON,
        "responses": responses(_write_successes(title(table)), (*ROWS, 403, 404, 409)),
    }


def _choosing(table: Relation) -> list[dict[str, Any]]:
    return [*filters(table.columns), chosen(table.columns), parameter("PreferChanging")]


def _write_successes(title: str) -> dict[int, Response]:
    headers = ("Content-Range", "Preference-Applied")
    return {
        200: answer("Done. The rows as they are now.", rows(title), headers),
        204: answer("Done, with any number of rows, also none.", {}, headers),
    }


def _denied(table: Relation) -> tuple[int, ...]:
    return () if table.anyone_reads else (403,)
