"""A participant of a room, for tests of what is heard as well as seen."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator

from ..running import RunningRelay
from .browser import Tab, open_page
from .user_page import UserPage


class Participant(UserPage):
    """A participant: what they see and do, and what they hear."""

    def __init__(self, tab: Tab, url: str) -> None:
        super().__init__(tab.page, url)
        self.tab = tab

    def act(self, name: str) -> Locator:
        """A button of the open card of a person."""
        return self.page.locator(".person-card__action", has_text=name)

    def looks_at(self, username: str) -> None:
        """Opens a person's card; another card is closed first."""
        self.page.keyboard.press("Escape")
        self.seat(username).locator(".seat__face").click()
        self.page.get_by_role("dialog", name=username).wait_for()

    def does(self, username: str, act: str) -> None:
        self.looks_at(username)
        self.act(act).click()

    def hands_up(self) -> list[str]:
        return self.page.locator(".queue ol .hand__name").all_inner_texts()


def participants(
    context: BrowserContext, relay: RunningRelay, room: int, **voices: float
) -> dict[str, Participant]:
    """People who enter one after the other, with their voices in Hz."""
    inside = {}
    for name, tone in voices.items():
        tab = open_page(context, relay.url, f"/rooms/{room}", name, tone=tone)
        inside[name] = Participant(tab, relay.url)
        inside[name].walks_in()
    return inside
