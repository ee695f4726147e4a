"""CORS by a list: pages of the origins that `--allowed-origins` names read answers, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from roomtone.formats.web_origins import web_origin
from roomtone.settings import Settings, SettingsError

from ...people import Psql
from ..rows_world import World, run_world

ALLOWED = "https://app.example.org"
FROM_ALLOWED = {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"}
FROM_OTHER = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
ASKING = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,x-client-info",
}


@pytest.fixture
def allowing(database_url: str, psql: Psql) -> Iterator[World]:
    with run_world(
        database_url,
        psql,
        allowed_origins=("https://APP.example.org:443",),
        requests_per_second=1_000,
    ) as world:
        yield world


def marks(answer: httpx.Response) -> dict[str, str]:
    return {
        name: value for name, value in answer.headers.items() if name.startswith("access-control-")
    }


def test_every_answer_to_an_allowed_origin_can_be_read(allowing: World) -> None:
    for answer in (
        allowing.anna.get("/rows/rooms", headers=FROM_ALLOWED),
        allowing.anna.get("/rows/nowhere", headers=FROM_ALLOWED),
        allowing.anna.get("/session", headers=FROM_ALLOWED),
        allowing.anna.head("/hallway/events", headers=FROM_ALLOWED),
        allowing.anonymous.get("/rooms/1/events", headers=FROM_ALLOWED),
        allowing.anonymous.get("/session", headers=FROM_ALLOWED | {"Authorization": "Bearer x"}),
        allowing.anonymous.get("/nowhere", headers=FROM_ALLOWED),
        allowing.anonymous.get("/session", headers=FROM_ALLOWED | {"Host": "elsewhere.example"}),
        allowing.anonymous.post("/session", headers=FROM_ALLOWED, content=b"x" * 300_000),
    ):
        assert answer.headers["access-control-allow-origin"] == ALLOWED, answer.text
        assert "Content-Range" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"]


def test_a_preflight_is_answered_for_any_method_and_header(allowing: World) -> None:
    for path in (
        "/rows/rooms",
        "/rows/rpc/join_room",
        "/session",
        "/hallway/events",
        "/rooms/1/events",
        "/ice",
    ):
        answer = allowing.anonymous.request("OPTIONS", path, headers=FROM_ALLOWED | ASKING)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-headers"] == "authorization,x-client-info"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
    strange = ASKING | {"Access-Control-Request-Headers": "a b"}
    answer = allowing.anonymous.request("OPTIONS", "/rows/rooms", headers=FROM_ALLOWED | strange)
    assert "access-control-allow-headers" not in answer.headers


def test_other_origins_and_programs_get_no_mark(allowing: World) -> None:
    for headers in (FROM_OTHER, {"Origin": "null"}, {"Origin": ALLOWED + ".evil.example"}, {}):
        for answer in (
            allowing.anna.get("/rows/rooms", headers=headers),
            allowing.anna.request("OPTIONS", "/rows/rooms", headers=headers | ASKING),
        ):
            assert marks(answer) == {}
            assert "Origin" in answer.headers["vary"]  # a cache must not give it to an allowed page
    for headers in (FROM_ALLOWED, FROM_OTHER):
        asked = allowing.anonymous.request("OPTIONS", "/rooms/1/whip", headers=headers)
        assert marks(asked)["access-control-allow-origin"] == "*"


def test_the_cookie_never_counts_for_an_allowed_origin(allowing: World) -> None:
    signed_in = allowing.anonymous.post("/session", json={"username": "cleo"}, headers=FROM_ALLOWED)
    assert signed_in.status_code == 200
    assert "set-cookie" not in signed_in.headers
    cookie = {"Cookie": f"roomtone={signed_in.json()['token']}"}
    assert allowing.anonymous.get("/session", headers=cookie).json()["user"]["username"] == "cleo"
    elsewhere = allowing.anonymous.get("/session", headers=cookie | FROM_ALLOWED)
    assert elsewhere.json()["user"] is None
    written = allowing.anonymous.post(
        "/rows/rooms", json={"name": "Theirs"}, headers=cookie | FROM_ALLOWED
    )
    assert (written.status_code, written.json()["code"]) == (401, "42501")
    with_token = {"Authorization": f"Bearer {signed_in.json()['token']}"}
    written = allowing.anonymous.post(
        "/rows/rooms", json={"name": "Ours"}, headers=with_token | FROM_ALLOWED
    )
    assert written.status_code == 201
    for sent in ({}, cookie, {"Cookie": "roomtone=nonsense"}, with_token):
        assert (
            "set-cookie"
            not in allowing.anonymous.get("/session", headers=sent | FROM_ALLOWED).headers
        )
        out = allowing.anonymous.delete("/session", headers=sent | FROM_ALLOWED)
        assert (out.status_code, "set-cookie" in out.headers) == (204, False)
    refused = allowing.anonymous.post("/session", json={"username": "eve"}, headers=FROM_OTHER)
    assert (refused.status_code, refused.json()["rule"]) == (403, "requests_come_from_own_pages")


def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port() -> None:
    assert web_origin("https://App.Example.org") == "https://app.example.org"
    assert web_origin("http://127.0.0.1:3000") == "http://127.0.0.1:3000"
    assert web_origin("http://[::1]:80") == "http://[::1]"
    for text in (
        *(
            "*",
            "null",
            "app.example.org",
            "https://app.example.org/",
            "https://app.example.org/path",
        ),
        *(
            "https://*.example.org",
            "ftp://example.org",
            "https://me@example.org",
            "https://",
            "https://a:99999",
        ),
        "https://\u00fc.example",
    ):
        with pytest.raises(SettingsError, match="--allowed-origins"):
            Settings(allowed_origins=(text,))
