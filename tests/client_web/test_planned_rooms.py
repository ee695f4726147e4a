"""Planned rooms: described, edited, and run by co-hosts."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .test_pages import heading
from .user_page import LAPTOP, SMALL_PHONE, user_page

NOTIFIED = "globalThis.Notification = class { static permission = 'denied' }"


def test_a_room_says_what_it_is_about_wherever_it_is_shown(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    about = "Two records and a pot of tea.\nThe list: https://tea.example/list"
    with (
        user_page(context, relay.url, "amara", refusals=True) as amara,
        user_page(context, relay.url, "beth") as beth,
    ):
        amara.button("Start a room").click()
        form = amara.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Name", exact=True).fill("Side B")
        form.get_by_label("Description").fill("x" * 501)
        form.get_by_text("At most 500 characters; these are 501.").wait_for()
        form.get_by_label("Description").fill(about)
        form.get_by_label("Later").check()
        amara.resize(SMALL_PHONE)
        form.get_by_role("button", name="Plan the room").click()
        form.wait_for(state="hidden")
        room = psql.one("select id from rooms where description = %s", about)
        expect(amara.button("Start a room")).to_be_focused()
        amara.button("Copy link").wait_for()
        amara.button("Start a room").click(trial=True)  # the notice does not cover it
        amara.resize(LAPTOP)

        beth.card("Side B").get_by_text("Two records and a pot of tea.").wait_for()
        beth.page.get_by_role("searchbox").fill("REcord side")
        beth.page.get_by_text("1 room found").wait_for(state="attached")
        beth.sees_cards("Side B")
        beth.page.get_by_role("searchbox").fill("")
        beth.card("Side B").get_by_role("link").click()
        heading(beth, "Side B")
        link = beth.page.locator(".landing").get_by_role("link", name="tea.example/list")
        assert link.get_attribute("href") == "https://tea.example/list"
        psql.run("update rooms set opened_at = now() where id = %s", room)
        beth.page.locator(".landing").get_by_text("Two records").filter(visible=True).wait_for()
        beth.reads("This room is open now.")

        beth.button("Enter").click()
        beth.walks_in()
        head = beth.page.locator(".room__head")
        head.get_by_text("Two records").wait_for()
        assert head.get_by_role("button", name="Show all").count() == 0
        amara.page.goto(f"{relay.url}/rooms/{room}")
        amara.walks_in()
        amara.button("Room settings").click()
        settings = amara.page.get_by_role("dialog", name="Room settings")
        settings.get_by_label("Description").fill("One line.\n" * 4)
        settings.get_by_role("button", name="Save").click()
        beth.button("Show all").click()
        beth.button("Show less").wait_for()
        amara.button("Room settings").click()
        settings.get_by_label("Description").fill("")
        settings.get_by_role("button", name="Save").click()
        beth.page.locator(".description").filter(visible=True).wait_for(state="hidden")
        assert psql.one("select description from rooms where id = %s", room) is None


def test_a_planned_room_is_edited_until_it_opens(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    amara_id, beth_id = psql.person("amara"), psql.person("beth")
    club = psql.one(
        "insert into clubs (name, owner_id) values ('Blue Hour', %s) returning id", amara_id
    )
    room = psql.one(
        "insert into rooms (name, host_id, club_id, starts_at, host_gone) values ('Attic', %s, %s, now() + interval '3 days', 'end') returning id",
        *(amara_id, club),
    )
    psql.run("insert into reminders values (%s, %s)", room, beth_id)
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path, refusals=True) as amara,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        heading(beth, "Attic")
        assert beth.button("Edit").filter(visible=True).count() == 0
        amara.button("Edit").click()
        form = amara.page.get_by_role("dialog", name="Edit the room")
        form.locator("select option", has_text="Blue Hour").wait_for(state="attached")
        assert form.get_by_label("Club", exact=True).input_value() == str(club)
        form.get_by_label("Name", exact=True).fill("Cellar")
        form.get_by_label("Description").fill("Bring a blanket.")
        form.get_by_label("Date").fill("2020-02-02")
        form.get_by_role("button", name="Save").click()
        amara.reads("That time has passed. Choose a later one.")
        tomorrow = psql.one("select (now() + interval '1 day')::date::text")
        form.get_by_label("Date").fill(tomorrow)
        form.get_by_label("Time", exact=True).fill("20:30")
        form.get_by_label("Members of the club").check()
        form.get_by_role("button", name="Save").press("Enter")
        form.wait_for(state="hidden")
        heading(beth, "Cellar")
        beth.reads("Opens tomorrow at 8:30 PM.")
        beth.reads("Bring a blanket.")
        beth.button("You will be notified").filter(visible=True).first.wait_for()
        edited = "select club_id, access, stage, host_gone, starts_at::date::text from rooms"
        assert psql.all(edited) == [(club, "club", "open", "end", tomorrow)]

        # It opens while the form is open: its time can no longer be changed, and nothing else is, either.
        amara.button("Edit").click()
        form.get_by_label("Name", exact=True).fill("Roof")
        form.get_by_label("Time", exact=True).fill("21:30")
        psql.run("update rooms set opened_at = now() where id = %s", room)
        beth.reads("This room is open now.")
        form.get_by_role("button", name="Save").click()
        form.get_by_text("This room is open now. Its time can no longer").wait_for()
        assert psql.one("select name from rooms") == "Cellar"
        amara.page.keyboard.press("Escape")
        amara.button("Start a room").click()
        new = amara.page.get_by_role("dialog", name="Start a room")
        assert new.get_by_label("Name", exact=True).input_value() == ""
        assert new.get_by_label("Now").is_checked()


def test_a_co_host_opens_a_planned_room_and_runs_it(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.person("beth")
    room = psql.one(
        "insert into rooms (name, host_id, stage, starts_at) values ('Attic', %s, 'moderated', now() + interval '3 days') returning id",
        psql.person("amara"),
    )
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path, refusals=True) as amara,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        beth.reads("Nobody can enter before.")
        amara.button("Co-hosts").click()
        dialog = amara.page.get_by_role("dialog", name="Co-hosts of Attic")
        name = dialog.get_by_label("Name", exact=True)
        for wrong, why in (("nobody", "There is nobody"), ("amara", "This person cannot be")):
            name.fill(wrong)
            name.press("Enter")
            dialog.get_by_text(why).wait_for()
        name.fill("Beth")
        name.press("Enter")
        dialog.get_by_role("listitem").filter(has_text="beth").wait_for()
        amara.page.keyboard.press("Escape")
        amara.reads("You planned this room with beth.")

        beth.reads("You are a co-host")
        beth.card("Attic").get_by_text("With beth").wait_for()
        beth.button("Stop co-hosting").click()
        beth.reads("Nobody can enter before.")
        amara.button("Co-hosts").click()
        name.fill("beth")
        dialog.get_by_role("button", name="Make co-host").click()
        dialog.get_by_role("button", name="Remove the co-host beth").wait_for()
        beth.button("Open the room now").click()
        beth.walks_in()
        assert psql.all(
            "select opened_at is not null, role from roster join rooms r on r.id = room_id"
        ) == [(True, "MODERATOR")]
        beth.button("Room settings").click()
        settings = beth.page.get_by_role("dialog", name="Room settings")
        settings.get_by_text("End the room…").click()
        settings.get_by_role("button", name="End it for everyone").click()
        beth.page.get_by_text("This room has ended").filter(visible=True).first.wait_for()


def test_a_weekly_room_is_planned_again_when_it_has_ended(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    with (
        user_page(context, relay.url, "amara", refusals=True) as amara,
        user_page(context, relay.url, "beth") as beth,
    ):
        amara.button("Start a room").click()
        form = amara.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Name", exact=True).fill("Side B")
        assert not form.get_by_label("Every week").is_visible(), "only planned rooms repeat"
        form.get_by_label("Later").check()
        form.get_by_label("Every week").check()
        tomorrow = psql.one("select (now() + interval '1 day')::date::text")
        form.get_by_label("Date").fill(tomorrow)
        form.get_by_label("Time", exact=True).fill("20:30")
        form.get_by_role("button", name="Plan the room").click()
        form.wait_for(state="hidden")
        zone = amara.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
        first, kept = psql.all("select id, time_zone from rooms where repeats = 'weekly'")[0]
        assert kept == zone
        beth.card("Side B").get_by_text("Every week").wait_for()
        beth.card("Side B").get_by_role("link").click()
        weekday = psql.one("select to_char(now() + interval '1 day', 'FMDay')")
        beth.reads(f"Opens tomorrow at 8:30 PM. Every {weekday} at 8:30 PM.")

        psql.run("update rooms set opened_at = now() where id = %s", first)
        psql.run("update rooms set ended_at = now() where id = %s", first)
        beth.card("Side B").get_by_text("Opens on").wait_for()
        late = "select (starts_at::date - now()::date) from rooms where ended_at is null"
        assert psql.one(late) == 8
        # Amara's page may still show the room that ended.
        amara.card("Side B").filter(has_text="Opens on").get_by_role("link").click()
        amara.button("Edit").click()
        edit = amara.page.get_by_role("dialog", name="Edit the room")
        assert edit.get_by_label("Every week").is_checked()
        edit.get_by_label("Every week").uncheck()
        edit.get_by_role("button", name="Save").click()
        edit.wait_for(state="hidden")
        assert psql.one("select repeats from rooms where ended_at is null") is None


def test_a_new_co_host_is_told_at_once_and_when_they_come(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    for name in ("beth", "cy"):
        psql.person(name)
    room = psql.one(
        "insert into rooms (name, host_id, starts_at) values ('Attic', %s, now() + interval '3 days') returning id",
        psql.person("amara"),
    )
    with user_page(context, relay.url, "beth") as beth:
        beth.card("Attic").wait_for()
        psql.act_as("amara").one("select add_co_host(%s, 'beth')", room)
        notices = beth.page.get_by_role("region", name="Notices")
        notices.get_by_text("amara made you a co-host of “Attic”.").wait_for()
        notices.get_by_role("button", name="See the room").press("Enter")
        beth.reads("You are a co-host")
        notices.wait_for(state="hidden")
        eventually(lambda: psql.act_as(None).count("co_host_notices") == 0)
    psql.act_as("amara").one("select add_co_host(%s, 'cy')", room)
    with user_page(context, relay.url, "cy") as cy:
        notices = cy.page.get_by_role("region", name="Notices")
        notices.get_by_text("amara made you a co-host of “Attic”.").wait_for()
        notices.get_by_role("button", name="Not now").click()
        notices.wait_for(state="hidden")
        eventually(lambda: psql.act_as(None).count("co_host_notices") == 0)


def test_a_user_is_reminded_of_every_room_of_a_series(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.run(
        "insert into rooms (name, host_id, starts_at, repeats, time_zone) values ('Attic', %s, now() + interval '3 days', 'weekly', 'Europe/Berlin')",
        psql.person("amara"),
    )
    with user_page(context, relay.url, "beth", before=NOTIFIED) as beth:
        beth.card("Attic").get_by_role("button", name="Remind me of").press("Enter")
        notices = beth.page.get_by_role("region", name="Notices")
        notices.get_by_text("You will be notified this time.").wait_for()
        notices.get_by_role("button", name="Every week").press("Enter")
        notices.wait_for(state="hidden")
        eventually(lambda: psql.one("select repeated from reminders"))
        beth.card("Attic").get_by_role("link").click()
        weekly = beth.button("Every week")
        weekly.wait_for()
        for round_of in (1, 2):
            current = psql.one("select id from rooms where ended_at is null")
            psql.run("update rooms set opened_at = now() where id = %s", current)
            notices.get_by_text("“Attic” is open now.").wait_for()
            notices.get_by_role("button", name="Not now").click()
            beth.page.locator(".notice").wait_for(state="detached")
            eventually(lambda: psql.one("select seen_at is not null from reminders"))
            psql.run("update rooms set ended_at = now() where id = %s", current)
            eventually(lambda: psql.one("select seen_at is null from reminders"))
            assert psql.count("rooms") == 1 + round_of
        # The page of the room that ended says so.
        beth.page.get_by_role("link", name="See other rooms").click()
        beth.card("Attic").get_by_text("You will be notified").wait_for()
        beth.card("Attic").get_by_role("link").click()
        weekly.press("Enter")
        beth.button("Remind me every week").wait_for()
        assert psql.all("select repeated from reminders") == [(False,)]
        beth.button("You will be notified").filter(visible=True).first.press("Enter")
        eventually(lambda: psql.count("reminders") == 0)
