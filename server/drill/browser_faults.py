"""Limits of a real browser: few connections for all tabs, and throttled timers in hidden tabs."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ..tools.waiting import PATIENCE, SELDOM, bounded, until
from .comparison import read_tables
from .drill import Drill
from .environment import DrillEnvironment

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, WebSocket

TABS: Final = 7
FROZEN_FOR: Final = 2.5  # seconds
BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Without this flag Chromium looks up hosts of its maker.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

ENTER: Final = """async (room) => {
    const [{ createSession }, { createShell }, { expose }] = await Promise.all([
        import('/client/session.js'), import('/client/room/shell.js'), import('/client/room/debug.js')])
    const session = createSession()
    const shell = createShell({ session })
    expose({ session, shell })
    await session.restore()
    shell.open()
    void shell.enter(room, { role: 'AUDIENCE' })
}"""
IS_IN: Final = "() => globalThis.roomtone?.state?.phase === 'in'"
MY_PEER: Final = "() => roomtone.people().find((person) => person.me).peer_id"
PEOPLE: Final = (
    "() => roomtone.people().map(({ user_id, peer_id, role, muted }) =>"
    " [user_id, [peer_id, role, muted]])"
)


def browser() -> str | None:
    named = os.environ.get("ROOMTONE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed: pip install playwright"
    if browser() is None:
        return "Chromium is not installed (Debian: apt-get install chromium), nor named by ROOMTONE_CHROMIUM"
    return None


async def open_seven(environment: DrillEnvironment) -> None:
    """Seven tabs of one browser are in one room; each reads and can write."""
    await environment.disconnect_some()
    async with await environment.psql() as psql:
        room = await environment.new_room(psql)
    # Tabs take long to open, and each receives what is written meanwhile.
    with environment.writers.seldom():
        async with _chromium() as chromium:
            await _open_tabs(environment, chromium, room)
    environment.note_departure()


async def freeze_a_tab(environment: DrillEnvironment) -> None:
    """A tab of a real browser is frozen, as browsers do to hidden ones (W3C Page Lifecycle), and thawed."""
    (relay,) = environment.relays
    room = environment.rooms[0]
    async with _chromium() as chromium:
        with environment.writers.seldom():
            page = await chromium.new_page()
            entered = await _enters(page, f"http://{relay.place}", "hidden tab", room)
        environment.expect(entered, "the tab did not join the room")
        session_before = await page.evaluate(MY_PEER)
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        await environment.traffic(FROZEN_FOR)
        await devtools.send("Page.setWebLifecycleState", {"state": "active"})
        thawed = time.monotonic()
        agreed = await until(lambda: _agree(environment, [page], room), every=SELDOM)
        environment.figures["a real tab agrees after thawing, s"] = round(
            time.monotonic() - thawed, 1
        )
        environment.expect(agreed, "the thawed tab shows other participants than the table")
        kept = await page.evaluate(MY_PEER) == session_before
        environment.expect(kept, "the thawed tab did not keep its seat")
    environment.note_departure()


@asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser(), args=FLAGS, timeout=PATIENCE * 1000
        )
        try:
            yield chromium
        finally:
            async with bounded("the end of Chromium"):
                await chromium.close()


async def _open_tabs(environment: DrillEnvironment, chromium: Browser, room: int) -> None:
    (relay,) = environment.relays
    profile = await chromium.new_context()
    sockets: list[WebSocket] = []

    def note(socket: WebSocket) -> None:
        sockets.append(socket)

    pages = [await profile.new_page() for _ in range(TABS)]
    opening = time.monotonic()
    entered = []
    for number, page in enumerate(pages):
        page.on("websocket", note)
        entered.append(await _enters(page, f"http://{relay.place}", f"tab {number}", room))
    environment.figures["tabs in the room"] = sum(entered)
    environment.figures["tabs by WebSocket"] = len(sockets)
    environment.figures["all in after, s"] = round(time.monotonic() - opening, 1)
    environment.expect(all(entered), f"only {sum(entered)} of {TABS} tabs joined the room")
    await environment.traffic(2.0)
    answered = await asyncio.gather(*(_is_answered(page) for page in pages))
    environment.expect(all(answered), f"{answered.count(False)} tabs get no answer to a request")
    inside = [page for page, is_in in zip(pages, entered, strict=True) if is_in]
    agreed = await until(lambda: _agree(environment, inside, room), every=SELDOM)
    environment.expect(agreed, "some tab shows other participants than the table")


async def _enters(page: Page, url: str, username: str, room: int) -> bool:
    """Open a tab and join the room; false if that takes longer than `PATIENCE`."""
    from playwright.async_api import TimeoutError as TooLate

    try:
        async with asyncio.timeout(PATIENCE):
            page.set_default_timeout(PATIENCE * 1000)
            # a page of the relay with nothing on it: the same origin, the client's logic and no view
            await page.goto(f"{url}/live?debug&username={quote(username)}")
            await page.evaluate(ENTER, room)
            await page.wait_for_function(IS_IN)
    except (TimeoutError, TooLate):
        return False
    return True


async def _is_answered(page: Page) -> bool:
    """Whether the tab's request is answered."""
    asked = (
        "(ms) => fetch('/live', { signal: AbortSignal.timeout(ms) }).then((r) => r.ok, () => false)"
    )
    try:
        async with asyncio.timeout(2 * PATIENCE):
            return bool(await page.evaluate(asked, PATIENCE * 1000))
    except TimeoutError:
        return False


async def _agree(environment: DrillEnvironment, pages: list[Page], room: int) -> bool:
    """Whether all tabs show what the table holds at this moment."""
    async with await environment.psql() as psql:
        seats = (await read_tables(psql)).seats.get(room, {})
        before = {user: (seat.peer, seat.role, seat.muted) for user, seat in seats.items()}
        seen: list[Any] = await asyncio.gather(*(page.evaluate(PEOPLE) for page in pages))
    return all({user: tuple(seat) for user, seat in people} == before for people in seen)


SEVEN_TABS = Drill(
    "seven-tabs",
    "Seven tabs of one real Chromium are in one room, though a browser opens only six HTTP/1.1 connections to a host. "
    "Every tab joins, shows the participants, and still gets answers to its requests.",
    open_seven,
    needs=missing,
)
