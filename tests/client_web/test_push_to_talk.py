"""Push to talk and the other keys, in Chromium and in Firefox; two people listen."""

from __future__ import annotations

from abc import ABC, abstractmethod

from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import BrowserTab, Tab, open_page, open_tab
from .firefox import Firefox as FirefoxBrowser
from .firefox import FirefoxTab

KEYS = {"Tab": "\ue004", "Escape": "\ue00c", "Enter": "\ue007"}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
MUTED = "() => roomtone.state?.me?.muted === true && !roomtone.state.microphone.talking"
NOTHING_OPEN = "() => !document.querySelector('dialog[open], :popover-open, [data-open]')"

CLOSE_AND_PRESS_L = """async () => {
    const dialog = document.querySelector('dialog[open]')
    const told = new Promise((resolve) => dialog.addEventListener('close', resolve))
    dialog.close()
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'l', bubbles: true }))
    await told
}"""


class Hands(ABC):
    """Somebody's keyboard and mouse, in any browser."""

    tab: BrowserTab

    @abstractmethod
    def down(self, key: str) -> None: ...

    @abstractmethod
    def up(self, key: str) -> None: ...

    @abstractmethod
    def click(self, selector: str) -> None: ...

    def press(self, key: str) -> None:
        self.down(key)
        self.up(key)

    def focus(self, selector: str) -> None:
        """Puts the focus on the first visible element of this selector."""
        self.tab.until(
            """(selector) => {
                const found = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility())
                found?.focus()
                return found && document.activeElement === found
            }""",
            selector,
        )

    def talks(self) -> None:
        self.tab.until("() => !roomtone.state.me.muted && roomtone.state.microphone.state === 'on'")

    def is_silent(self) -> None:
        """Silent, and it stays so: a button that was pressed as well would turn it on again."""
        self.tab.until(MUTED)
        self.tab.run(TWO_FRAMES)
        self.tab.until(MUTED)
        self.tab.settles()
        assert self.tab.run(MUTED)

    def talks_while_holding_space(self) -> None:
        self.down(" ")
        self.talks()
        self.up(" ")
        self.is_silent()


class Chromium(Hands):
    def __init__(self, tab: Tab) -> None:
        self.tab: Tab = tab

    def down(self, key: str) -> None:
        self.tab.page.keyboard.down(key)

    def up(self, key: str) -> None:
        self.tab.page.keyboard.up(key)

    def click(self, selector: str) -> None:
        self.tab.page.locator(selector).filter(visible=True).first.click()


class Firefox(Hands):
    def __init__(self, tab: FirefoxTab) -> None:
        self.tab: FirefoxTab = tab

    def down(self, key: str) -> None:
        self.tab.keys(("keyDown", KEYS.get(key, key)))

    def up(self, key: str) -> None:
        self.tab.keys(("keyUp", KEYS.get(key, key)))

    def click(self, selector: str) -> None:
        self.tab.click(selector)


