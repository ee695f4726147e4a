"""The page as an app: what its service worker keeps, and in which language it speaks."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext
from roomtone.paths import CLIENT_WEB

from ..patience import eventually
from ..running import run_relay
from .browser import patient_context
from .icons import SIZES
from .service_worker import active, worker_of
from .user_page import user_page

SHOWN = "() => shown.length"
# The headless shell shows no notifications.
PUSHED = """(message) => {
    globalThis.shown = []
    registration.showNotification = async (...what) => { shown.push(what) }
    dispatchEvent(new PushEvent('push', { data: JSON.stringify(message) }))
}"""
INSTALLED_FROM_A_REFUSAL = """async () => {
    const install = new ExtendableEvent('install'), real = globalThis.fetch
    const done = new Promise((resolve) => {
        install.waitUntil = (task) => resolve(task.then(() => 'kept', () => 'refused'))
    })
    globalThis.fetch = async () => new Response('Sign in', { status: 403 })
    dispatchEvent(install)
    globalThis.fetch = real
    return done
}"""


@pytest.fixture
def app(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with service workers."""
    context = patient_context(browser, service_workers="allow")
    yield context
    context.close()


def test_the_worker_speaks_the_readers_language(browser: Browser, database_url: str) -> None:
    context = patient_context(browser, service_workers="allow", locale="ar-EG")
    with closing(context), run_relay(database_url, demo=True) as relay:
        page = context.new_page()
        page.goto(relay.url)
        active(page)
        worker = worker_of(context)
        worker.evaluate(
            PUSHED, {"kind": "reminder", "room": "Tea", "by": "anna", "path": "rooms/1"}
        )
        eventually(lambda: worker.evaluate(SHOWN), what=lambda: "nothing is shown")
        title, options = worker.evaluate("shown[0]")
        assert title == "«\u2068Tea\u2069» مفتوحة الآن"
        assert (options["lang"], options["dir"]) == ("ar", "rtl")
        # Who chooses another language gets another worker, and its sentences are there without a network.
        page.evaluate("localStorage.setItem('roomtone.language', 'de')")
        page.reload()
        page.wait_for_function(
            "() => navigator.serviceWorker.controller?.scriptURL.endsWith('lang=de')"
        )
        active(page)
        context.set_offline(True)
        page.goto(f"{relay.url}/clubs")
        page.get_by_role("heading", name="Keine Verbindung").wait_for()
        assert page.locator("html").get_attribute("lang") == "de"


@pytest.mark.parametrize("root_path", ["", "/talk"])
def test_the_page_is_an_app_that_says_that_one_is_offline_and_shows_no_old_code(
    app: BrowserContext, database_url: str, root_path: str
) -> None:
    with run_relay(database_url, demo=True, root_path=root_path) as relay:
        home = relay.url + root_path
        with user_page(app, home) as anyone:
            page = anyone.page
            active(page)
            manifest = page.request.get(
                page.evaluate("document.querySelector('link[rel=manifest]').href")
            )
            assert manifest.headers["content-type"] == "application/manifest+json"
            for icon in manifest.json()["icons"]:
                found = page.request.get(f"{home}/{icon['src']}")
                assert found.headers["content-type"] == icon["type"]
            errors = app.new_cdp_session(page).send("Page.getAppManifest")["errors"]
            assert errors == []
            # Nothing is kept but the page that says that one is offline, and what it needs.
            kept = page.evaluate(
                """async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""
            )
            version = re.search(r"/client/(\w+)/", page.content())
            assert version is not None
            assert sorted(kept) == sorted(
                [f"{root_path}/offline"]
                + [f"{root_path}/client/{version[1]}/offline/index.{end}" for end in ("css", "js")]
            )
            # A refusal, such as that of a proxy, does not take its place.
            assert worker_of(app).evaluate(INSTALLED_FROM_A_REFUSAL) == "refused"
            app.set_offline(True)
            page.goto(f"{home}/clubs")
            page.get_by_role("heading", name="You are offline").wait_for()
            background = "getComputedStyle(document.body).backgroundColor"
            page.emulate_media(color_scheme="light")
            assert page.evaluate(background) == "rgb(246, 241, 232)"
            page.emulate_media(color_scheme="dark")
            assert page.evaluate(background) == "rgb(19, 17, 15)"
            assert page.url == f"{home}/clubs"
            app.set_offline(False)
            page.get_by_role("heading", name="Clubs").wait_for()  # by itself
            anyone.said.clear()  # the browser's own messages about requests that failed
    # A relay that has stopped.
    page = app.new_page()
    page.goto(f"{home}/rooms/1")
    page.get_by_role("heading", name="You are offline").wait_for()


def test_the_icons_have_the_sizes_that_the_manifest_says() -> None:
    manifest = json.loads((CLIENT_WEB / "manifest.webmanifest").read_text())
    named = {icon["src"].rpartition("/")[2]: icon["sizes"] for icon in manifest["icons"]}
    for name, (_, size) in SIZES.items():
        content = (CLIENT_WEB / "icons" / name).read_bytes()
        assert struct.unpack(">II", content[16:24]) == (size, size)
        assert named.get(name, "180x180") == f"{size}x{size}"
