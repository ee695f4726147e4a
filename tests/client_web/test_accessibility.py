"""Everything can be done by keyboard; and how axe is asked for flaws (test_axe.py asks on every page)."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .user_page import PHONE, UserPage, user_page

AXE = Axe()
# Style sheets would be read for a rule alone that is off, because it is experimental.
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
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
    const grounds = new Map()
    const groundOf = (at) => {
        if (!at) return { opacity: 1, ground: '' }
        if (!grounds.has(at)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at)
            const below = groundOf(at.parentElement)
            const isFlat = backgroundImage === 'none'
            const ground = isFlat && /(?:^rgba.*,|\\/) 0\\)$/u.test(backgroundColor) ? below.ground
                : isFlat && !/rgba|\\//u.test(backgroundColor) ? backgroundColor
                : [backgroundColor, backgroundImage, below.ground].join()
            grounds.set(at, { opacity: opacity * below.opacity, ground })
        }
        return grounds.get(at)
    }
    const looks = (each) => {
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(each)
        const { opacity, ground } = groundOf(each)
        // Of its size, contrast depends only on whether it is large: 18 pt, or 14 pt in bold (WCAG 2.2, 1.4.3).
        const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 14 : 18) / 0.75
        const around = each.localName === 'a' && getComputedStyle(each.parentElement).color
        const field = each.type ?? (each.closest('label') && 'label')
        return [field, around, each.closest(':disabled, [aria-disabled=true]') === null, color, isLarge, textShadow, opacity, ground].join()
    }
    const hasText = (each) => each.matches('input, select, textarea') || [...each.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim())
    // Axe has no answer about contrast on an image, such as the gradient of an avatar.
    const isOnImage = (each) => each.localName !== 'a' && /gradient|url/u.test(groundOf(each).ground)
    const texts = [...(document.querySelector('dialog:modal') ?? document.body).querySelectorAll('*')]
        .filter((each) => hasText(each) && each.checkVisibility() && !each.closest('.visually-hidden') && !isOnImage(each))
    const fresh = new Map(texts.map((each) => [looks(each), each]))
    for (const look of known) fresh.delete(look)
    if (!fresh.size) return [[], []]
    // Axe would read thirty styles of every element to know what lies behind a text: what is not shown does not.
    const isShown = (each) => each.checkVisibility() || getComputedStyle(each).display === 'contents'
    document.createTreeWalker = (root, what) => Document.prototype.createTreeWalker
        .call(document, root, what, (each) => isShown(each) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT)
    try {
        return [(await axe.run({ include: [...fresh.values()] }, rules)).violations, [...fresh.keys()]]
    } finally {
        delete document.createTreeWalker
    }
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
        # Of each element that a rule is about, axe would keep the HTML: of the page's, all of it.
        user.page.evaluate(f"{AXE.axe_script}; axe.configure({{ noHtml: true }})")
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
