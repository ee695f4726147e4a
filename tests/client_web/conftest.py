"""One Chromium for all of these tests, and empty pages for those that need no relay."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from roomtone.paths import CLIENT_WEB

from ..patience import PATIENCE
from ..people import Psql
from ..running import RunningRelay
from ..server.conftest import database_url, lent, relay, shared_relay
from ..server.shared_relay import Lent
from .browser import Tab, chromium, open_tab, patient_context
from .firefox import Firefox, firefox

__all__ = ["database_url", "lent", "relay", "shared_relay"]  # fixtures of the server's tests

OpenTab = Callable[..., Tab]
"""`tab("rick", tone=440, role=None)`: a tab of this test's relay, closed after the test."""


# Of the package and not of the session: Playwright keeps an event loop in this thread while it lives,
# and other tests have loops of their own.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as running:
        yield running


@pytest.fixture(scope="package")
def firefox_browser() -> Iterator[Firefox]:
    """For tests that only open tabs, each in `visited()`: to start Firefox costs as much as three pages."""
    with firefox() as running:
        yield running


@pytest.fixture
def context(browser: Browser, lent: Lent | None) -> Iterator[BrowserContext]:
    """A browser that may use the microphone; without that permission it finds no candidates on loopback.

    It ends before the next test gets the relay that was lent to this one.
    """
    context = patient_context(browser, permissions=["microphone"])
    yield context
    context.close()


@pytest.fixture
def room(psql: Psql) -> int:
    """An open room whose host is away."""
    return psql.room("host", "Den")


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    """The settings of `relay`, with a demo's users; a file may have its own."""
    return {"demo": True}


@pytest.fixture
def tab(context: BrowserContext, relay: RunningRelay) -> Iterator[OpenTab]:
    opened: list[Tab] = []

    def open_one(username: str, *, tone: float | None = None) -> Tab:
        opened.append(open_tab(context, relay.url, username, tone=tone))
        return opened[-1]

    yield open_one
    for each in opened:
        assert each.errors == [], f"{each.username}'s console"


@pytest.fixture(scope="package")
def client_files() -> Iterator[str]:
    """The address of the client's files, served without a relay."""

    class Files(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.path = self.path.removeprefix("/client")
            super().do_GET()

        def log_message(self, *args: object) -> None:
            pass

    files = functools.partial(Files, directory=str(CLIENT_WEB))
    server = ThreadingHTTPServer(("127.0.0.1", 0), files)
    thread = threading.Thread(target=server.serve_forever, name="client-files", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def quiet_page(browser: Browser, client_files: str) -> Iterator[Page]:
    """A page that can import the client's modules and talks to no relay."""
    context = patient_context(browser, permissions=["microphone"])
    page = context.new_page()
    page.goto(f"{client_files}/client/signaling/cursor.js")
    yield page
    context.close()
