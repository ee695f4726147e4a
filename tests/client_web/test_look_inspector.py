"""Inspector: the rows, bells and signals behind what is on screen."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .user_page import user_page


def test_a_row_made_in_psql_shows_with_its_notification_and_how_long_it_took(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        assert not beth.page.get_by_role("region", name="Inspector").is_visible()
        beth.page.keyboard.press("g")
        wall = beth.page.get_by_role("region", name="Inspector")
        psql.seat(room, "amara")
        row = wall.locator(".entry[data-kind='event']").filter(has_text="amara takes a seat")
        row.get_by_text(re.compile(r"^seen in [\d.<]+ ?[\d.]* m?s$")).wait_for()
        assert row.locator(".timeline__name").all_inner_texts() == ["row", "notified", "seen"]
        assert row.locator(".entry__what").inner_text() == "INSERT participants"
        row.locator("summary").click()
        row.locator(".entry__row").filter(has_text='"username": "amara"').wait_for()
        beth.page.keyboard.press("Escape")
        wall.wait_for(state="hidden")


def test_my_own_seat_is_seen_as_a_write_that_came_back_by_the_log(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.opens("Just listen")
        beth.opens("Inspector")
        write = beth.page.locator(".entry[data-kind='write']").filter(
            has_text="you become AUDIENCE"
        )
        write.get_by_text(re.compile("^back in ")).wait_for()
        write.get_by_text("back by the log").wait_for()


def test_one_click_on_a_seat_shows_its_signal_trace(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "zoe")
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path) as amara,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        amara.walks_in()
        beth.seat("zoe").wait_for()
        beth.seat("amara").get_by_role("button").click()
        card = beth.page.get_by_role("dialog", name="amara")
        card.get_by_text(re.compile("^connected in ")).wait_for()
        card.get_by_role("button", name="Show in the inspector").click()
        card.wait_for(state="hidden")
        wall = beth.page.get_by_role("region", name="Inspector")
        wall.get_by_text(re.compile("^connected in ")).wait_for()
        assert wall.locator(".trace").count() == 1
        assert wall.locator(".trace .timeline__name").all_inner_texts() == [
            "offer",
            "answer",
            "connected",
        ]
        told = wall.locator(".entry__summary").all_inner_texts()
        assert any(re.match(r"offer · .* (to|from) amara", story) for story in told), told
        assert all("amara" in story for story in told), told
        line = wall.locator(".inspector__sql").inner_text()
        assert f"room_id = {room}" in line
        with psql.connection.cursor() as cursor:
            cursor.execute(line.encode())  # what the page proposes is valid in psql
            assert cursor.rowcount >= 1
        beth.button("All rows").click()
        wall.get_by_role("heading", name="Inspector").wait_for()


def test_a_name_with_a_quote_makes_a_line_that_still_runs(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "d'Arc; --")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.seat("d'Arc; --").get_by_role("button").click()
        beth.button("Show in the inspector").click()
        line = beth.page.locator(".inspector__sql").inner_text()
        with psql.connection.cursor() as cursor:
            cursor.execute(line.encode())
            assert cursor.rowcount >= 0
