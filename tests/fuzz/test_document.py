"""The relay's answers match its OpenAPI document.

schemathesis makes requests from the document, valid and invalid ones, and compares each answer with it: a
documented status with its content type, headers and schema, and never 5xx. Half of the ids in the requests
come from the database, so that requests also find rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup

from ..patience import PATIENCE
from .examples import TIMES, examples
from .populated import PopulatedRelay

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ABOUT_CONTENT = {content_type_conformance, response_schema_conformance}
STREAMS = {"/hallway/events", "/rooms/{room_id}/events"}
"""A stream never ends by itself, so it cannot be compared with a schema. This test polls the logs;
test_interleavings.py follows streams."""

KINDS = ["application/json"] * 3 + [
    "application/vnd.pgrst.object+json",
    "application/vnd.pgrst.array+json;nulls=stripped",
    "*/*",
    "application/sdp",
    "text/csv",
]
WHO = [None, "anna", "anna"]
"""An anonymous user (or a token that schemathesis invents), and a user who is signed in."""

FEWEST = 2
"""Examples of each operation at least; `ROOMTONE_FUZZ=20` multiplies them."""

FILTERS = 4
"""Columns of each operation by which its requests choose rows, at most; `ROOMTONE_FUZZ=20` takes all. To invent conditions for thirty
columns takes long, and no row meets a dozen of them. test_every_check.py tries all columns of a table."""


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def sdp(_context: Any, value: Any) -> bytes:
    """Session descriptions are text, and are sent unchanged."""
    return str(value).encode("utf-8", "replace")


ENDS_THE_SESSION = {("DELETE", "/session"), ("POST", "/rows/rpc/sign_out")}


@pytest.fixture
def document(populated: PopulatedRelay) -> dict[str, Any]:
    _tokens.clear()  # requests of another test may have ended these sessions
    with populated.relay.client() as anonymous:
        answer = anonymous.get("/openapi.json")
    document: dict[str, Any] = answer.json()
    if TIMES == 1:
        _leave_few_filters(document)
    return document


def _leave_few_filters(document: dict[str, Any]) -> None:
    """Other columns in each operation, so that GET, HEAD, PATCH and DELETE of a table together have most of them."""
    operations = [each for path in document["paths"].values() for each in path.values()]
    for number, operation in enumerate(operations):
        parameters = operation.get("parameters", [])
        filters = [each for each in parameters if _is_filter(each)]
        step = max(1, -(-len(filters) // FILTERS))
        chosen = filters[number % step :: step]
        operation["parameters"] = [
            each for each in parameters if each in chosen or not _is_filter(each)
        ]


def _is_filter(parameter: dict[str, Any]) -> bool:
    return bool(parameter.get("schema", {}).get("$ref", "").endswith("Filter"))


@pytest.mark.parametrize(
    ("mode", "in_all"),
    [(GenerationMode.POSITIVE, 400), (GenerationMode.NEGATIVE, 160)],
    ids=["valid requests", "invalid requests"],
)
def test_every_answer_is_documented(
    populated: PopulatedRelay, document: dict[str, Any], mode: GenerationMode, in_all: int
) -> None:
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    failures: list[str] = []

    def ask(
        session: requests.Session, path: str, case: Any, who: str | None, kind: str, seed: int
    ) -> None:
        nonlocal tried
        tried += 1
        case.headers["Accept"] = "application/json" if path in STREAMS else kind
        if who is not None:
            case.headers["Authorization"] = f"Bearer {_token(populated, who, case)}"
        _insert_known_values(case, populated.known, random.Random(seed))
        answer = case.call(base_url=populated.relay.url, session=session, timeout=PATIENCE)
        try:
            case.validate_response(answer, checks=_checks(answer))
        except FailureGroup as failure:
            failures.append(
                str(failure)
            )  # raising would shrink the example on a relay whose rows have changed

    with requests.Session() as session:
        session.headers.clear()  # they would override those of a case
        operations = list(_operations(schema, mode))
        many = max(FEWEST, in_all // len(operations))
        for operation in operations:
            populated.repopulate()
            cases = operation.as_strategy(generation_mode=mode)
            asked = partial(ask, session, operation.path)
            _each(asked, many, cases)
    assert not failures, f"{len(failures)} of {tried}:\n\n" + "\n\n".join(failures[:5])
    print(f"{tried} requests, {many} for each of {len(operations)} operations")


def _each(
    ask: Callable[[Any, str | None, str, int], None], many: int, cases: st.SearchStrategy[Any]
) -> None:
    @examples(many)
    @hypothesis.given(
        case=cases,
        who=st.sampled_from(WHO),
        kind=st.sampled_from(KINDS),
        seed=st.integers(0, 2**16),
    )
    def once(case: Any, who: str | None, kind: str, seed: int) -> None:
        ask(case, who, kind, seed)

    once()


def _operations(schema: Any, mode: GenerationMode) -> Iterator[Any]:
    """Those that take nothing, or only headers, which no text makes invalid, get valid requests only.

    To make requests takes most of the time, so of two methods that take the same, such as GET and HEAD of a table, one gets
    the valid ones and the other one the invalid ones.
    """
    include_constant = mode is GenerationMode.POSITIVE
    every = [found.ok() for found in schema.get_all_operations()]
    known = {(operation.method, operation.path) for operation in every}
    for operation in every:
        pair = {"get", "post" if "/rpc/" in operation.path else "head"}
        is_one_of_two = operation.method in pair and {(m, operation.path) for m in pair} <= known
        if TIMES == 1 and is_one_of_two and (operation.method == "get") is not include_constant:
            continue
        definition = operation.definition.raw
        parameters = [
            each for each in definition.get("parameters", ()) if each.get("in") != "header"
        ]
        if include_constant or parameters or "requestBody" in definition:
            yield operation


def _checks(answer: Any) -> list[Any]:
    # A header decides whether rows are returned, and OpenAPI cannot describe an answer without a body beside one with.
    posted = answer.request.method == "POST" and answer.status_code in {200, 201}
    if posted and not answer.content:
        return [check for check in CHECKS if check not in ABOUT_CONTENT]
    return CHECKS


_tokens: dict[str, str] = {}


def _token(populated: PopulatedRelay, username: str, case: Any) -> str:
    if (case.method, case.path) in ENDS_THE_SESSION:
        return populated.relay.token(username)
    key = f"{populated.relay.url} {username}"
    if key not in _tokens:
        _tokens[key] = populated.relay.token(username)
    return _tokens[key]


def _insert_known_values(case: Any, known: dict[str, list[Any]], chance: random.Random) -> None:
    """Replace half of the values whose names are in `known`."""

    def put(into: dict[str, Any], write: Any) -> None:
        for name in into:
            if name in known and chance.random() < 0.5:
                into[name] = write(chance.choice(known[name]))

    if isinstance(case.path_parameters, dict):
        put(case.path_parameters, lambda value: value)
    if isinstance(case.query, dict):
        is_rows = case.path.startswith("/rows/") and "/rpc/" not in case.path
        put(case.query, lambda value: f"eq.{value}" if is_rows else value)
        case.query.pop("wait", None)  # a long poll would wait for events that never come
    for body in case.body if isinstance(case.body, list) else [case.body]:
        if isinstance(body, dict):
            put(body, lambda value: value)
