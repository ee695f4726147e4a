"""The configurations of deploy/, with TLS, HTTP/2 and a path: people talk to each other through each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from ..certificates import write_certificates
from ..patience import PATIENCE
from ..people import Psql
from ..running import run_relay
from .browser import open_page, open_tab, patient_context
from .deploy import FILES, deployed


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The address of the page through each proxy."""
    certificates = write_certificates(tmp_path)
    with ExitStack() as running:
        relay = running.enter_context(run_relay(database_url, demo=True, root_path="/talk"))
        yield {
            name: running.enter_context(deployed(name, relay.url, certificates, tmp_path))
            for name in FILES
        }


def opens_the_lab(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/lab")
    page.locator(".lab__cause:not([disabled])").wait_for()
    page.close()


def test_people_talk_through_each_configuration_with_tls_http2_and_a_path(
    browser: Browser, served: dict[str, str], psql: Psql, room: int
) -> None:
    context = patient_context(browser, permissions=["microphone"], ignore_https_errors=True)
    # A certificate of our own.
    with context, httpx.Client(verify=False, timeout=PATIENCE) as outside:
        for name, url in served.items():
            assert outside.get(f"{url}/metrics").status_code == 404, name
            slash = outside.get(url)
            assert (slash.status_code, slash.headers["location"]) == (308, "/talk/"), name
            rick = open_page(context, url, "/", "rick", tone=440)
            rick.until(
                "() => roomtone.shell.via === 'sse' && roomtone.shell.state.connection === 'live'"
            )
            protocols = (
                "() => performance.getEntriesByType('resource').map((each) => each.nextHopProtocol)"
            )
            assert {*rick.run(protocols)} == {"h2"}, name
            cookies = [each for each in context.cookies() if each["name"].startswith("roomtone")]
            assert [(each["name"], each["path"], each["secure"]) for each in cookies] == [
                ("roomtone-talk", "/talk", True)
            ]
            rick.page.locator(f"a[href='/talk/rooms/{room}']").first.click()
            rick.until("() => roomtone.state?.phase === 'in'")
            assert rick.page.url.partition("?")[0] == f"{url}/rooms/{room}"
            beth = open_page(context, url, f"/rooms/{room}", "beth", tone=880)
            beth.until("() => roomtone.state?.phase === 'in'")
            beth.sees("rick", "beth")
            rick.sees("rick", "beth")
            rick.unmute()
            beth.hears("rick", 440)
            rick.page.get_by_role("link", name="Clubs").click()
            rick.reads("There are no clubs yet.")
            assert rick.page.url.partition("?")[0] == f"{url}/clubs"
            rick.goes_back()
            rick.until("() => roomtone.state?.phase === 'in'")
            socket = open_tab(context, url, "morty", via="websocket")
            socket.enter(room)
            rick.sees("rick", "beth", "morty")
            if name == "caddy":
                opens_the_lab(context, url)
            for tab in (socket, beth, rick):
                assert tab.errors == [], name
                tab.page.close()
            psql.run("delete from participants where peer_id is not null and role <> 'HOST'")
            context.clear_cookies()
