"""No query string, body, header, cursor or path breaks the relay: it answers, or says what is wrong."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomtone.problem import Problem
from roomtone.rows.query import parse
from roomtone.types import Cursor

from .profile import examples
from .town import Town, client

ROWS = ["rooms", "participants", "users", "signals", "hallway", "rpc/hallway_rows", "rpc/room_log"]
PIECES = [
    *'().,:*!"\\{}%&=-> \t\0',
    *("->", "->>", "::", "...", "%00", "%ff", "%", "null", "true", "7", "-1", "9" * 30, "1e999"),
    *(
        "select",
        "order",
        "limit",
        "offset",
        "columns",
        "on_conflict",
        "or",
        "and",
        "not",
        "any",
        "all",
    ),
    *(
        "eq",
        "neq",
        "gt",
        "lt",
        "like",
        "imatch",
        "in",
        "is",
        "isdistinct",
        "cs",
        "cd",
        "ov",
        "sl",
        "adj",
        "fts",
    ),
    *(
        "id",
        "name",
        "muted",
        "peer_id",
        "created_at",
        "people",
        "body",
        "int4",
        "jsonb",
        "desc",
        "nullslast",
    ),
    *(
        "rooms",
        "room_id",
        "epoch",
        "after",
        "\u00e9",
        "\u202e",
        "\U0001f642",
        "'",
        "$1",
        "%s",
        ";",
        "--",
    ),
]

text = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)
operators = st.sampled_from(
    [
        "eq",
        "gt",
        "like",
        "ilike",
        "match",
        "in",
        "is",
        "cs",
        "cd",
        "ov",
        "sl",
        "adj",
        "fts",
        "wfts",
        "eq(any)",
    ]
)
filters = st.builds(
    lambda negated, operator, value: f"{'not.' if negated else ''}{operator}.{value}",
    st.booleans(),
    operators,
    st.sampled_from(["1", "(1,2)", "{1,2}", "null", "{}", "[]", "[1,2)", "tea & mint", "(", "\\"])
    | text,
)
columns = st.sampled_from(
    ["id", "name", "muted", "peer_id", "created_at", "people", "body->a", "people->0->>username"]
)
pairs = st.lists(
    st.tuples(columns, filters)
    | st.tuples(
        st.sampled_from(["select", "order", "or", "and", "limit", "offset", "columns"]), text
    )
    | st.tuples(text, text),
    max_size=4,
)
queries = pairs.map(
    lambda pairs: "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in pairs)
) | st.binary(max_size=40).map(lambda raw: quote(raw, safe="&=%+"))

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        "room_id",
        "peer_id",
        "role",
        "muted",
        "user_id",
        "name",
        "stage",
        "to_peer",
        "from_peer",
        "kind",
        "body",
        "username",
    ]
)
bodies = st.lists(st.dictionaries(names | text, values, max_size=5), max_size=3) | values
prefer = st.lists(
    st.sampled_from(
        [
            *(
                "return=representation",
                "return=headers-only",
                "resolution=merge-duplicates",
                "count=exact",
            ),
            *(
                "resolution=ignore-duplicates",
                "missing=default",
                "handling=strict",
                "max-affected=0",
                "tx=rollback",
            ),
        ]
    ),
    max_size=4,
).map(", ".join)
latin = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=12
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Prefer": prefer | latin,
        "Accept": st.sampled_from(
            ["*/*", "application/vnd.pgrst.object+json", "text/html", ";q=x,,"]
        )
        | latin,
        "Accept-Profile": st.just("roomtone") | latin,
        "Content-Type": st.just("application/json; charset=x") | latin,
        "Cookie": st.just("roomtone=x") | latin,
        "Origin": st.just("http://[") | latin,
        "Sec-Fetch-Site": st.just("cross-site") | latin,
        "Range": st.just("0-1") | latin,
    },
)
cursors = (
    st.builds("{}-{}".format, st.integers(0, 10**19), st.integers(-1, 10**19))
    | st.sampled_from(["0-0", "1-", "-", "999999999999999999-999999999999999999", "\u0661-\u0661"])
    | text
)


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


@pytest.mark.parametrize("username", [None, "anna"], ids=["a visitor", "somebody signed in"])
def test_reading_rows(town: Town, username: str | None) -> None:
    with client(town, username) as asking:

        @examples(240)
        @given(place=st.sampled_from(ROWS), query=queries, more=headers)
        def ask(place: str, query: str, more: dict[str, str]) -> None:
            _answered(asking, "GET", f"/rows/{place}?{query}", more)

        ask()


def test_writing_rows(town: Town) -> None:
    with client(town, "anna") as asking:

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
            _answered(asking, method, f"/rows/{place}?{query}", more, _json(body))

        ask()


def test_signing_in_and_bodies_that_are_no_json(town: Town) -> None:
    with client(town, None) as asking:

        @examples(120)
        @given(body=bodies.map(_json) | st.binary(max_size=60), more=headers)
        def ask(body: bytes, more: dict[str, str]) -> None:
            _answered(asking, "POST", "/session", more, body)

        ask()


def test_polling_the_log_with_any_cursor_and_session(town: Town) -> None:
    peers = st.sampled_from(town.known["peer_id"]) | text
    rooms = st.sampled_from(
        [*map(str, town.known["room_id"]), "0", "9" * 19, "9" * 5000, "-1", "x"]
    )
    with client(town, "anna") as asking:

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
                del query[
                    "wait"
                ]  # a long poll is a stream: it is followed in test_interleavings.py
            asked = "&".join(f"{key}={_quoted(value)}" for key, value in query.items())
            more = {"Accept": "application/json"} | (
                {} if last is None else {"Last-Event-ID": last}
            )
            _answered(asking, "GET", f"/rooms/{room}/events?{asked}", more)

        ask()


@pytest.mark.parametrize("where", ["/hallway/events", "/rooms/{}/events"])
def test_streams_begin_with_any_cursor(town: Town, where: str) -> None:
    with client(town, "anna") as asking:

        @examples(50)
        @given(cursor=cursors, last=latin, room=st.sampled_from(town.known["room_id"]))
        def ask(cursor: str, last: str, room: int) -> None:
            path = f"{where.format(room)}?last_event_id={_quoted(cursor)}"
            headers = _raw({"Last-Event-ID": last} if last.strip() else {})
            with asking.stream("GET", path, headers=headers) as stream:
                assert stream.status_code == 200
                assert next(stream.iter_lines()) == "retry: 1000"

        ask()


def _answered(
    asking: httpx.Client, method: str, path: str, more: dict[str, str], body: bytes | None = None
) -> None:
    """The relay answers, and a refusal is a problem."""
    headers = _raw({"Content-Type": "application/json"} | more if body is not None else more)
    answer = asking.request(method, path, headers=headers, content=body)
    assert answer.status_code < 500, f"{method} {path} {more} {body!r}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (
            f"{method} {path} {more}"
        )
        assert answer.json()["status"] == answer.status_code


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.strip().encode("latin-1")) for name, value in headers.items()]


def _quoted(text: str) -> str:
    """In a URL; a percent sign may stand for itself, and may be wrong."""
    return quote(text, safe='%(),.*:"{}->', errors="surrogatepass")


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
