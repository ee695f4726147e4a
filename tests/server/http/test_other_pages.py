"""A page of another site can do nothing with a user's cookie or with a link."""

from __future__ import annotations

import pytest
from roomtone.identity.tokens import subject_of
from starlette.requests import HTTPConnection

from ...following import follow
from ...people import Psql
from ...running import RunningRelay, run_relay
from ..rows_world import World, problem

ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Referer": "https://elsewhere.example/page"},
]
PAGES = ["/", "/rooms/1", "/people/rick", "/clubs", "/no/such/page"]


@pytest.fixture
def world(standing_world: World) -> World:
    """The same for all: no request here changes rows of it but those of new users."""
    return standing_world


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_a_link_of_another_site_does_not_sign_in(
    world: World, headers: dict[str, str], path: str
) -> None:
    asked = world.anonymous.get(
        f"{path}?debug&username=eve&x=%26&%75sername=eve",
        headers=headers | {"Accept": "text/html"},
    )
    assert asked.status_code == 303
    assert asked.headers["location"] == f"{path}?debug=&x=%26"
    assert asked.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
def test_a_typed_address_may_name_the_user(world: World, headers: dict[str, str]) -> None:
    assert world.anonymous.get("/?username=rick", headers=headers).status_code == 200


def test_where_browsers_do_not_say_the_site_a_link_replaces_no_user(world: World) -> None:
    with world.relay.client() as browser:
        assert browser.get("/?username=bo").status_code == 200
        browser.post("/session", json={"username": "bo"})
        assert browser.get("/?username=eve").status_code == 303
        for own in ({"Sec-Fetch-Site": "none"}, {"Referer": world.relay.url}):
            assert browser.get("/?username=eve", headers=own).status_code == 200


def test_a_link_never_leads_to_another_host(world: World) -> None:
    asked = world.anonymous.get(
        "//elsewhere.example/?username=eve",
        headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"},
    )
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/")
    assert not asked.headers["location"].startswith("//")


def test_requests_of_other_sites_pages_are_anonymous(world: World) -> None:
    with world.relay.client() as browser:
        browser.post("/session", json={"username": "bo"})
        for headers in ELSEWHERE[:3]:
            seen = browser.get("/session", headers=headers)
            assert seen.json()["user"] is None
            assert "set-cookie" not in seen.headers
        assert browser.get("/session").json()["user"]["username"] == "bo"


def test_another_sites_page_cannot_use_up_the_cookies_streams(database_url: str) -> None:
    with run_relay(database_url, streams_per_user=1) as relay, relay.client() as browser:
        browser.post("/session", json={"username": "bo"})
        foreign = {"Sec-Fetch-Site": "same-site"}
        with browser.stream("GET", "/hallway/events", headers=foreign) as theirs:
            assert theirs.status_code == 200  # the hallway is public; it counts for the address
            with browser.stream("GET", "/hallway/events") as ours:
                assert ours.status_code == 200
                problem_of = browser.get("/hallway/events")
                problem(problem_of, 429, "53400", "streams_are_not_too_many")


async def test_an_address_is_never_taken_for_a_user(database_url: str, psql: Psql) -> None:
    user = psql.person("rick")
    with run_relay(database_url, streams_per_user=1) as relay:
        url, token = f"{relay.url}/hallway/events", relay.token("rick")
        with (
            relay.client() as anonymous,
            anonymous.stream("GET", url, headers={"X-Forwarded-For": str(user)}) as theirs,
        ):
            assert theirs.status_code == 200
            async with follow(url, token) as stream:
                assert stream.status == 200


def test_users_and_addresses_are_counted_apart(relay: RunningRelay) -> None:
    connection = HTTPConnection(
        {"type": "http", "headers": [], "client": ("44", 1), "roomtone.claims": {}}
    )
    assert subject_of(connection) == "address 44"
    connection.scope["roomtone.claims"] = {"sub": "44"}
    assert subject_of(connection) == "user 44"


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("no address", "no address"),
    ],
)
def test_addresses_of_one_ipv6_network_are_counted_together(given: str, counted: str) -> None:
    scope = {"type": "http", "headers": [], "client": (given, 1), "roomtone.claims": {}}
    assert subject_of(HTTPConnection(scope)) == f"address {counted}"
