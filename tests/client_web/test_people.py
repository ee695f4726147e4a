"""People are found, followed, and seen where they are."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from ..people import Psql
from ..running import RunningRelay
from .user_page import user_page


def test_a_person_is_found_by_keyboard_followed_and_seen_in_rooms(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    porch = psql.room("rick", "Porch")
    psql.room("rick", "Café Zoé")
    for name in ("Zoë", "lior"):
        psql.person(name)
    psql.run(
        "insert into clubs (name, owner_id) values ('Zoe’s kitchen', %s)", psql.person_id("lior")
    )
    with user_page(context, relay.url, "beth") as beth:
        keys, focus = beth.page.keyboard, beth.page.locator(":focus")
        beth.sees_cards("Porch", "Café Zoé")
        keys.press("f")
        keys.type("ZOE")
        beth.sees_cards("Café Zoé")
        people = beth.page.get_by_role("region", name="People")
        people.get_by_role("link", name="Zoë").wait_for()
        for name in ("Café Zoé", "Zoe’s kitchen", "Zoë"):
            keys.press("ArrowDown")
            expect(focus).to_contain_text(name)
        keys.press("ArrowUp")
        expect(focus).to_contain_text("Zoe’s kitchen")
        keys.press("ArrowDown")
        keys.press("Enter")

        beth.page.get_by_role("heading", name="Zoë").wait_for()
        beth.reads("They are in no room that you can see.")
        beth.button("Follow Zoë").press("Enter")
        beth.button("Following Zoë").wait_for()
        psql.seat(porch, "Zoë", "AUDIENCE")
        beth.page.locator(".page--person").get_by_role("link", name="Porch").wait_for()

        beth.page.get_by_role("searchbox").fill("")
        heading = beth.page.get_by_role("heading", name="You follow")
        heading.wait_for()
        expect(beth.card("Porch").locator(".card__known")).to_have_text("Zoë is here")
        psql.act_as("lior")
        psql.act_as("beth").one("select follow('lior')")
        psql.act_as(None).seat(porch, "lior")
        expect(beth.card("Porch").locator(".card__known")).to_have_text("Zoë is here")
        beth.page.reload()  # this page did not follow lior itself
        expect(beth.card("Porch").locator(".card__known")).to_have_text("lior and Zoë are here")

        psql.act_as("Zoë").one("select block('beth')")
        expect(beth.card("Porch").locator(".card__known")).to_have_text("lior is here")
        beth.page.get_by_role("searchbox").fill("zoe")
        beth.page.get_by_role("link", name="Zoe’s kitchen").wait_for()
        expect(people).to_be_hidden()
