"""Everything can be done by keyboard; and how axe is asked for flaws (test_axe.py asks on every page)."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .user_page import PHONE, UserPage, user_page

AXE = Axe()
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block"]}

# Colours are checked after animations have ended.
CHECK = """async ([rules, within]) => {
    if (!globalThis.axe) return null
    const ends = (each) => each.playState === 'running' && each.effect.getTiming().iterations !== Infinity
    for (let moving; (moving = document.getAnimations().filter(ends)).length > 0;)
        await Promise.allSettled(moving.map((each) => each.finished))
    return (await axe.run(document.querySelector(within) ?? document, rules)).violations
}"""
"""The violations; null if the page does not have axe yet."""


def flaws(
    user: UserPage, state: str, rules: dict[str, Any] = EVERY_RULE, *, within: str = "html"
) -> list[str]:
    """Violations of axe's rules, with best practices; or of the given rules. If there is an element `within`, only there."""
    found = user.page.evaluate(CHECK, [rules, within])
    if found is None:
        user.page.evaluate(AXE.axe_script)
        found = user.page.evaluate(CHECK, [rules, within])
    return [
        f"{state}: {each['id']}: {[node['target'] for node in each['nodes']]}" for each in found
    ]


def flawless(user: UserPage, state: str, rules: dict[str, Any] = EVERY_RULE) -> None:
    assert flaws(user, state, rules) == []


def flawless_day_and_night(user: UserPage, state: str) -> None:
    """In dark mode only colours differ, and they do not depend on the size: they are checked on one size."""
    flawless(user, state)
    if user.page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
        user.page.emulate_media(color_scheme="dark")
        flawless(user, f"{state}, by night", COLOURS)
        user.page.emulate_media(color_scheme="light")


def test_by_keyboard_alone_a_person_enters_talks_inspects_and_leaves(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.room("rick", "Porch")
    with user_page(context, relay.url, "beth", tone=440) as beth:
        beth.card("Porch").wait_for()
        tab_to(beth, "Porch")
        beth.page.keyboard.press("Enter")
        beth.walks_in()
        beth.waits_for("() => document.activeElement.ariaLabel === 'Porch'")  # the focus went along
        tab_to(beth, "Turn microphone on")
        beth.page.keyboard.press("Enter")
        beth.reads("You're speaking")
        tab_to(beth, "Inspector")
        beth.page.keyboard.press("Enter")  # Space talks
        beth.page.get_by_role("heading", name="Inspector").wait_for()
        beth.page.keyboard.press("Escape")
        tab_to(beth, "Leave quietly")
        beth.page.keyboard.press("Enter")
        beth.reads("Rooms to drop into and talk.")


def tab_to(user: UserPage, name: str) -> None:
    """Presses Tab until this has the focus, and checks that the focus is visible."""
    for _ in range(40):
        user.page.keyboard.press("Tab")
        focused = user.page.evaluate(
            """() => {
                const { ariaLabel, textContent } = document.activeElement
                return (ariaLabel ?? textContent ?? '').trim()
            }"""
        )
        if focused == name:
            ringed = user.page.evaluate(
                "() => ['', '::after'].some((part) => parseFloat(getComputedStyle(document.activeElement, part || null).outlineWidth) >= 2)"
            )
            assert ringed, f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"Tab never came to {name}")
