"""One operation of the document for all functions of one name: PostgREST's conventions choose by the names of the arguments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

Operation = dict[str, Any]


def merged(operations: Sequence[Operation]) -> Operation:
    """What any of these operations, of functions of one name by one method, takes and answers."""
    return reduce(_both, operations)


def _both(one: Operation, other: Operation) -> Operation:
    both = one | {
        "description": "\n\n".join(dict.fromkeys([one["description"], other["description"]])),
        "security": max(one["security"], other["security"], key=len),
        "parameters": _parameters(one["parameters"], other["parameters"]),
        "responses": one["responses"] | other["responses"],
    }
    for status in one["responses"].keys() & other["responses"].keys():
        both["responses"][status] = _content(one["responses"][status], other["responses"][status])
    if "requestBody" in one:
        bodies = one["requestBody"], other["requestBody"]
        both["requestBody"] = _content(*bodies)
        both["requestBody"]["required"] = all(body["required"] for body in bodies)
    return both


def _parameters(one: list[Operation], other: list[Operation]) -> list[Operation]:
    """Each once. An argument is required if all of them require it."""
    ones, others = ({_name(each): each for each in every} for every in (one, other))
    found = ones | others
    for name, known in found.items():
        if "$ref" in known:
            continue
        given = [each[name] for each in (ones, others) if name in each]
        required = len(given) == 2 and all(each.get("required", False) for each in given)
        shape = reduce(_any, (each["schema"] for each in given))
        found[name] = known | {"required": required, "schema": shape}
    return list(found.values())


def _name(parameter: Operation) -> str:
    return str(parameter.get("$ref") or parameter["name"])


def _content(one: Operation, other: Operation) -> Operation:
    """A body or a response with what either has."""
    if "content" not in one or "content" not in other:
        return one | other
    contents = one["content"] | other["content"]
    for kind in one["content"].keys() & other["content"].keys():
        shapes = (each["content"][kind]["schema"] for each in (one, other))
        contents[kind] = {"schema": _any(*shapes)}
    return one | other | {"content": contents}


def _any(one: Operation, other: Operation) -> Operation:
    every = [*_choices(one), *_choices(other)]
    different = [shape for place, shape in enumerate(every) if shape not in every[:place]]
    return different[0] if len(different) == 1 else {"anyOf": different}


def _choices(shape: Operation) -> list[Operation]:
    return shape["anyOf"] if shape.keys() == {"anyOf"} else [shape]
