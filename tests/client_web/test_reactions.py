"""Reactions, slow mode and the pinned link, as people use them."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .test_accessibility import flawless
from .test_chat import TYPES_WHILE_WAITING, box, hall, message
from .user_page import DESKTOP, user_page

__all__ = ["hall"]

PRESS = """([key, times]) => {
    for (let turn = 0; turn < times; turn += 1) {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    }
}"""
"""At once, so that all arrive while the first is shown."""


def test_a_reaction_is_shown_over_its_seat_for_a_moment(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path) as beth,
        user_page(context, relay.url, "maya", path=path) as maya,
        user_page(context, relay.url, "lior", path=path) as still,
    ):
        still.page.emulate_media(reduced_motion="reduce")
        for each in (beth, maya, still):
            each.walks_in()
            each.seat("beth").wait_for()
            each.remembers_what_is_brief()
        beth.button("React").click()
        beth.page.get_by_role("toolbar", name="Reactions").wait_for()
        flawless(beth, "the palette")
        beth.page.evaluate(PRESS, ["1", 2])
        beth.page.keyboard.press("ArrowRight")
        beth.page.keyboard.press("Enter")
        for each in (beth, maya):
            each.has_shown("beth reaction 👏×2")
            each.has_shown("beth reaction ❤️")
        still.has_shown("beth reaction reaction--still ❤️")
        # The same again is shown as long again.
        for each in (beth, maya, still):
            each.shows_for(0.1)
        beth.page.evaluate(PRESS, ["1", 1])
        beth.page.evaluate(PRESS, ["2", 1])
        for each in (beth, maya, still):
            each.waits_for("() => document.querySelectorAll('.reaction').length === 0")
        beth.shows_for(30)
        # One announcement, or two if the heart arrived late.
        maya.has_announced("pplause")
        maya.has_announced("heart from beth.")
        assert beth.page.evaluate("document.activeElement.ariaLabel") == "A heart"
        beth.page.keyboard.press("Escape")
        beth.waits_for("() => document.activeElement.textContent === 'React'")
        beth.page.keyboard.press("r")
        # As if many had been sent just now: a busy machine sends fewer in four seconds than the room allows.
        psql.run(
            "update paces set settled_at = now() + interval '1 minute' where kind = 'reactions'"
        )
        beth.page.evaluate(PRESS, ["4", 1])
        beth.reads("Too many reactions in a short time.")


def test_the_palette_and_the_database_know_the_same_emoji(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    with user_page(context, relay.url) as user:
        palette = user.page.evaluate(
            "async () => (await import('/client/room/reactions.js')).PALETTE"
        )
    rule = psql.one(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'reactions_emoji_is_known'"
    )
    assert rule.count("'::text") == len(palette)
    assert all(f"'{emoji}'" in rule for emoji in palette)


def test_slow_mode_counts_down_and_a_pinned_link_is_shown_until_it_is_removed(
    context: BrowserContext, relay: RunningRelay, psql: Psql, hall: int
) -> None:
    path = f"/rooms/{hall}"
    with (
        user_page(context, relay.url, "beth", path=path, refusals=True) as beth,
        user_page(context, relay.url, "rick", path=path) as rick,
    ):
        for each in (beth, rick):
            each.resize(DESKTOP)
            message(each, "onerror").wait_for()
        psql.run("update rooms set slow_mode = 3 where id = %s", hall)
        beth.reads("Slow mode: one message every 3 s.")
        assert rick.page.locator(".composer__notice").inner_text() == ""  # moderators are exempt
        box(beth).fill("https://tea.example/leaves is worth a look")
        said = ["Slow mode: you can write again in", "and another thing"]
        beth.page.evaluate(TYPES_WHILE_WAITING, said)
        box(beth).press("Enter")
        assert beth.page.evaluate("typedWhileWaiting") == "and another thing"
        message(rick, "tea.example").wait_for()
        beth.reads("Slow mode: one message every 3 s.")
        box(beth).press("Enter")
        message(rick, "and another thing").wait_for()
        psql.run("update rooms set slow_mode = 0 where id = %s", hall)
        beth.waits_for("() => !document.querySelector('.composer__notice').textContent")
        # What is written without a connection is sent when there is one again.
        context.set_offline(True)
        beth.page.evaluate("dispatchEvent(new Event('online'))")
        beth.reads("You are not connected.")
        box(beth).fill("later")
        box(beth).press("Enter")
        assert box(beth).input_value() == ""
        context.set_offline(False)
        for each in (beth, rick):
            each.walks_in()
            each.said.clear()  # the browser's own messages about the network
        message(rick, "later").wait_for()
        # A link is pinned from a message, seen by all and removed; then pinned by its address, which must be http or https.
        message(rick, "tea.example").hover()
        rick.page.get_by_label("Pin this link for everybody").click()
        pinned = beth.page.locator(".pinned").get_by_role("link", name="tea.example/leaves")
        pinned.wait_for()
        assert beth.button("Remove the pinned link").count() == 0
        flawless(rick, "a pinned link")
        rick.button("Remove the pinned link").click()
        pinned.wait_for(state="detached")
        rick.button("Pin a link").click()
        rick.page.get_by_label("Address", exact=True).fill("javascript:alert(1)")
        rick.button("Pin it").click()
        rick.reads("This is no link.")
        flawless(rick, "pinning a link")
        rick.page.get_by_label("Address", exact=True).fill("tea.example/leaves")
        rick.button("Pin it").click()
        pinned.wait_for()
