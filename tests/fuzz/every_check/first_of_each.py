"""Leaves out the requests of the coverage phase that say the same again, for the usual run of test_every_check.py.

All functions, and all tables, are served by the same code, and many of them take the same parameters. schemathesis tries the
wrong values of a parameter at every operation that takes it, and there once beside each other parameter. Of these requests by one
method the first one is sent. Valid requests are all sent, but those for one value in a whole row: several functions take the same row.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from . import hooks  # noqa: F401 - registers the checks

VALUE_IN_A_ROW: Final = re.compile(r"Object with valid '(\w+)' value: Object with ")
WRONG_VALUE: Final = re.compile(r"(\w+)(?: ->|:)")

_sent: set[str] = set()


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Whether to send this one."""
    about = _about(case, case.meta.phase.data)
    if about is None:
        return True
    method = "GET" if case.method == "HEAD" else case.method
    key = json.dumps([method, _served_as(case.path), *about], sort_keys=True, default=str)
    is_first = key not in _sent
    _sent.add(key)
    return is_first


def _about(case: Any, data: CoveragePhaseData) -> list[Any] | None:
    """What is tried by this case: a parameter as the document describes it, and its value. None: by no other case."""
    is_valid = case.meta.generation.mode.is_positive
    in_a_row = VALUE_IN_A_ROW.match(data.description)
    if is_valid and in_a_row is None:
        return None
    match data.parameter_location, data.scenario:
        case _, CoverageScenario.UNSPECIFIED_HTTP_METHOD:
            # Which functions may be called by GET is decided for each.
            documented = case.operation.schema.raw_schema["paths"][case.path]
            return None if case.method in {"GET", "HEAD"} else ["method", *documented]
        case _, CoverageScenario.MISSING_PARAMETER:
            return None
        case ParameterLocation.HEADER, _ if data.parameter == "Content-Type":
            has_body = "requestBody" in case.operation.definition.raw
            return ["content type", case.headers["Content-Type"], has_body]
        case ParameterLocation.QUERY, CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES:
            return ["query", case.path]
        case ParameterLocation.QUERY, _:
            found = [
                each.definition for each in case.operation.query if each.name == data.parameter
            ]
            return [data.parameter, found, case.query.get(data.parameter)]
        case ParameterLocation.BODY, _ if isinstance(case.body, dict):
            named = in_a_row or WRONG_VALUE.match(data.description)
            name = named[1] if named else ""
            described = _arguments(case).get(name)
            return described and [name, described, case.body.get(name)]
        case ParameterLocation.BODY, CoverageScenario.INCORRECT_TYPE:
            return ["body", case.body]
    return None


def _served_as(path: str) -> str:
    return "a function" if path.startswith("/rows/rpc/") else path


def _arguments(case: Any) -> dict[str, Any]:
    """What the document says of the arguments of a function; nothing of a table, which has other columns than all others."""
    content = case.operation.definition.raw["requestBody"]["content"]
    arguments: dict[str, Any] = (
        content.get("application/json", {}).get("schema", {}).get("properties", {})
    )
    return arguments
