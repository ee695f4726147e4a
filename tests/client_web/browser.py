"""A real Chromium for the tests: each tab is a person whose microphone plays a tone.

The flags are those under which two tabs of one machine connect over loopback; none of them touches how the client signals.
"""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
)
from playwright.sync_api import (
    TimeoutError as WaitedTooLong,
)

from ..patience import PATIENCE
from .without_a_view import WHERE, WITHOUT_A_VIEW

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first one found is used: without a window to paint for, it needs half the time."""

FLAGS = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--mute-audio",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--metrics-recording-only",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--no-pings",
    "--disable-features=MediaRouter,OptimizationHints,Translate,InterestFeedContentSuggestions",
    # Every request passes through one process less.
    "--enable-features=NetworkServiceInProcess2",
    # Without this one Chromium looks up hosts of its vendor.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
SHOWN_LONGER = "globalThis.shownLonger = 30"
"""What a page shows for some seconds only, it shows for minutes: on a busy machine a test may look, or press, much later."""

POLL_MS = 40
"""How often a page is asked for what a test waits for: in every frame, as is usual, the asking costs more than the page."""

SOUNDS_AFTER_A_TAP = "--autoplay-policy=document-user-activation-required"

MICROPHONE = (Path(__file__).parent / "microphone.js").read_text()
RECEIVED_AUDIO = (Path(__file__).parent / "received_audio.js").read_text()


def chromium_path() -> str | None:
    """`ROOMTONE_CHROMIUM`, or the system's Chromium; None means the one Playwright installed."""
    named = os.environ.get("ROOMTONE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def chromium(playwright: Playwright, *flags: str, path: str | None = None) -> Iterator[Browser]:
    """A headless Chromium until the block ends, this one or `chromium_path`; of two flags that contradict each other the later one counts."""
    browser = playwright.chromium.launch(
        executable_path=path or chromium_path(),
        args=[*FLAGS, *flags],
        headless=True,
        timeout=PATIENCE * 1000,
    )
    try:
        yield browser
    finally:
        browser.close()


def patient_context(browser: Browser, **options: Any) -> BrowserContext:
    """A browser context whose pages wait as long as everything in the tests, where Playwright would wait for 30 seconds.

    Without service workers, unless a test wants them: each would fetch the offline page, and pass on what tests answer themselves."""
    context = browser.new_context(**({"service_workers": "block"} | options))
    context.set_default_timeout(PATIENCE * 1000)
    return context


def new_window(context: BrowserContext) -> Page:
    """A page in a window of its own: hidden pages of a window are painted once a second, and a click waits for two paints."""
    if not context.pages:
        return context.new_page()
    session = context.new_cdp_session(context.pages[0])
    here = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    with context.expect_page() as opening:
        session.send(
            "Target.createTarget",
            {"url": "about:blank", "browserContextId": here, "newWindow": True},
        )
    session.detach()
    return opening.value


def _text_of(said: ConsoleMessage) -> str:
    """The text of a console message, with the address of a request that failed."""
    return f"{said.text} {said.location['url']}" if said.text.startswith("Failed") else said.text


class BrowserTab(ABC):
    """One person's tab, in any browser: the client's logic on an empty page of the relay, without the view."""

    def __init__(self, username: str) -> None:
        self.username = username
        self.errors: list[str] = []

    @abstractmethod
    def run(self, script: str, argument: Any = None) -> Any:
        """The value of a JavaScript function (its source), awaited."""

    @abstractmethod
    def until(self, script: str, argument: Any = None, *, within: float = PATIENCE) -> Any:
        """Waits until a JavaScript function returns something true; it is called every `POLL_MS`."""

    @abstractmethod
    def goes_to(self, url: str) -> None:
        """Loads another page in this tab."""

    @abstractmethod
    def reloads(self) -> None:
        """Loads the page again, as F5 does."""

    @abstractmethod
    def goes_back(self) -> None:
        """To the page before this one, by the browser's Back button."""

    def enter(self, room_id: int, role: str | None = None) -> None:
        """Enters a room and waits until it is in."""
        self.run(
            "([room, role]) => void roomtone.shell.enter(room, role ? { role } : {})",
            [room_id, role],
        )
        self.until("() => roomtone.state?.phase === 'in'")

    def leave(self) -> None:
        self.run("() => roomtone.shell.leave()")

    def unmute(self) -> bool:
        return bool(self.run("() => roomtone.roomSession.setMuted(false)"))

    @property
    def state(self) -> dict[str, Any]:
        """The room session's state, as far as it can be JSON."""
        value = self.run("() => JSON.parse(JSON.stringify(roomtone.state))")
        assert isinstance(value, dict)
        return value

    def names(self) -> list[str]:
        """Who is in the room, in join order."""
        return [str(person["username"]) for person in self.state["people"]]

    def sees(self, *usernames: str, within: float = PATIENCE) -> None:
        """Waits until exactly these people are in the room, in join order."""
        self.until(
            "(names) => JSON.stringify(roomtone.people().map((p) => p.username)) === JSON.stringify(names)",
            list(usernames),
            within=within,
        )

    def connects_with(self, username: str, *, within: float = PATIENCE) -> None:
        self.until(
            "(name) => roomtone.people().some((p) => p.username === name && p.connection === 'connected')",
            username,
            within=within,
        )

    def reads(self, text: str) -> None:
        """Waits until the page shows this text."""
        self.until("(text) => document.body?.innerText.replace(/\\s+/g, ' ').includes(text)", text)

    def settles(self) -> None:
        """Waits until every connection is made and every write answered."""
        self.until(
            """() => roomtone.people().every(({ connection }) => ['none', 'connected'].includes(connection))
                && roomtone.state.traces.every(({ path }) => path)
                && roomtone.state.entries.every(({ kind, status }) => kind !== 'write' || status !== null)"""
        )

    def hears(self, username: str, frequency: float, *, within: float = PATIENCE) -> None:
        """Waits until an analyser on the *received* stream finds this tone, in Hz."""
        self.until(
            "([name, hertz]) => { const heard = receivedAudio.frequency(name); return heard && Math.abs(heard - hertz) < 25 }",
            [username, frequency],
            within=within,
        )

    def flow(self, username: str) -> dict[str, float]:
        """What WebRTC counted with this person: packets and energy in, packets out, jitter buffer in ms."""
        value = self.run("(name) => receivedAudio.flow(name)", username)
        assert isinstance(value, dict)
        return value


class Tab(BrowserTab):
    """A tab of Chromium."""

    def __init__(self, page: Page, username: str) -> None:
        super().__init__(username)
        self.page = page
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda said: self.errors.append(_text_of(said)) if said.type == "error" else None,
        )

    def goes_to(self, url: str) -> None:
        self.page.goto(url)

    def reloads(self) -> None:
        self.page.reload()

    def goes_back(self) -> None:
        self.page.go_back()

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def until(self, script: str, argument: Any = None, *, within: float = PATIENCE) -> Any:
        try:
            handle = self.page.wait_for_function(
                script, arg=argument, timeout=within * 1000, polling=POLL_MS
            )
        except WaitedTooLong as error:
            error.add_note(f"{self.username} is there: {self.run(WHERE)}")
            raise
        return handle.json_value()


