"""Operations, their parameters and answers, for the paths that are written by hand."""

from __future__ import annotations

from typing import Any

from .components import JSON, Response, answer, responses
from .values import Schema

Operation = dict[str, Any]


def operation(
    name: str,
    tag: str,
    summary: str,
    successes: dict[int, Response],
    refused: tuple[int, ...],
    **more: Any,
) -> Operation:
    """An operation with these answers and refusals; `more` is the rest of it."""
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": responses(successes, refused),
    }


def json_object(description: str, **properties: Schema) -> Response:
    """An answer that is this JSON object; all properties are always there."""
    shape = {"type": "object", "required": [*properties], "properties": properties}
    return answer(description, {JSON: shape})


def parameter(
    name: str, description: str, shape: Schema, *, where: str = "query"
) -> dict[str, Any]:
    """A parameter that may be left out."""
    return {"name": name, "in": where, "description": description, "schema": shape}


def body(shape: Schema, example: Any, kind: str = JSON) -> dict[str, Any]:
    """A body that must be sent, with an example."""
    return {"required": True, "content": {kind: {"schema": shape, "example": example}}}
