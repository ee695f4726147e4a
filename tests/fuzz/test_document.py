"""The OpenAPI document against the relay that gave it: every answer is one that it documents.

schemathesis makes requests from the document, those it allows and those it does not, and holds each answer
to it: a documented status with its content type, headers and schema, and never 5xx. Half of the ids in
them are put in from the database, so that requests also find something.
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

from .profile import examples
from .town import Town

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ABOUT_CONTENT = {content_type_conformance, response_schema_conformance}
STREAMS = {"/hallway/events", "/rooms/{room_id}/events"}
"""A stream never ends by itself, so it is no answer to hold against a schema: the logs are polled here, and
streams are followed in test_interleavings.py."""

KINDS = ["application/json"] * 3 + [
    "application/vnd.pgrst.object+json",
    "application/vnd.pgrst.array+json;nulls=stripped",
    "*/*",
    "application/sdp",
    "text/csv",
]
WHO = [None, "anna", "anna"]
"""A visitor (or whatever token schemathesis makes up), and somebody who is signed in."""

A_FEW = 2
"""Examples of each operation at least, however many operations there are; the longer look of
`ROOMTONE_FUZZ=20` multiplies them."""


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def sdp(_context: Any, value: Any) -> bytes:
    """Session descriptions are text, and go as they are."""
    return str(value).encode("utf-8", "replace")


ENDS_THE_SESSION = {("DELETE", "/session"), ("POST", "/rows/rpc/sign_out")}


@pytest.fixture
def document(town: Town) -> dict[str, Any]:
    with town.relay.client() as visitor:
        answer = visitor.get("/openapi.json")
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.parametrize(
    ("mode", "in_all"),
    [(GenerationMode.POSITIVE, 400), (GenerationMode.NEGATIVE, 160)],
    ids=["what it allows", "what it does not"],
)
def test_every_answer_is_one_that_the_document_knows(
    town: Town, document: dict[str, Any], mode: GenerationMode, in_all: int
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
            case.headers["Authorization"] = f"Bearer {_token(town, who, case)}"
        _ground(case, town.known, random.Random(seed))
        answer = case.call(base_url=town.relay.url, session=session, timeout=20)
        try:
            case.validate_response(answer, checks=_checks(answer))
        except (
            FailureGroup
        ) as wrong:  # not raised: a relay that has changed is no place to shrink it
            failures.append(str(wrong))

    with requests.Session() as session:
        session.headers.clear()  # they would win over those of a case
        operations = list(_operations(schema, nothing_to_get_wrong=mode is GenerationMode.POSITIVE))
        many = max(A_FEW, in_all // len(operations))
        for operation in operations:
            town.repopulate()
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


def _operations(schema: Any, *, nothing_to_get_wrong: bool) -> Iterator[Any]:
    for found in schema.get_all_operations():
        operation = found.ok()
        definition = operation.definition.raw
        if nothing_to_get_wrong or definition.get("parameters") or "requestBody" in definition:
            yield operation


def _checks(answer: Any) -> list[Any]:
    # Whether the rows come back is said by a header, and OpenAPI cannot say "or nothing at all".
    if answer.status_code == 201 and not answer.content:
        return [check for check in CHECKS if check not in ABOUT_CONTENT]
    return CHECKS


_tokens: dict[str, str] = {}


def _token(town: Town, username: str, case: Any) -> str:
    if (case.method, case.path) in ENDS_THE_SESSION:
        return town.relay.token(username)
    key = f"{town.relay.url} {username}"
    if key not in _tokens:
        _tokens[key] = town.relay.token(username)
    return _tokens[key]


def _ground(case: Any, known: dict[str, list[Any]], chance: random.Random) -> None:
    """Put what is there into half of the places that name something."""

    def put(into: dict[str, Any], write: Any) -> None:
        for name in into:
            if name in known and chance.random() < 0.5:
                into[name] = write(chance.choice(known[name]))

    if isinstance(case.path_parameters, dict):
        put(case.path_parameters, lambda value: value)
    if isinstance(case.query, dict):
        is_rows = case.path.startswith("/rows/") and "/rpc/" not in case.path
        put(case.query, lambda value: f"eq.{value}" if is_rows else value)
        case.query.pop("wait", None)  # so that nobody waits for what never comes
    for body in case.body if isinstance(case.body, list) else [case.body]:
        if isinstance(body, dict):
            put(body, lambda value: value)
