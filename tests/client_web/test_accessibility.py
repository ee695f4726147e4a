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
OF_COLOURS = ("color-contrast", "link-in-text-block")
COLOURS = EVERY_RULE | {"runOnly": OF_COLOURS}
NO_COLOURS = EVERY_RULE | {"rules": {rule: {"enabled": False} for rule in OF_COLOURS}}

# Colours are checked as they are after animations, which are ended: to wait for them is to paint every frame of them.
CHECK = """async ([rules, known]) => {
    if (!globalThis.axe) return null
    const ends = (each) => each.playState === 'running' && each.effect.getTiming().iterations !== Infinity
    for (let moving; (moving = document.getAnimations().filter(ends)).length > 0;) {
        moving.forEach((each) => each.finish())
        await Promise.allSettled(moving.map((each) => each.finished))
    }
    if (!known) return [(await axe.run(document, rules)).violations, []]
    const looks = (each) => {
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(each)
        const grounds = []
        let opacity = 1
        for (let at = each, covered = false; at; at = at.parentElement) {
            const { backgroundColor, backgroundImage, opacity: own } = getComputedStyle(at)
            opacity *= Number(own)
            if (!covered) grounds.push(backgroundColor, backgroundImage)
            covered ||= !/rgba|\\/|transparent/u.test(backgroundColor) && backgroundImage === 'none'
        }
        const around = each.localName === 'a' ? getComputedStyle(each.parentElement).color : ''
        return [each.localName, around, each.closest(':disabled, [aria-disabled=true]') === null, color, fontSize, fontWeight, textShadow, opacity, ...grounds].join()
    }
    const hasText = (each) => each.matches('input, select, textarea') || [...each.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim())
    const texts = [...(document.querySelector('dialog:modal') ?? document.body).querySelectorAll('*')].filter((each) => hasText(each) && each.checkVisibility())
    const fresh = new Map(texts.map((each) => [looks(each), each]))
    for (const look of known) fresh.delete(look)
    return [fresh.size ? (await axe.run({ include: [...fresh.values()] }, rules)).violations : [], [...fresh.keys()]]
}"""
"""The violations, and the looks of the texts that they are about; null if the page does not have axe yet.

If looks are given that are known, it is only about texts that look like none of them: of another colour or size, or on another ground.
Behind a dialog they were checked before it opened.
"""


def flaws(
    user: UserPage,
    state: str,
    rules: dict[str, Any] = EVERY_RULE,
    *,
    known_looks: set[str] | None = None,
) -> list[str]:
    """Violations of axe's rules, with best practices; or of the given rules.

    `known_looks`: only of texts that look like none of these, and how they look is added.
    """
    arguments = [rules, None if known_looks is None else sorted(known_looks)]
    answer = user.page.evaluate(CHECK, arguments)
    if answer is None:
        user.page.evaluate(AXE.axe_script)
        answer = user.page.evaluate(CHECK, arguments)
    found, looks = answer
    if known_looks is not None:
        known_looks.update(looks)
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
