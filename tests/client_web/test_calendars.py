"""Calendars in the page: the file of a planned room, the addresses of clubs and people, and one's own."""

from __future__ import annotations

from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay, get
from .test_pages import confirm, heading
from .user_page import user_page


def names(content: bytes) -> set[str]:
    return {str(event["summary"]) for event in Calendar.from_ical(content).events}


def test_a_planned_room_is_saved_for_a_calendar(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    with user_page(context, relay.url, "amara", refusals=True) as amara:
        amara.button("Start a room").click()
        form = amara.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Name", exact=True).fill("Saturn before bedtime")
        form.get_by_label("Later").check()
        form.get_by_label("Date").fill(psql.one("select (now() + interval '2 days')::date::text"))
        form.get_by_label("Time", exact=True).fill("20:30")
        form.get_by_role("button", name="Plan the room").click()
        amara.card("Saturn").get_by_role("link").click()
        heading(amara, "Saturn before bedtime")
        with amara.page.expect_download() as download:
            amara.page.get_by_role("link", name="Add to calendar").press("Enter")
        (event,) = Calendar.from_ical(Path(download.value.path()).read_bytes()).events
        assert str(event["summary"]) == "Saturn before bedtime"
        zone = amara.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
        assert psql.one("select time_zone from rooms") == zone
        assert event.start.isoformat()[11:16] == "20:30"


def test_clubs_and_people_show_the_address_of_their_calendar(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id",
        psql.person("amara"),
    )
    psql.run(
        "insert into rooms (name, host_id, club_id, starts_at) select 'Attic', owner_id, id, now() + interval '3 days' from clubs"
    )
    with user_page(context, relay.url, None, path=f"/clubs/{club}") as anyone:
        for path, whose in ((f"/clubs/{club}", "“Blue Hour”"), ("/people/amara", "amara")):
            anyone.page.goto(relay.url + path)
            anyone.button("Calendar").press("Enter")
            dialog = anyone.page.get_by_role("dialog", name=f"Calendar of {whose}")
            address = dialog.get_by_label("Address of the calendar", exact=True).input_value()
            assert address == f"{relay.url}{path}/calendar.ics"
            assert names(get(address).content) == {"Attic"}
            opens = dialog.get_by_role("link", name="Open in a calendar program")
            assert opens.get_attribute("href") == address.replace("http:", "webcal:")
            anyone.page.keyboard.press("Escape")


def test_a_user_makes_renews_and_ends_the_address_of_their_own_calendar(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.run(
        "insert into rooms (name, access, host_id, starts_at) values ('Attic', 'invited', %s, now() + interval '3 days')",
        psql.person("amara"),
    )
    with user_page(context, relay.url, "amara", path="/people/amara") as amara:
        amara.button("Your calendar").press("Enter")
        dialog = amara.page.get_by_role("dialog", name="Your calendar")
        dialog.get_by_text("You have no address yet.").wait_for()
        dialog.get_by_role("button", name="Make an address").press("Enter")
        shown = dialog.get_by_label("Your secret address", exact=True)
        shown.wait_for()
        first = shown.input_value()
        assert names(get(first).content) == {"Attic"}
        dialog.get_by_role("button", name="Make a new address").press("Enter")
        confirm(amara, "Make a new address?", "Make a new address")
        amara.page.wait_for_function(
            "old => document.querySelector('dialog[open] .share__link').value !== old", arg=first
        )
        second = shown.input_value()
        assert get(first).status_code == 404
        assert get(second).status_code == 200
        amara.page.keyboard.press("Escape")
        amara.button("Your calendar").click()
        dialog.get_by_text("You have an address, made on").wait_for()
        assert not shown.is_visible(), "it is not shown again"
        dialog.get_by_role("button", name="Switch it off").press("Enter")
        confirm(amara, "Switch your calendar off?", "Switch it off")
        dialog.get_by_text("You have no address yet.").wait_for()
        assert get(second).status_code == 404
