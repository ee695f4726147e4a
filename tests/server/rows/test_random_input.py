"""Random queries and bodies are answered or refused, never with an internal error."""

from __future__ import annotations

import httpx
from hypothesis import given
from hypothesis import strategies as st

from ...fuzz.examples import examples
from ...running import run_relay
from .test_bad_input import no_tracebacks  # noqa: F401 -- a fixture for every test here


def test_no_query_string_breaks_the_server(database_url: str) -> None:
    pieces = st.sampled_from(
        [
            *"().,:*!\"\\{}'%&=-> ",
            "select",
            "or",
            "and",
            "not",
            "eq",
            "in",
            "is",
            "id",
            "name",
            "null",
        ]
    )
    text = st.lists(pieces | st.text(max_size=3), max_size=12).map("".join)
    with run_relay(database_url, statement_timeout=20) as relay, relay.client() as client:

        @examples(300)
        @given(
            pairs=st.lists(st.tuples(text, text), max_size=4),
            path=st.sampled_from(["rooms", "rpc/hallway_rows"]),
        )
        def fuzz(pairs: list[tuple[str, str]], path: str) -> None:
            try:
                request = client.build_request(
                    "GET", f"/rows/{path}", params=httpx.QueryParams([*pairs])
                )
            except (UnicodeEncodeError, httpx.InvalidURL):
                return
            assert client.send(request).status_code in (200, 206, 400, 404, 416)

        fuzz()


def test_no_body_breaks_the_server(database_url: str) -> None:
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=6,
    )
    keys = st.sampled_from(["room_id", "peer_id", "role", "muted", "user_id"]) | st.text(max_size=4)
    objects = st.dictionaries(keys, values, max_size=4)
    with run_relay(database_url, statement_timeout=20) as relay, relay.sign_in("anna") as anna:

        @examples(200)
        @given(body=st.lists(objects, max_size=3) | objects | values)
        def fuzz(body: object) -> None:
            response = anna.post("/rows/participants", json=body)
            assert response.status_code < 500, response.text

        fuzz()
