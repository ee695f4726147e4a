"""What schemathesis's own checks cannot know of an API of rows, for its command; test_every_check.py runs it.

Each exception is one sentence of PostgREST's conventions, and nothing else is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.mutations import OperatorKind
from schemathesis.core.parameters import ParameterLocation

REFUSED_AS_MALFORMED: Final = {
    *("PGRST100", "PGRST102", "PGRST202", "PGRST204"),
    *("22003", "22007", "22P02", "42601", "42701", "42703", "42804", "42883"),
}


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def sdp(_context: Any, value: Any) -> bytes:
    """Session descriptions are text, and are sent unchanged."""
    return str(value).encode("utf-8", "replace")


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """JSON Schema takes 7.0 for an integer, PostgreSQL does not; every other client writes it as 7."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, list):
        return [map_body(_context, each) for each in body]
    if isinstance(body, dict):
        return {key: map_body(_context, value) for key, value in body.items()}
    return body


@schemathesis.check
def well_formed_requests_are_understood(_context: Any, response: Any, case: Any) -> None:
    """A request as the document describes it is refused by a rule, if at all."""
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid and isinstance(case.body, list) and len({tuple(sorted(row)) for row in case.body}) > 1:
        return  # JSON Schema cannot say that all rows have the same keys
    if valid and response.status_code == 400 and response.content:
        problem = response.json()
        assert "rule" in problem or problem["code"] not in REFUSED_AS_MALFORMED, problem


def _except(name: str, exempt: Callable[[Any, Any], bool]) -> None:
    """Register `rows_<name>`: schemathesis's check, but for what is exempt."""
    original: Any = CHECKS.get_one(name)

    def check(context: Any, response: Any, case: Any) -> bool | None:
        return None if exempt(response, case) else original(context, response, case)

    check.__name__ = f"rows_{name}"
    schemathesis.check(check)


def _is_written_without_rows(response: Any, case: Any) -> bool:
    """`Prefer` decides whether the answer to a POST of rows has a body, which OpenAPI cannot describe."""
    wanted = "return=representation" in (case.headers or {}).get("Prefer", "")
    post = case.method == "POST" and case.path.startswith("/rows/") and not wanted
    return post and response.status_code in {200, 201} and not response.content


def _takes_it_otherwise(response: Any, case: Any) -> bool:
    """PostgreSQL makes text of any JSON, so a number is a text. It reads no value of a change when no row is chosen.

    A write that returns no rows reads no column of `select`, as in PostgREST: it is refused if it cannot be parsed.
    """
    if response.status_code >= 300 or not case.path.startswith("/rows/"):
        return False
    data = getattr(case.meta, "phase", None) and case.meta.phase.data
    changes = [data, *getattr(data, "mutations", ())]
    in_body = [each for each in changes if _is_in_body(each)]
    if in_body and case.method == "PATCH" and response.headers["content-range"][0].startswith("*"):
        return True
    if any(_is_of_another_type(each) for each in in_body):
        return True
    names = [getattr(each, "parameter", None) for each in changes]
    return case.method != "GET" and not response.content and "select" in names


def _is_in_body(change: Any) -> bool:
    return getattr(change, "parameter_location", None) is ParameterLocation.BODY


def _is_of_another_type(change: Any) -> bool:
    described = getattr(change, "description", None) or ""
    return (
        getattr(change, "operator", None) is OperatorKind.CHANGE_TYPE
        or "Incorrect type" in described
    )


load_all_checks()
_except("content_type_conformance", _is_written_without_rows)
_except("response_schema_conformance", _is_written_without_rows)
_except("negative_data_rejection", _takes_it_otherwise)