def test_space_talks_while_it_is_held_and_letters_can_be_turned_off(
    context: BrowserContext, firefox_browser: FirefoxBrowser, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("amara", "Den")
    path = f"/rooms/{room}"
    listeners = tuple(open_tab(context, relay.url, name) for name in ("amara", "tom"))
    for each in listeners:
        each.enter(room)
    beth = open_page(context, relay.url, path, "beth", tone=440)
    uses_the_keys(Chromium(beth), listeners, psql, room)
    with firefox_browser.visited() as browser:
        fox = browser.open_page(relay.url, path, "fox", tone=880)
        uses_the_keys(Firefox(fox), listeners, psql, room)
        assert [tab.errors for tab in (*listeners, beth, fox)] == [[], [], [], []]


def uses_the_keys(hands: Hands, listeners: tuple[BrowserTab, ...], psql: Psql, room: int) -> None:
    """From entering the room to leaving it."""
    for tab in (hands.tab, *listeners):
        tab.until(
            "() => globalThis.roomtone?.state?.phase === 'in' && roomtone.people().length === 3"
        )
    entering_puts_the_focus_in_the_room(hands)
    space_talks_wherever_the_focus_is(hands, listeners)
    the_microphone_is_never_left_on(hands)
    space_stays_with_fields_and_dialogs(hands)
    letters_can_be_turned_off(hands)
    the_key_to_leave_asks_who_is_on_stage(hands, psql, room)


def entering_puts_the_focus_in_the_room(hands: Hands) -> None:
    hands.tab.until("() => document.activeElement.matches('.room')")
    for _ in range(4):
        hands.press("Tab")
        if hands.tab.run("() => document.activeElement.matches('.microphone')"):
            return
    raise AssertionError("more than four Tabs to the microphone")


def space_talks_wherever_the_focus_is(hands: Hands, listeners: tuple[BrowserTab, ...]) -> None:
    name = hands.tab.username
    hands.down(" ")
    for each in listeners:
        each.until(
            "(name) => roomtone.people().some((one) => one.username === name && one.speaking)", name
        )
    hands.up(" ")
    for each in listeners:
        each.until(
            "(name) => roomtone.people().some((one) => one.username === name && one.muted)", name
        )
    for selector in (
        ".topbar__brand a",
        ".seat__face",
        ".control--more, .control",
        ".panel__tab",
        ".room",
    ):
        hands.focus(selector)
        hands.talks_while_holding_space()
        assert hands.tab.run(NOTHING_OPEN), f"Space pressed {selector}"


def the_microphone_is_never_left_on(hands: Hands) -> None:
    # A button that was clicked keeps the focus.
    hands.click(".microphone")
    hands.talks()
    hands.click(".microphone")
    hands.is_silent()
    hands.talks_while_holding_space()
    hands.click(".microphone")
    hands.talks()
    hands.press(" ")
    hands.is_silent()
    # The key repeats, the focus moves, a dialog opens.
    hands.down(" ")
    hands.talks()
    hands.down(" ")
    hands.focus(".seat__face")
    hands.down(" ")
    hands.press("?")
    hands.tab.until("() => document.querySelector('dialog[open]')")
    hands.up(" ")
    hands.is_silent()
    hands.press("Escape")
    hands.tab.until(NOTHING_OPEN)
    # The window loses the focus, and the key is still held when it comes back.
    hands.focus(".microphone")
    hands.down(" ")
    hands.talks()
    hands.tab.run("() => void dispatchEvent(new Event('blur'))")
    hands.tab.until(MUTED)
    hands.down(" ")
    hands.up(" ")
    hands.is_silent()


def space_stays_with_fields_and_dialogs(hands: Hands) -> None:
    hands.press("c")
    hands.tab.until("() => document.activeElement.matches('textarea')")
    for key in "a ":
        hands.press(key)
    hands.tab.until("() => document.activeElement.value === 'a '")
    assert hands.tab.run(MUTED)
    hands.focus(".microphone")


def letters_can_be_turned_off(hands: Hands) -> None:
    hands.press("?")
    hands.tab.until("() => document.querySelector('dialog[open]')")
    hands.talks_while_holding_space()  # the focus is on the title
    hands.focus("dialog input[name=letters]")
    hands.press(" ")
    hands.tab.until("() => !document.querySelector('dialog input[name=letters]').checked")
    assert hands.tab.run(MUTED)
    hands.press("Escape")
    hands.tab.until(NOTHING_OPEN)
    for key in ("m", "l", "?"):
        hands.press(key)
    hands.is_silent()
    assert hands.tab.run(NOTHING_OPEN)
    hands.talks_while_holding_space()
    hands.tab.until("() => !/Press M/u.test(document.body.innerText)")
    assert not hands.tab.run("() => document.querySelector('.microphone').ariaKeyShortcuts")
    assert hands.tab.run("() => JSON.parse(localStorage['roomtone.keys']).letters") is False
    hands.tab.run("() => void document.querySelector('.control--keys').click()")
    hands.focus("dialog input[name=letters]")
    hands.press(" ")
    hands.press("Escape")
    hands.tab.until(NOTHING_OPEN)
    hands.press("m")
    hands.talks()
    hands.press("m")
    hands.is_silent()


def the_key_to_leave_asks_who_is_on_stage(hands: Hands, psql: Psql, room: int) -> None:
    hands.press("l")
    hands.tab.until(
        "() => document.querySelector('dialog[open]')?.textContent.includes('You are on stage')"
    )
    hands.press("Escape")
    hands.tab.until(NOTHING_OPEN)
    assert hands.tab.username in psql.roster(room)
    # The next key may open the dialog again before the page is told that it was closed.
    hands.press("l")
    hands.tab.until("() => document.querySelector('dialog[open]')")
    hands.tab.run(CLOSE_AND_PRESS_L)
    hands.tab.until("() => document.querySelector('dialog[open]')")
    hands.click("dialog[open] .button--action")
    hands.tab.until("() => roomtone.state?.phase === 'left' && location.pathname === '/'")
