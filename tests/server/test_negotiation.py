"""What clients write in Accept and If-None-Match, and what is meant by it."""

from __future__ import annotations

import pytest
from roomtone.negotiation import accepts, has_version
from starlette.datastructures import Headers

from ..running import RunningRelay

pytestmark = pytest.mark.shares_a_relay


@pytest.mark.parametrize(
    ("accept", "takes_it"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*", True),
        ("Application/SDP", True),
        ("text/html, application/sdp;q=0.1", True),
        ("text/html", False),
        ("application/sdp;q=0", False),
        ("application/sdp;q=0, */*", False),  # the most exact range decides
        ("*/*;q=0, application/sdp", True),
        ("application/sdpfrag", False),
    ],
)
def test_the_most_exact_range_says_whether_a_type_is_accepted(
    accept: str | None, takes_it: bool
) -> None:
    headers = Headers({} if accept is None else {"Accept": accept})
    assert accepts(headers, "application/sdp") is takes_it


@pytest.mark.parametrize(
    ("known", "has_it"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ('"ab"', False),
        ("", False),
    ],
)
def test_a_client_names_the_versions_that_it_has(known: str, has_it: bool) -> None:
    assert has_version(Headers({"If-None-Match": known}), '"a"') is has_it


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        ("*/*", "text/event-stream; charset=utf-8"),
        ("text/event-stream", "text/event-stream; charset=utf-8"),
        ("text/event-stream, application/json;q=0.5", "text/event-stream; charset=utf-8"),
        ("application/json;q=0, */*", "text/event-stream; charset=utf-8"),
        ("application/json-seq, */*", "text/event-stream; charset=utf-8"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/event-stream;q=0.1, application/json", "application/json"),
        ("application/json, text/event-stream", "application/json"),
    ],
)
def test_polls_are_of_clients_that_name_json(relay: RunningRelay, accept: str, answer: str) -> None:
    with relay.client() as client:
        opened = client.head("/hallway/events", headers={"Accept": accept})
    assert opened.headers["content-type"] == answer
