"""No query string, body, header, cursor or path causes an error of the relay: it answers, or refuses with a problem."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomtone.problem import Problem
from roomtone.rows.query import parse
from roomtone.types import Cursor

from .examples import examples
from .populated import PopulatedRelay, client
from .strategies import ROWS, bodies, cursors, headers, latin, queries, quoted, text


@examples(900)
@given(query=queries, argument=st.frozensets(text, max_size=2))
def test_a_query_string_is_parsed_or_refused(query: str, argument: frozenset[str]) -> None:
    with contextlib.suppress(Problem):
        parse(query.encode(), arguments=argument)


@examples(300)
@given(written=cursors)
def test_a_cursor_is_read_as_it_is_written_or_not_at_all(written: str) -> None:
    try:
        cursor = Cursor.parse(written)
    except ValueError:
        return
    assert Cursor.parse(str(cursor)) == cursor
    assert max(cursor.epoch, cursor.seq) < 2**63


@pytest.mark.parametrize("username", [None, "anna"], ids=["an anonymous user", "a user"])
def test_reading_rows(populated: PopulatedRelay, username: str | None) -> None:
    with client(populated, username) as sender:

        @examples(240)
        @given(place=st.sampled_from(ROWS), query=queries, more=headers)
        def ask(place: str, query: str, more: dict[str, str]) -> None:
            _assert_answered(sender, "GET", f"/rows/{place}?{query}", more)

        ask()


def test_writing_rows(populated: PopulatedRelay) -> None:
    with client(populated, "anna") as sender:

        @examples(280)
        @given(
            method=st.sampled_from(["POST", "POST", "PATCH", "DELETE"]),
            place=st.sampled_from(
                [*ROWS, "rpc/join_room", "rpc/leave_room", "clubs", "followers", "bans"]
            ),
            query=queries | st.just("id=gt.0") | st.just("room_id=gt.0"),
            body=bodies,
            more=headers,
        )
        def ask(method: str, place: str, query: str, body: Any, more: dict[str, str]) -> None:
            _assert_answered(sender, method, f"/rows/{place}?{query}", more, _json(body))

        ask()


def test_signing_in_with_any_body(populated: PopulatedRelay) -> None:
    with client(populated, None) as sender:

        @examples(120)
        @given(body=bodies.map(_json) | st.binary(max_size=60), more=headers)
        def ask(body: bytes, more: dict[str, str]) -> None:
            _assert_answered(sender, "POST", "/session", more, body)

        ask()


def test_polling_the_log_with_any_cursor_and_session(populated: PopulatedRelay) -> None:
    peers = st.sampled_from(populated.known["peer_id"]) | text
    rooms = st.sampled_from(
        [*map(str, populated.known["room_id"]), "0", "9" * 19, "9" * 5000, "-1", "x"]
    )
    with client(populated, "anna") as sender:

        @examples(200)
        @given(
            room=rooms,
            query=st.fixed_dictionaries(
                {},
                optional={
                    "after": cursors,
                    "peer_id": peers,
                    "wait": st.sampled_from(["0", "0.001", "nan", "inf", "-0", "1e-400"]) | text,
                    "last_event_id": cursors,
                },
            ),
            last=st.none() | latin,
        )
        def ask(room: str, query: dict[str, str], last: str | None) -> None:
            if query.get("wait", "0")[:1] in "123456789":
                del query["wait"]  # a long poll waits; test_interleavings.py follows streams
            asked = "&".join(f"{key}={quoted(value)}" for key, value in query.items())
            more = {"Accept": "application/json"} | (
                {} if last is None else {"Last-Event-ID": last}
            )
            _assert_answered(sender, "GET", f"/rooms/{room}/events?{asked}", more)

        ask()


@pytest.mark.parametrize("where", ["/hallway/events", "/rooms/{}/events"])
def test_streams_begin_with_any_cursor(populated: PopulatedRelay, where: str) -> None:
    with client(populated, "anna") as sender:

        @examples(50)
        @given(cursor=cursors, last=latin, room=st.sampled_from(populated.known["room_id"]))
        def ask(cursor: str, last: str, room: int) -> None:
            path = f"{where.format(room)}?last_event_id={quoted(cursor)}"
            sent = _raw({"Last-Event-ID": last} if last.strip() else {})
            with sender.stream("GET", path, headers=sent) as stream:
                assert stream.status_code == 200
                assert next(stream.iter_lines()) == "retry: 1000"

        ask()


def _assert_answered(
    sender: httpx.Client, method: str, path: str, more: dict[str, str], body: bytes | None = None
) -> None:
    """The relay answers below 500, and a refusal is a problem document."""
    sent = _raw({"Content-Type": "application/json"} | more if body is not None else more)
    answer = sender.request(method, path, headers=sent, content=body)
    assert answer.status_code < 500, f"{method} {path} {more} {body!r}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (
            f"{method} {path} {more}"
        )
        assert answer.json()["status"] == answer.status_code


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.strip().encode("latin-1")) for name, value in headers.items()]


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
