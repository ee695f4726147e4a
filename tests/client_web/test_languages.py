"""The page in Arabic and German: chosen by the browser, changed on the page, from right to left on a small phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ..people import Psql
from ..running import RunningRelay
from .browser import patient_context
from .test_accessibility import flawless
from .user_page import SMALL_PHONE, UserPage, user_page

pytestmark = pytest.mark.shares_a_relay

CATALOGUES = """() => performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1)).filter((name) => name.endsWith('.json'))"""
LANGUAGE = "() => `${document.documentElement.lang} ${document.documentElement.dir}`"
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('body *')].filter((each) => {
    if (!each.checkVisibility() || each.closest('.visually-hidden, .skip, svg')) return false
    const { left, right } = each.getBoundingClientRect()
    return left < -1 || right > innerWidth + 1
}).map((each) => `${each.tagName} ${each.className}`)"""
SIDES = """() => ['.topbar__brand', '.topbar__me'].map((each) => document.querySelector(each).getBoundingClientRect().left)"""


def fits(page: Page) -> None:
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def speaks(user: UserPage, code: str) -> None:
    """Chooses a language, and waits for the page in it."""
    user.page.locator(".language__choice").select_option(code)
    user.waits_for(
        "(code) => document.documentElement.lang === code && document.querySelector('.language')",
        code,
    )


def talks_by_keyboard(user: UserPage, *, on: str, off: str) -> None:
    """Turns the microphone on and off by its key; `on` and `off` are what its button is called before."""
    button = user.page.locator(".microphone")
    user.page.get_by_role("button", name=on, exact=True).wait_for()
    user.page.keyboard.press("m")
    user.page.get_by_role("button", name=off, exact=True).wait_for()
    button.focus()
    user.page.keyboard.press("Enter")
    user.page.get_by_role("button", name=on, exact=True).wait_for()


def test_the_page_speaks_the_readers_language_and_another_one_if_asked(
    browser: Browser, relay: RunningRelay, psql: Psql, tmp_path: Path
) -> None:
    den = psql.room("نور", "Den (live)")
    psql.seat(den, "نور")
    locked = psql.room("rick", "Attic")
    psql.run("update rooms set locked = true where id = %s", locked)
    context = patient_context(
        browser,
        permissions=["microphone"],
        locale="ar-EG",
        viewport={"width": SMALL_PHONE[0], "height": SMALL_PHONE[1]},
        reduced_motion="reduce",
    )
    try:
        with user_page(context, relay.url, "beth", tone=440, refusals=True) as beth:
            page = beth.page
            beth.card("Den (live)").wait_for()
            assert page.evaluate(LANGUAGE) == "ar rtl"
            assert page.evaluate(CATALOGUES) == ["ar.json"]
            assert page.locator(".skip").text_content() == "إلى الغرف"
            brand, me = page.evaluate(SIDES)
            assert brand > me
            fits(page)
            flawless(beth, "the hallway in Arabic")

            page.get_by_role("button", name="بدء غرفة").click()
            page.get_by_role("dialog", name="بدء غرفة").wait_for()
            fits(page)
            flawless(beth, "starting a room in Arabic")
            page.keyboard.press("Escape")

            beth.card("Den (live)").locator(".card__link").click()
            beth.walks_in()
            beth.reads("هنا شخصان")  # two people: a form of its own
            fits(page)
            flawless(beth, "a room in Arabic")
            page.keyboard.press("g")
            page.locator(".entry__whose", has_text="منك").first.wait_for()
            assert (
                page.locator(".inspector__sql").evaluate("(sql) => getComputedStyle(sql).direction")
                == "ltr"
            )
            fits(page)
            flawless(beth, "the inspector in Arabic")
            page.keyboard.press("g")
            page.locator(".inspector").wait_for(state="hidden")
            talks_by_keyboard(beth, on="تشغيل الميكروفون", off="إطفاء الميكروفون")
            assert page.locator(".seat__name").evaluate_all(
                "(all) => all.map(({ dir, textContent }) => `${dir} ${textContent}`)"
            ) == ["auto نور", "auto beth"]

            page.get_by_role("link", name="الردهة", exact=True).click()
            page.locator(".dock").wait_for()
            fits(page)
            speaks(beth, "de")
            assert page.evaluate(LANGUAGE) == "de ltr"
            assert page.evaluate(CATALOGUES) == ["de.json"]
            page.locator(".dock__link").click()  # still in the room
            beth.walks_in()
            beth.reads("2 Personen hier")
            fits(page)
            flawless(beth, "a room in German")
            talks_by_keyboard(beth, on="Mikrofon einschalten", off="Mikrofon ausschalten")

            page.goto(f"{relay.url}/rooms/{locked}")
            beth.reads("Dieser Raum ist abgeschlossen.")  # a refusal of the database, by its rule
            page.goto(relay.url)
            speaks(beth, "en")
            assert page.evaluate(LANGUAGE) == "en ltr"
            assert page.evaluate(CATALOGUES) == []  # English needs no file
    finally:
        context.close()


def test_without_its_catalogue_the_page_is_english(browser: Browser, relay: RunningRelay) -> None:
    context = patient_context(browser, locale="de-DE")
    context.route("**/words/de.json", lambda route: route.abort())
    try:
        page = context.new_page()
        page.goto(relay.url)
        page.get_by_role("button", name="Start a room").wait_for()
        assert page.evaluate(LANGUAGE) == "en ltr"
    finally:
        context.close()
