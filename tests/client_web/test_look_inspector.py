"""The inspector: the rows, notifications and signals behind what is shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from ..people import Psql
from ..running import RunningRelay
from .user_page import user_page

pytestmark = pytest.mark.shares_a_relay


def test_a_row_made_in_psql_is_shown_with_the_time_of_its_notification(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        assert not beth.page.get_by_role("region", name="Inspector").is_visible()
        beth.page.keyboard.press("g")
        inspector = beth.page.get_by_role("region", name="Inspector")
        psql.seat(room, "amara")
        row = inspector.locator(".entry[data-kind='event']").filter(has_text="amara takes a seat")
        row.get_by_text(re.compile(r"^seen in [\d.<]+ ?[\d.]* m?s$")).wait_for()
        expect(row.locator(".timeline__name")).to_have_text(["row", "notified", "seen"])
        expect(row.locator(".entry__what")).to_have_text("INSERT participants")
        row.locator("summary").click()
        row.locator(".entry__row").filter(has_text='"username": "amara"').wait_for()
        beth.page.keyboard.press("Escape")
        inspector.wait_for(state="hidden")


def test_my_own_seat_is_a_write_whose_event_came_back(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    # A lesson's link: with the inspector open.
    with user_page(context, relay.url, path=f"/rooms/{room}?username=beth&inspector") as beth:
        beth.walks_in()
        beth.opens("Just listen")
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
        assert not re.search("offer|answer|candidate|connected in", card.inner_text())
        card.get_by_role("button", name="Show in the inspector").click()
        card.wait_for(state="hidden")
        inspector = beth.page.get_by_role("region", name="Inspector")
        inspector.get_by_text(re.compile("^connected in ")).wait_for()
        assert inspector.locator(".trace").count() == 1
        expect(inspector.locator(".trace .timeline__name")).to_have_text(
            ["offer", "answer", "connected"]
        )
        summaries = inspector.locator(".entry__summary").all_inner_texts()
        assert any(re.match(r"offer · .* (to|from) amara", summary) for summary in summaries), (
            summaries
        )
        assert all("amara" in summary for summary in summaries), summaries
        statement = inspector.locator(".inspector__sql").inner_text()
        assert f"room_id = {room}" in statement
        with psql.connection.cursor() as cursor:
            cursor.execute(statement.encode())  # what the page proposes is valid in psql
            assert cursor.rowcount >= 1
        beth.button("All rows").click()
        inspector.get_by_role("heading", name="Inspector").wait_for()
        # Who is no longer here has no connection, however they went.
        traces = inspector.locator(".trace")
        traces.filter(has_text="amara").wait_for()
        psql.run("delete from users where username = 'amara'")
        inspector.locator(".entry").filter(has_text="amara").first.wait_for()
        expect(traces.filter(has_text="amara")).to_have_count(0)


def test_the_statement_for_a_name_with_a_quote_runs(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    psql.seat(room, "d'Arc; --")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.seat("d'Arc; --").get_by_role("button").click()
        beth.button("Show in the inspector").click()
        statement = beth.page.locator(".inspector__sql").inner_text()
        with psql.connection.cursor() as cursor:
            cursor.execute(statement.encode())
            assert cursor.rowcount >= 0
