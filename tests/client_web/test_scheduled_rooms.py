"""Rooms in the hallway: started, planned, reminded of, sorted and marked."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .test_pages import confirm, heading
from .user_page import DESKTOP, user_page

NOTICED = """
globalThis.asked = 0
globalThis.Notification = class extends EventTarget {
    static permission = 'default'
    static async requestPermission() { globalThis.asked += 1; return this.permission = 'granted' }
}
"""


def test_a_room_is_planned_reminded_of_and_opens(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    with (
        user_page(context, relay.url, "amara", refusals=True) as amara,
        user_page(context, relay.url, "beth", before=NOTICED, refusals=True) as beth,
    ):
        amara.button("Start a room").click()
        form = amara.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Later").check()
        form.get_by_role("button", name="Plan the room").click()
        amara.reads("A room needs a name.")
        form.get_by_label("Name", exact=True).fill("n" * 10_000)
        amara.reads("At most 120 characters; these are 10,000.")
        form.get_by_label("Name", exact=True).fill("Saturn before bedtime")
        day = form.get_by_label("Date")
        fine = day.input_value()
        day.fill("2020-02-02")
        form.get_by_role("button", name="Plan the room").click()
        amara.reads("That time has passed. Choose a later one.")
        day.fill(str(int(fine[:4]) + 3) + "-01-01")
        form.get_by_role("button", name="Plan the room").click()
        form.get_by_text("year").filter(visible=True).wait_for()
        assert form.get_by_label("Name", exact=True).input_value() == "Saturn before bedtime"
        tomorrow = psql.one("select (now() + interval '1 day')::date::text")
        day.fill(tomorrow)
        form.get_by_label("Time", exact=True).fill("20:30")
        form.get_by_role("button", name="Plan the room").click()
        amara.reads("“Saturn before bedtime” opens tomorrow at 8:30 PM.")
        room = psql.one("select id from rooms where opened_at is null")

        beth.page.get_by_role("heading", name="Scheduled").wait_for()
        card = beth.card("Saturn before bedtime")
        card.get_by_text("Opens tomorrow at 8:30 PM").wait_for()
        card.get_by_role("button", name="Remind me of").click()
        card.get_by_text("You will be notified").wait_for()
        assert beth.page.evaluate("asked") == 1, "asked in the moment it is wanted"
        assert psql.count("reminders") == 1
        card.get_by_role("link").click()
        heading(beth, "Saturn before bedtime")
        beth.reads("Opens tomorrow at 8:30 PM.")
        # The room's address shows the same page, before the hallway is loaded.
        beth.page.reload()
        heading(beth, "Saturn before bedtime")
        beth.reads("Opens tomorrow at 8:30 PM.")

        amara.page.get_by_role("link", name="Saturn before bedtime").click()
        amara.button("Open the room now").click()
        amara.walks_in()
        notice = beth.page.get_by_role("region", name="Notices")
        notice.get_by_text("“Saturn before bedtime” is open now.").wait_for()
        notice.get_by_role("button", name="Enter").click()
        beth.sees_seated("amara", "beth")
        notice.wait_for(state="hidden")
        assert psql.one("select opened_at is not null from rooms where id = %s", room)


def test_a_planned_room_is_cancelled(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    with user_page(context, relay.url, "amara") as amara:
        amara.reads("No open rooms")
        psql.run(
            "insert into rooms (name, host_id, starts_at) values ('Attic', %s, now() + interval '20 minutes')",
            psql.person("amara"),
        )
        amara.card("Attic").get_by_text("Opens in 20 minutes").wait_for()
        amara.card("Attic").get_by_role("link").click()
        amara.button("Cancel the room").click()
        confirm(amara, "Cancel “Attic”?", "Cancel the room")
        amara.reads("No open rooms")
        assert psql.one("select ended_at is not null from rooms")


def test_cards_say_who_may_enter_and_are_sorted_as_chosen(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    rick = psql.person("rick")
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id", rick
    )
    rooms = [psql.room("rick", name) for name in ("Den", "Attic", "cellar 10", "Cellar 9")]
    psql.run("update rooms set locked = true where id = %s", rooms[0])
    psql.run("update rooms set club_id = %s, access = 'club' where id = %s", club, rooms[1])
    psql.run("update rooms set access = 'invited' where id = %s", rooms[2])
    psql.seat(rooms[3], "amara")
    psql.seat(rooms[3], "tom")
    psql.seat(rooms[1], "rick")
    with (
        user_page(context, relay.url, "beth") as beth,
        user_page(context, relay.url, "rick") as rick_here,
    ):
        beth.sees_cards("Cellar 9", "Attic", "Den")
        beth.card("Den").get_by_text("Locked").wait_for()
        beth.card("Attic").get_by_text("Members only").wait_for()
        rick_here.card("cellar 10").get_by_text("Invited only").wait_for()
        beth.page.get_by_label("Sort rooms").select_option(label="By name")
        beth.sees_cards("Attic", "Cellar 9", "Den")
        beth.page.get_by_label("Sort rooms").select_option(label="Newest")
        beth.sees_cards("Cellar 9", "Attic", "Den")
        beth.page.reload()
        beth.sees_cards("Cellar 9", "Attic", "Den")
        # The room is visible only with an invitation.
        psql.run(
            "insert into guests (room_id, user_id) values (%s, %s)",
            rooms[2],
            psql.person("beth"),
        )
        beth.sees_cards("Cellar 9", "cellar 10", "Attic", "Den")


def test_a_reminder_covers_no_tabs_and_goes_after_a_minute(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    attic = psql.one(
        "insert into rooms (name, host_id, starts_at) values ('Attic', %s, now() + interval '1 hour') returning id",
        psql.person("amara"),
    )
    psql.run("insert into reminders values (%s, %s)", attic, psql.person("beth"))
    context.clock.install()
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.resize(DESKTOP)
        beth.walks_in()
        beth.shows_for(1)
        psql.one("select open_room(%s)", attic)
        notice = beth.page.locator(".notice", has_text="“Attic” is open now.")
        notice.wait_for()
        tabs = beth.page.get_by_role("tablist").bounding_box()
        covers = notice.bounding_box()
        assert tabs
        assert covers
        assert covers["x"] + covers["width"] <= tabs["x"]
        beth.page.clock.fast_forward(61_000)
        notice.wait_for(state="hidden")
        beth.card("Attic").wait_for()
