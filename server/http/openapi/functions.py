"""`/rows/rpc/{function}`: calling functions, by POST, and by GET those that change nothing."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import quote

from ...rows.functions import Function
from . import tables, values
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
from .described import Column, Described, Relation
from .overloads import merged
from .values import Schema

Operation = dict[str, Any]


def paths(described: Described) -> dict[str, dict[str, Operation]]:
    """The path of each name of a function, for all functions of that name."""
    found: dict[str, dict[str, Operation]] = {}
    for name, overloads in groupby(described.functions, key=lambda function: function.name):
        every = [_path(function, described) for function in overloads]
        methods = [method for method in ("get", "post") if any(method in each for each in every)]
        found[f"/rows/rpc/{quote(name)}"] = {
            method: merged([each[method] for each in every if method in each]) for method in methods
        }
    return found


def _path(function: Function, described: Described) -> dict[str, Operation]:
    successes = _successes(function, described)
    refused = (*ROWS, 403, 404, *(() if function.is_volatile else (416,)))
    common: Operation = {
        "tags": ["functions"],
        "summary": function.name.replace("_", " ").capitalize(),
        "description": function.comment or "",
        "security": ANYONE if function.anyone_calls else PERSON,
    }
    operations: dict[str, Operation] = {}
    if not function.is_volatile:
        operations["get"] = {
            **common,
            "operationId": f"ask_{function.name}",
            "parameters": [
                *(_argument(function, name, described) for name in function.arguments),
                *_rows_parameters(function, described),
            ],
            "responses": responses(successes, (*refused, 405)),
        }
    operations["post"] = {
        **common,
        "operationId": f"call_{function.name}",
        "parameters": _rows_parameters(function, described),
        "requestBody": {
            "required": bool(function.required),
            "content": {JSON: {"schema": _arguments(function, described)}},
        },
        "responses": responses(successes, (*refused, *BODY, 409)),
    }
    return operations


def _rows_parameters(function: Function, described: Described) -> list[dict[str, Any]]:
    if not (function.returns_set and function.returns_rows):
        return []
    return [*tables.reading(_columns(function, described)), parameter("PreferReading")]


def _columns(function: Function, described: Described) -> tuple[Column, ...]:
    """The columns of the rows that it returns; those of a table or view are described there."""
    for table in described.relations:
        if table.name == function.relation:
            return table.columns
    return tuple(Column(name, kind, nullable=True) for name, kind in function.columns.items())


def _argument(function: Function, name: str, described: Described) -> dict[str, Any]:
    kind = function.arguments[name]
    if name == function.variadic:  # each time that it is given is one element
        shape: Schema = {"type": "array", "items": values.texts(kind.removesuffix("[]"))}
    else:
        shape = _row_text(kind, described) or values.texts(kind)
    return {"name": name, "in": "query", "required": name in function.required, "schema": shape}


def _row_text(kind: str, described: Described) -> Schema | None:
    """How a row is written in a query string (PostgreSQL manual, 8.16.6): one of nulls. None for a type that is no row."""
    table = described.table(kind)
    return None if table is None else {"const": f"({',' * (len(table.columns) - 1)})"}


def _argument_value(kind: str, described: Described) -> Schema:
    table = described.table(kind)
    return values.or_null(values.argument(kind) if table is None else _row(table))


def _row(table: Relation) -> Schema:
    """A row as an argument: PostgreSQL checks the types of its columns, and no constraint of its table."""
    return {
        "type": "object",
        "description": f"A row of {table.name}. Columns that are missing are null.",
        "properties": {
            each.name: values.or_null(values.value(each.type)) for each in table.columns
        },
    }


def _arguments(function: Function, described: Described) -> Schema:
    shape: Schema = {
        "type": "object",
        "properties": {
            name: _argument_value(kind, described) for name, kind in function.arguments.items()
        },
        "additionalProperties": False,
    }
    required = [*function.required]
    return shape | {"required": required} if required else shape


def _successes(function: Function, described: Described) -> dict[int, Response]:
    if function.returns_nothing:
        return {204: answer("Done.", {})}
    one = _one(function, described)
    if function.returns_set and function.returns_rows:
        array = {"type": "array", "items": one}
        shape = {JSON: array, ARRAY: array, OBJECT: one}
        headers = ("Content-Range", "Preference-Applied")
        return {
            200: answer("The rows.", shape, headers),
            206: answer("A part of them.", shape, headers),
        }
    if function.returns_set:
        one = {"type": "array", "items": one}
    return {200: answer("What it returns.", {JSON: one, ARRAY: one, OBJECT: one})}


def _one(function: Function, described: Described) -> Schema:
    """One row or value that it returns; any part of it may be null."""
    if function.name == "room_snapshot":
        return schema("Snapshot")
    if function.name == "room_log":
        return schema("Log")
    if not function.returns_rows:
        return values.or_null(values.value(function.type))
    columns = _columns(function, described)
    properties = {column.name: values.or_null(values.column(column)) for column in columns}
    return values.or_null({"type": "object", "properties": properties})
