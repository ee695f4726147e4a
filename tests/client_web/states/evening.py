"""What every walk through the client starts with: a relay, a database, a browser, and users with the page open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from playwright.sync_api import Browser, BrowserContext

from ...people import Psql
from ...running import RunningRelay
from ..browser import Tab, open_tab, patient_context
from ..user_page import UserPage, user_page


class State(NamedTuple):
    """A page, state or dialog, shown to this user now, who goes on with it if the page was made wide and narrow again meanwhile."""

    name: str
    user: UserPage
    on_wide_pages: bool = True


def browser_context(browser: Browser, size: tuple[int, int]) -> BrowserContext:
    """A browser with a microphone, whose pages have this size in pixels and hold still."""
    return patient_context(
        browser,
        permissions=["microphone"],
        reduced_motion="reduce",
        viewport={"width": size[0], "height": size[1]},
    )


@dataclass(frozen=True)
class Evening:
    """`context` is a `browser_context` of this size; recordings are files in `recordings`."""

    context: BrowserContext
    relay: RunningRelay
    psql: Psql
    recordings: Path
    size: tuple[int, int]

    @contextmanager
    def user(
        self, username: str | None = None, path: str = "/", *, tone: float = 0, before: str = ""
    ) -> Iterator[UserPage]:
        """A user with the page open; refusals are expected."""
        with user_page(
            self.context,
            self.relay.url,
            username,
            path=path,
            tone=tone,
            before=before,
            refusals=True,
        ) as user:
            yield user

    def participant(
        self, room: int, username: str, role: str | None = None, *, tone: float | None = None
    ) -> Tab:
        """A participant without a view of their own; with a tone (Hz) they speak."""
        tab = open_tab(self.context, self.relay.url, username, tone=tone)
        tab.enter(room, role)
        if tone:
            tab.unmute()
        return tab

    @property
    def narrow(self) -> bool:
        """Whether hallway and room are shown one at a time."""
        return self.size[0] < 768

    def goes(self, user: UserPage, path: str) -> None:
        """Loads this page."""
        user.page.goto(self.relay.url + path)

    def follows(self, user: UserPage, path: str) -> None:
        """Follows a link to another page of the client, which is not loaded again."""
        user.page.evaluate(
            """(path) => {
                const link = Object.assign(document.createElement('a'), { href: path })
                document.body.append(link)
                link.click()
                link.remove()
            }""",
            path,
        )


class Walk(Protocol):
    """Shows one state after the other; each is shown until the next one is asked for."""

    def __call__(self, evening: Evening, /) -> Iterator[State]: ...
