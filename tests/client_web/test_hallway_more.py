"""The page when there are more rooms than the hallway's window has."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from ..people import Psql
from ..running import RunningRelay
from .user_page import user_page


def test_rooms_beyond_the_window_are_counted_read_in_pages_and_found(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.run(
        "insert into rooms (name, host_id) select 'Room ' || n, %s from generate_series(1, 130) n",
        psql.person("rick"),
    )
    psql.run(
        "insert into participants (room_id, user_id, role) select id, %s, 'SPEAKER' from rooms",
        psql.person("amara"),
    )
    with user_page(context, relay.url, "beth", refusals=True) as beth:
        cards = beth.page.locator(".hallway__cards .card")
        focus, more = beth.page.locator(":focus"), beth.button("Show more")
        beth.reads("80 more rooms")
        expect(cards).to_have_count(50)
        beth.remembers_what_is_brief()
        more.press("Enter")
        beth.reads("30 more rooms")
        expect(cards).to_have_count(100)
        expect(focus).to_have_text("Room 51")
        beth.has_announced("50 rooms added. 30 more rooms")

        search, found = beth.page.get_by_role("searchbox"), beth.page.get_by_role("status")
        search.fill("room 129")
        beth.sees_cards("Room 129")
        expect(found.filter(has_text="1 room found")).to_have_count(1)
        expect(focus).to_have_attribute("type", "search")
        more.wait_for(state="hidden")
        beth.page.route("**/rows/hallway*", lambda route: route.fulfill(status=429))
        search.fill("room 128")
        beth.reads("Only the rooms shown before were searched.")
        expect(beth.page.get_by_text("Nothing found").filter(visible=True)).to_have_count(0)
        beth.page.unroute("**/rows/hallway*")
        beth.button("Try again").press("Enter")
        beth.sees_cards("Room 128")
        beth.page.locator(".hallway__failure").wait_for(state="hidden")

        search.fill("")
        more.press("Enter")
        expect(cards).to_have_count(130)
        more.wait_for(state="hidden")
        expect(focus).to_have_text("Room 101")
        beth.has_announced("30 rooms added. These are all rooms.")
