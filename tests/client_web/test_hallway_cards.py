"""Entering, leaving and coming back; and rooms that cannot be entered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .user_page import DESKTOP, PHONE, user_page

pytestmark = pytest.mark.shares_a_relay


def test_a_room_without_a_name_is_not_started_and_one_with_a_name_is_a_row_and_entered(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    topic = psql.one("insert into topics (name, emoji) values ('Music', '♪') returning id")
    psql.run(
        "insert into clubs (name, topic_id, owner_id) values ('Blue Hour', %s, %s)",
        topic,
        psql.person("beth"),
    )
    with user_page(context, relay.url, "beth") as beth:
        beth.button("Start a room").click()
        form = beth.page.get_by_role("dialog", name="Start a room")
        form.get_by_label("Name", exact=True).fill("   ")
        beth.button("Open the room").click()
        beth.reads("A room needs a name.")
        expect(form.get_by_role("option", name="Blue Hour")).to_have_count(1)
        beth.page.keyboard.press("Escape")
        beth.page.get_by_role("dialog").wait_for(state="hidden")
        assert psql.count("rooms") == 0

        # A club that is chosen while her clubs are being read stays chosen.
        held: list[Route] = []
        beth.page.route("**/rows/clubs?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright sets an attribute of it
        beth.button("Start a room").click()
        form.get_by_label("Name", exact=True).fill("  Porch light  ")
        form.get_by_label("Club", exact=True).select_option(label="Blue Hour")
        eventually(lambda: beth.page.evaluate("1") and len(held) == 1)
        form.get_by_role("option", name="Blue Hour").evaluate("(it) => it.dataset.read = 'before'")
        held[0].continue_()
        beth.page.unroute("**/rows/clubs?*")
        expect(form.locator("option[data-read]")).to_have_count(0)
        form.get_by_label("Moderated stage").check()
        beth.button("Open the room").click()
        beth.walks_in()
        beth.sees_seated("beth")
        beth.reads("moderated stage")
        beth.waits_for("() => /^\\/rooms\\/\\d+$/u.test(location.pathname)")
        assert psql.all(
            "select r.name, c.name, stage, u.username from rooms r join clubs c on c.id = club_id join users u on u.id = host_id"
        ) == [("Porch light", "Blue Hour", "moderated", "beth")]


def test_names_are_explained_created_chosen_and_removed_by_signing_out(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Porch")
    psql.seat(room, "amara")
    psql.person("paul")
    with user_page(context, relay.url, "pau1", refusals=True) as stranger:
        # One in the address that is too like another.
        stranger.page.locator(".notice", has_text="looks like").wait_for()

        # An invalid one, and a new one.
        stranger.button("Choose a name").first.click()
        name = stranger.page.get_by_label("Your name")
        name.evaluate("(field) => { field.value = '\\u0007' }")
        stranger.button("Enter").click()
        stranger.page.locator("#sign-in-refusal:not(:empty)").wait_for()
        assert name.get_attribute("aria-invalid") == "true"
        name.fill("Zoë Müller")
        stranger.button("Enter").click()
        stranger.page.locator(".topbar__name", has_text="Zoë Müller").wait_for()
        assert psql.one("select count(*) from users where username = 'Zoë Müller'") == 1

        # To sign out is to leave the room.
        stranger.card("Porch").get_by_role("link").click()
        stranger.walks_in()
        assert psql.roster(room) == ["amara", "Zoë Müller"]
        stranger.button("Sign out").click()
        stranger.button("Choose a name").first.wait_for()
        stranger.waits_for("() => location.pathname + location.search === '/'")
        eventually(lambda: psql.roster(room) == ["amara"])
        stranger.page.reload()
        stranger.button("Choose a name").first.wait_for()

        # Who has no name chooses one on the way into a room.
        stranger.card("Porch").get_by_role("link").click()
        stranger.button("rick").click()
        stranger.walks_in()
        stranger.sees_seated("amara", "rick")
        assert stranger.page.locator(".topbar__name").inner_text() == "rick"


def test_the_dock_shows_the_room_on_other_pages_and_mutes(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Porch")
    with user_page(context, relay.url, "beth", tone=440) as beth:
        beth.resize(PHONE)
        beth.card("Porch").get_by_role("link").click()
        beth.walks_in()
        expect(beth.page).to_have_title("Porch · Roomtone")
        beth.page.go_back()
        bar = beth.page.get_by_role("region", name="The room you are in")
        bar.get_by_text("Nobody is speaking").wait_for()
        expect(beth.page).to_have_title("Roomtone")
        assert psql.roster(room) == ["beth"], "looking around is not leaving"
        bar.get_by_role("button", name="Turn microphone on").click()
        bar.get_by_text("you speaking").wait_for()
        bar.get_by_role("button", name="Turn microphone off").click()
        beth.page.get_by_role("link", name="Clubs").click()
        beth.page.get_by_role("heading", level=1, name="Clubs").wait_for()
        bar.wait_for()  # on every page
        bar.get_by_role("link").click()
        beth.walks_in()
        bar.wait_for(state="hidden")
        beth.resize(DESKTOP)
        beth.page.go_back()
        beth.page.go_back()
        beth.page.wait_for_url(f"{relay.url}/?*")
        beth.page.locator(".room").wait_for()  # there is width for both
        bar.wait_for(state="hidden")
        beth.page.go_forward()
        bar.get_by_role("button", name="Leave quietly").click()
        bar.wait_for(state="hidden")
        eventually(lambda: psql.roster(room) == [])


def test_leaving_shows_the_hallway(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Porch")
    with user_page(context, relay.url, "beth", path=f"/rooms/{room}") as beth:
        beth.walks_in()
        beth.button("Leave quietly").click()
        beth.reads("Rooms to drop into and talk.")
        beth.waits_for("() => location.pathname === '/'")
        eventually(lambda: psql.roster(room) == [])


def test_a_room_is_left_for_another_one_by_removal_and_by_its_end(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    porch, attic = psql.room("rick", "Porch"), psql.room("rick", "Attic")
    with user_page(context, relay.url, "beth", path=f"/rooms/{porch}") as beth:

        def enters(name: str) -> None:
            beth.card(name).get_by_role("link").click()
            beth.page.get_by_role("heading", level=1, name=name).wait_for()
            beth.walks_in()

        beth.walks_in()
        enters("Attic")
        eventually(lambda: (psql.roster(porch), psql.roster(attic)) == ([], ["beth"]))

        # Removed, they read why.
        psql.run("delete from participants where room_id = %s", attic)
        beth.page.locator(".ending__title").filter(visible=True).wait_for()
        back = beth.page.get_by_role("link", name="Back to the hallway")
        assert back.is_visible()
        back.click()
        psql.one("select end_room(%s)", attic)
        enters("Porch")
        psql.one("select end_room(%s)", porch)
        beth.reads("This room has ended")
        back.click()
        beth.reads("No open rooms")

        # Its end is said in the dock, too.
        den = psql.room("rick", "Den")
        enters("Den")
        beth.resize(PHONE)
        beth.page.get_by_role("link", name="Hallway", exact=True).click()
        bar = beth.page.get_by_role("region", name="The room you are in")
        bar.get_by_text("Nobody is speaking").wait_for()
        psql.one("select end_room(%s)", den)
        bar.get_by_text("This room has ended").wait_for()
        bar.get_by_role("button", name="Close").click()
        bar.wait_for(state="hidden")
        beth.resize(DESKTOP)
        beth.reads("Rooms to drop into and talk.")


def test_rooms_that_do_not_exist_say_so_and_link_to_the_hallway(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    for path, words in (
        ("/rooms/404404", "There is no such room"),
        ("/attic", "There is no such page."),
        ("/rooms/one", "There is no such page."),
    ):
        with user_page(context, relay.url, "beth", path=path, refusals=True) as beth:
            beth.page.get_by_role("heading", level=1, name=words).wait_for()
            beth.page.get_by_role("link", name=re.compile("to the hallway", re.IGNORECASE)).click()
            beth.reads("No open rooms")

    # From outside: until there is an answer, there is nothing to enter.
    context.clear_cookies()
    held: list[Route] = []
    with user_page(context, relay.url, None, refusals=True) as nobody:
        page = nobody.page
        page.route("**/rows/hallway?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright sets an attribute of it
        page.goto(f"{relay.url}/rooms/404404")
        nobody.reads("Looking for this room…")
        eventually(lambda: page.evaluate("1") and len(held) > 0)
        assert not page.locator(".landing").get_by_role("button").filter(visible=True).count()
        for route in held:
            route.continue_()
        page.unroute("**/rows/hallway?*")
        nobody.reads("You cannot see this room.")
        # A relay that does not answer yet has not said that there is no such room: it is asked again.
        held.clear()
        refused: list[Route] = []

        def refuse_once(route: Route) -> None:
            if refused:
                held.append(route)
            else:
                refused.append(route)
                route.fulfill(status=429)

        page.route("**/rows/hallway?id=eq.404404*", refuse_once)
        page.reload()
        eventually(lambda: page.evaluate("1") and len(held) > 0)
        nobody.reads("Looking for this room…")
        for route in held:
            route.continue_()
        page.unroute("**/rows/hallway?id=eq.404404*")
        nobody.reads("You cannot see this room.")
        # A room that is open, and ends while it is shown.
        room = psql.room("rick", "Porch")
        page.goto(f"{relay.url}/rooms/{room}")
        nobody.reads("This room is open.")
        psql.one("select end_room(%s)", room)
        page.get_by_text("This room ended").filter(visible=True).wait_for()


def test_the_older_of_two_tabs_says_so_and_can_take_the_seat_again(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Porch")
    path = f"/rooms/{room}"
    with user_page(context, relay.url, "beth", path=path) as older:
        older.walks_in()
        with user_page(context, relay.url, "beth", path=path) as newer:
            newer.walks_in()
            older.reads("You entered in another tab")
            older.button("Use this tab instead").click()
            older.walks_in()
            newer.reads("You entered in another tab")
