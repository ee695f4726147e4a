"""Host names that point to this machine and are not of this relay (DNS rebinding)."""

from __future__ import annotations

import pytest
from roomtone.http.hosts import KnownHosts, host_of
from roomtone.settings import Settings
from starlette.types import Receive, Scope, Send

from ...running import run_relay
from ..rows_world import problem


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    pass


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("127.0.0.1:8000", "127.0.0.1"),
        ("LocalHost", "localhost"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("evil.example.:80", "evil.example"),
        ("", ""),
        ("a:b", "a:b"),
    ],
)
def test_the_host_is_what_the_header_names_without_its_port(header: str, host: str) -> None:
    assert host_of(header) == host


@pytest.mark.parametrize(
    ("settings", "host", "known"),
    [
        (Settings(), "127.0.0.1", True),
        (Settings(), "::1", True),
        (Settings(), "localhost", True),
        (Settings(), "roomtone.localhost", True),
        (Settings(), "evil.example", False),
        (Settings(), "localhost.evil.example", False),
        (Settings(), "127.0.0.1.evil.example", False),
        (Settings(), "", False),
        (Settings(host="box.lan", demo=True), "box.lan", True),
        (Settings(allowed_hosts=("Box.lan:8000", "talk.example")), "box.lan", True),
        (Settings(allowed_hosts=("talk.example",)), "evil.example", False),
    ],
)
def test_names_of_this_machine_and_those_allowed_are_known(
    settings: Settings, host: str, known: bool
) -> None:
    hosts = KnownHosts(_nothing, settings=settings)
    assert hosts.checks
    assert hosts.knows(host) is known


@pytest.mark.parametrize(
    "settings",
    [Settings(host="0.0.0.0"), Settings(demo=False), Settings(allowed_hosts=("*",))],
)
def test_without_demo_identities_every_host_is_accepted(settings: Settings) -> None:
    assert not KnownHosts(_nothing, settings=settings).checks


def test_a_site_whose_name_points_to_this_machine_can_do_nothing(database_url: str) -> None:
    with run_relay(database_url) as relay, relay.client() as rebound:
        port = relay.url.rsplit(":", 1)[1]
        rebound.headers["Host"] = f"evil.example:{port}"
        for method, path in (
            ("GET", "/"), ("GET", "/rows/users"), ("GET", "/session"), ("POST", "/session"),
        ):  # fmt: skip
            answer = rebound.request(method, path, json={"username": "rick"})
            problem(answer, 421, "42501", "requests_host_is_known")
        rebound.headers["Host"] = f"localhost:{port}"
        assert rebound.get("/session").json()["demo"] is True


def test_a_name_that_was_allowed_is_answered(database_url: str) -> None:
    with (
        run_relay(database_url, allowed_hosts=("talk.example",)) as relay,
        relay.client() as anonymous,
    ):
        assert anonymous.get("/live", headers={"Host": "talk.example"}).status_code == 200
        assert anonymous.get("/live", headers={"Host": "talk.example.evil"}).status_code == 421
