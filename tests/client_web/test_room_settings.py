"""A room's settings, blocking and reporting: shown and refused in words, without a flaw that axe finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator

from ..people import Psql
from ..running import RunningRelay
from .test_accessibility import flawless
from .test_look_layout import SMALL_TARGETS, SPILLS
from .user_page import DESKTOP, PHONE, SMALL_PHONE, UserPage, user_page


def badge(user: UserPage, text: str) -> Locator:
    return user.page.locator(".room__badges .badge", has_text=text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_host_changes_the_room_hands_it_over_and_it_ends_with_a_message(
    context: BrowserContext, relay: RunningRelay, psql: Psql, scheme: str
) -> None:
    room = psql.room("rick", "Lecture")
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "rick", path=path, refusals=True) as rick,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        for each in (rick, beth):
            each.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            each.walks_in()
        rick.resize(PHONE if scheme == "dark" else DESKTOP)
        beth.button("Room settings").wait_for(state="hidden")
        settings = rick.page.get_by_role("dialog", name="Room settings")
        rick.button("Room settings").click()
        flawless(rick, "settings")
        settings.get_by_label("Name").fill("   ")
        rick.button("Save").click()
        settings.get_by_role("alert").filter(visible=True).first.wait_for()
        rick.waits_for("() => document.activeElement.name === 'name'")  # beside its field
        settings.get_by_label("Name").fill("<b>Seminar</b> 🎓")
        settings.get_by_label("Moderated stage").check()
        settings.get_by_label("Members of the club").check()
        rick.button("Save").click()
        settings.get_by_role("group", name="Who may enter").get_by_role("alert").wait_for()
        settings.get_by_role("radio", name="Everyone Everybody").check()
        settings.get_by_label("Let anybody listen").check()
        rick.button("Save").click()
        badge(beth, "Anybody can listen").wait_for()
        beth.reads("Anybody can listen to this room now, also people who are not in it.")
        rick.button("Room settings").click()
        settings.get_by_label("Lock the room").check()
        settings.get_by_label("Chat").select_option("30")
        rick.button("Save").click()
        settings.wait_for(state="hidden")
        beth.page.get_by_role("heading", level=1, name="<b>Seminar</b> 🎓").wait_for()
        badge(beth, "Anybody can listen").wait_for(state="hidden")  # the lock ended it
        for text in ("Locked", "Moderated stage", "Slow mode: 30 seconds"):
            badge(beth, text).wait_for()
        flawless(rick, "badges")

        rick.button("Room settings").click()
        settings.get_by_label("Hand the room over").select_option("beth")
        rick.button("Hand it over").click()
        settings.wait_for(state="hidden")
        beth.reads("You're the host now")
        rick.reads("You're a moderator now")
        # A moderator has the lock and slow mode, and no more.
        rick.button("Room settings").click()
        settings.get_by_label("Lock the room").uncheck()
        assert settings.get_by_label("Name").is_hidden()
        rick.button("Save").click()
        badge(beth, "Locked").wait_for(state="hidden")

        beth.button("Room settings").click()
        beth.page.get_by_text("End the room…").click()
        beth.page.get_by_label("A message to everybody").fill("See you <i>tomorrow</i>.")
        flawless(beth, "ending")
        beth.button("End it for everyone").click()
        for each in (rick, beth):
            each.reads("This room has ended")
            each.reads("See you <i>tomorrow</i>.")
        flawless(rick, "ended with a word")


def test_a_person_is_blocked_reported_and_met_again(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick", "Lecture", "moderated")
    for number in range(5):
        psql.seat(room, f"voice {number}", "SPEAKER")
    for number in range(33):
        psql.seat(room, f"guest {number}", "AUDIENCE")
    psql.seat(room, "zoe", "AUDIENCE")
    psql.act_as("zoe").one("select raise_hand(%s)", room)
    psql.act_as(None)
    with user_page(context, relay.url, "rick", path=f"/rooms/{room}", refusals=True) as rick:
        rick.walks_in()
        rick.resize(SMALL_PHONE)
        rick.reads("40 people here · 6 on stage · 1 hand up")
        assert rick.page.evaluate(SPILLS) == []
        assert rick.page.evaluate(SMALL_TARGETS) == []
        rick.seat("zoe").get_by_role("button").click()
        card = rick.page.get_by_role("dialog", name="zoe")
        card.wait_for()
        assert rick.page.evaluate(SPILLS) == []
        flawless(rick, "a person's card")
        card.get_by_role("button", name="Report…").click()
        report = rick.page.get_by_role("dialog", name="Report zoe")
        report.get_by_text("the last 200 events and 50 messages").wait_for()
        flawless(rick, "a report")
        rick.button("Send the report").click()
        report.get_by_role("alert").filter(visible=True).wait_for()  # without a reason
        report.get_by_label("What happened?").fill("Sings <off key>.")
        report.get_by_label("Block zoe as well").check()
        rick.button("Send the report").click()
        report.wait_for(state="hidden")
        rick.waits_for("() => document.activeElement.matches('.room')")
        kept = psql.one("select reason from reports where jsonb_typeof(log) is not null")
        assert kept == "Sings <off key>."
        assert psql.one("select count(*) from blocks") == 1

        # A person who blocked somebody is asked before they enter a room with them.
        rick.page.reload()
        warning = rick.page.get_by_role("dialog", name="A person you blocked is here")
        warning.get_by_text("zoe is in this room.").wait_for()
        flawless(rick, "the warning")
        rick.button("Do not enter").click()
        rick.card("Lecture").wait_for()
        rick.page.goto(f"{relay.url}/rooms/{room}?username=rick")
        rick.button("Enter anyway").click()
        rick.walks_in()
        rick.seat("zoe").get_by_role("button").click()
        card.get_by_text("blocked by you").wait_for()
        card.get_by_role("button", name="Unblock").click()
        card.get_by_text("blocked by you").wait_for(state="hidden")
        card.get_by_role("button", name="Bring to the stage").click()
        card.get_by_role("button", name="Move to the listeners").wait_for()
