"""An evening with four people in a moderated room, each with the whole page; one of them uses Firefox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay, run_relay
from .browser import BrowserTab, Tab, open_page
from .firefox import Firefox, FirefoxTab
from .wire import Wire, wire

GRACE = 300.0  # seconds: the busiest machine loads a page, or cuts a line and mends it, in less
VOICES = {"amara": 350.0, "bo": 600.0, "cleo": 850.0}  # Hz: of those on the stage

IN = "() => globalThis.roomtone?.state?.phase === 'in' && roomtone.state.me !== null"
SPEAKS = "() => globalThis.roomtone?.state?.phase === 'in' && roomtone.state.me?.muted === false && roomtone.state.microphone.state === 'on'"

# A connection to another person may have a sentence of its own meanwhile.
SHOWN_NO_MORE = "(text) => ![...document.querySelectorAll('.loss')].some((loss) => loss.textContent.includes(text))"


# What browsers report of lost connections themselves, Firefox also of a node that is gone.
OF_THE_BROWSER = ("Failed to load resource", "WebRTC: ICE failed")


@dataclass
class Evening:
    """A moderated room that ends when its host leaves: amara hosts, bo (in Firefox) moderates, cleo speaks, dee listens.

    All of them are silent at first: who talks, and who did and is muted, sends sound to everybody until the page is loaded again, which costs more than the page.
    """

    relay: RunningRelay
    line: Wire  # between the relay and all but amara
    psql: Psql
    room: int
    amara: Tab
    bo: FirefoxTab
    cleo: Tab
    dee: Tab

    @property
    def address(self) -> str:
        return f"/rooms/{self.room}"

    def everybody(self) -> tuple[BrowserTab, ...]:
        return (self.amara, self.bo, self.cleo, self.dee)

    def all_hear(self, voice: str) -> None:
        for tab in self.everybody():
            if tab.username != voice:
                tab.hears(voice, VOICES[voice])

    def seats(self) -> list[tuple[str, str, bool]]:
        """The database's own view: who is present, in which role, and whether muted."""
        rows = self.psql.all(
            "select username, role, muted from roster where room_id = %s order by username",
            self.room,
        )
        return [(str(name), str(role), bool(muted)) for name, role, muted in rows]

    def seat_is(self, tab: BrowserTab, role: str, *, muted: bool) -> None:
        """Waits until the database has this person in this role, and muted or not."""
        eventually(lambda: (tab.username, role, muted) in self.seats())

    def reasons(self) -> list[str]:
        """Why people left the room so far, one after the other."""
        left = "select reason from events where room_id = %s and reason is not null order by seq"
        return [str(reason) for (reason,) in self.psql.all(left, self.room)]

    def expires(self, username: str) -> None:
        """The grace period of this user, whose connection is lost, is over."""
        self.psql.grace_period_ends(username)
        eventually(lambda: username not in self.psql.roster(self.room))


@contextmanager
def evening(
    context: BrowserContext, browser: Firefox, database_url: str, psql: Psql
) -> Iterator[Evening]:
    room = psql.room("amara", "Late", stage="moderated")
    psql.run("update rooms set host_gone = 'end' where id = %s", room)
    with (
        run_relay(database_url, demo=True, grace=GRACE) as relay,
        wire(relay.url) as line,
        browser.visited(),
    ):
        amara = open_page(context, relay.url, f"/rooms/{room}", "amara", tone=VOICES["amara"])
        amara.until(IN)
        bo = browser.open_page(line.url, f"/rooms/{room}", "bo", tone=VOICES["bo"])
        cleo = open_page(context, line.url, f"/rooms/{room}", "cleo", tone=VOICES["cleo"])
        dee = open_page(context, line.url, f"/rooms/{room}", "dee")
        others: tuple[BrowserTab, ...] = (bo, cleo, dee)
        for tab in others:
            tab.until(IN)
        for name, role in (("bo", "MODERATOR"), ("cleo", "SPEAKER")):
            psql.run(
                "update participants set role = %s where user_id = %s", role, psql.person_id(name)
            )
        night = Evening(relay, line, psql, room, amara, bo, cleo, dee)
        for tab in (amara, bo, cleo):
            tab.until("() => roomtone.state.may.speak")
        yield night
        for tab in night.everybody():
            said = [line for line in tab.errors if not line.startswith(OF_THE_BROWSER)]
            assert said == [], f"{tab.username}'s console: {said}"
