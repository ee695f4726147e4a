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
    with user_page(context, relay.url, "beth") as beth:
        more = beth.button("Show more")
        beth.reads("80 more rooms")
        expect(beth.page.locator(".hallway__cards .card")).to_have_count(50)
        more.click()
        beth.reads("30 more rooms")
        expect(beth.page.locator(".hallway__cards .card")).to_have_count(100)
        search = beth.page.get_by_role("searchbox")
        search.fill("room 129")
        beth.sees_cards("Room 129")
        more.wait_for(state="hidden")
        search.fill("")
        more.click()
        expect(beth.page.locator(".hallway__cards .card")).to_have_count(130)
        more.wait_for(state="hidden")
