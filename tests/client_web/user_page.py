"""A user with the page open: what they see and do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page

from .browser import MICROPHONE, POLL_MS, SHOWN_LONGER, new_window

DESKTOP = (1440, 900)
LAPTOP = (1024, 720)
TABLET = (768, 1024)
PHONE = (390, 844)
SMALL_PHONE = (320, 640)
ON_ITS_SIDE = (740, 360)  # a phone
ZOOMED = (720, 450)  # a desktop at 200 %
SIZES = (SMALL_PHONE, PHONE, TABLET, LAPTOP, DESKTOP)

BLOCKED = "Service Worker registration blocked by Playwright"
REFUSED = "Failed to load resource: the server responded with a status of 4"


class UserPage:
    """One tab of the whole page. Errors and warnings of its console are kept, and fail the test."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.said: list[str] = []
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on(
            "console",
            lambda line: (
                self.said.append(line.text)
                if line.type in ("error", "warning") and line.text != BLOCKED
                else None
            ),
        )

    def card(self, name: str) -> Locator:
        """A room's card in the hallway, not one that fades there while it appears in another section."""
        return self.page.locator(".card[data-key]").filter(has_text=name)

    def cards(self) -> list[str]:
        """The names of the rooms on the cards, from the top."""
        return self.page.locator(".card:not(.card--waiting) .card__name").all_inner_texts()

    def seat(self, username: str) -> Locator:
        """A person's seat, on stage or among the listeners."""
        exactly = self.page.locator(".seat__name", has_text=username)
        return self.page.locator(".seat[data-key]").filter(has=exactly)

    def seated(self) -> list[str]:
        """The names of the seats, in the order shown."""
        return self.page.locator(".seat[data-key] .seat__name").all_inner_texts()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def opens(self, name: str) -> None:
        """Presses a button of the room's bar, wherever the bar keeps it at this width."""
        more = self.button("More")
        if more.is_visible():
            more.click()
        self.button(name).click()

    def waits_for(self, script: str, argument: object = None) -> None:
        """Until a JavaScript function returns something true."""
        self.page.wait_for_function(script, arg=argument, polling=POLL_MS)

    def sees_cards(self, *names: str) -> None:
        """Waits until exactly these rooms are in the hallway, from the top."""
        self.waits_for(
            """(names) => JSON.stringify(names) === JSON.stringify(
                [...document.querySelectorAll('.card:not(.card--waiting) .card__name')].map((each) => each.textContent))""",
            list(names),
        )

    def sees_seated(self, *usernames: str) -> None:
        """Waits until exactly these people are in the room, in this order."""
        self.waits_for(
            """(names) => JSON.stringify(names) === JSON.stringify(
                [...document.querySelectorAll('.seat[data-key] .seat__name')].map((each) => each.textContent))""",
            list(usernames),
        )

    def reads(self, text: str) -> None:
        """Waits until this text is visible."""
        self.page.get_by_text(text).filter(visible=True).first.wait_for()

    def remembers_what_is_brief(self) -> None:
        """Remember reactions, which a busy page may draw and take away between two looks, and announcements, which replace each other; for the two below."""
        self.page.evaluate(
            """() => {
                globalThis.reactionsShown = new Set()
                globalThis.announcements = new Set()
                const look = () => {
                    document.querySelectorAll('.reaction').forEach((each) => reactionsShown.add(
                        `${each.closest('.seat')?.querySelector('.seat__name')?.textContent} ${each.className} ${each.textContent}${each.dataset.count ?? ''}`))
                    document.querySelectorAll('[role=log][aria-live] p').forEach((each) => announcements.add(each.textContent))
                }
                new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
            }"""
        )

    def has_shown(self, reaction: str) -> None:
        """Waits until this was shown: the username, the classes, and the emoji with its number, if that is not one."""
        self.waits_for("(reaction) => reactionsShown.has(reaction)", reaction)

    def has_announced(self, words: str) -> None:
        """Waits until an announcement with these words was made."""
        self.waits_for("(words) => [...announcements].some((each) => each.includes(words))", words)

    def shows_for(self, factor: float) -> None:
        """From now on, what is shown for some seconds is shown this many times as long."""
        self.page.evaluate("(factor) => { globalThis.shownLonger = factor }", factor)

    def walks_in(self) -> None:
        """Waits until the room is entered."""
        self.page.locator(".room[data-phase='in']").wait_for()

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})


@contextmanager
def user_page(
    context: BrowserContext,
    url: str,
    username: str | None = None,
    *,
    path: str = "/",
    tone: float = 0,
    refusals: bool = False,
    before: str = "",
) -> Iterator[UserPage]:
    """A tab at `path`, as `username` or an anonymous user, until the block ends.

    `tone` (Hz) is their voice; `before` a script that runs first; `refusals` says that the relay will refuse something here, which
    browsers note in their console whatever the page does about it.
    """
    page = new_window(context)
    user = UserPage(page, url)
    page.add_init_script(f"{SHOWN_LONGER}; globalThis.voiceInHertz = {tone}")
    page.add_init_script(MICROPHONE)
    if before:
        page.add_init_script(before)
    page.goto(url + path + (f"?username={username}" if username else ""))
    try:
        yield user
        said = [line for line in user.said if not (refusals and line.startswith(REFUSED))]
        assert said == [], f"the console says {said}"
    finally:
        page.close()