def _new_tab(context: BrowserContext, username: str, tone: float | None) -> Tab:
    page = new_window(context)
    page.add_init_script(f"{SHOWN_LONGER}; globalThis.voiceInHertz = {tone or 0}")
    page.add_init_script(MICROPHONE)
    page.add_init_script(RECEIVED_AUDIO)
    return Tab(page, username)


def open_page(
    context: BrowserContext,
    url: str,
    path: str,
    username: str,
    *,
    tone: float | None = None,
    demo: bool = True,
) -> Tab:
    """The product's own page at this path, as `username`; without the demo, who has yet to sign in."""
    tab = _new_tab(context, username, tone)
    tab.goes_to(page_address(url, path, username, demo=demo))
    return tab


def page_address(url: str, path: str, username: str, *, demo: bool) -> str:
    """A page of the product with `roomtone` for the tests, and a demo identity."""
    return f"{url}{path}?debug" + (f"&username={username}" if demo else "")


def open_tab(
    context: BrowserContext,
    url: str,
    username: str,
    *,
    tone: float | None = None,
    via: str | None = None,
) -> Tab:
    """A tab in which `username` is signed in and sees the hallway.

    `tone` (Hz) is their voice, `via` their technique.
    """
    tab = _new_tab(context, username, tone)
    # /live is a page of the relay with nothing on it: the same origin and the same policy, no view.
    tab.page.goto(f"{url}/live?debug&username={username}" + (f"&via={via}" if via else ""))
    tab.run(WITHOUT_A_VIEW)
    return tab


def expect_refusals(*tabs: Tab) -> None:
    """Ignores refused requests, which browsers report as errors: here refusals are expected."""
    for tab in tabs:
        refused = "Failed to load resource: the server responded with a status of 4"
        tab.errors = [error for error in tab.errors if not error.startswith(refused)]
