"""Axe finds no flaw on any page or state, in light and dark mode; and everything can be done by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .test_look_room import REFUSES_THE_MICROPHONE
from .user_page import DESKTOP, PHONE, UserPage, user_page

AXE = Axe()
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block"]}


def flawless(user: UserPage, state: str, rules: dict[str, Any] = EVERY_RULE) -> None:
    """No violation of any of axe's rules, with best practices; or of the given rules."""
    # Colours are checked after animations have ended.
    user.waits_for(
        "() => document.getAnimations().every((each) => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity)"
    )
    found = AXE.run(user.page, options=rules).response["violations"]
    violations = [
        f"{state}: {each['id']}: {[node['target'] for node in each['nodes']]}" for each in found
    ]
    assert violations == []


def flawless_day_and_night(user: UserPage, state: str) -> None:
    """In dark mode only colours differ, and they do not depend on the size: they are checked on one size."""
    flawless(user, state)
    if user.page.viewport_size == {"width": PHONE[0], "height": PHONE[1]}:
        user.page.emulate_media(color_scheme="dark")
        flawless(user, f"{state}, by night", COLOURS)
        user.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_no_flaw_on_any_page_or_state(
    context: BrowserContext,
    relay: RunningRelay,
    psql: Psql,
    size: tuple[int, int],
) -> None:
    room = psql.room("rick", "Porch")
    psql.seat(room, "amara")
    psql.seat(room, "maya", "AUDIENCE")
    for name in ("Attic", "Cellar", "Garden", "Kitchen"):
        psql.room("rick", name)
    psql.run(
        "insert into rooms (name, host_id, starts_at) values ('Saturn', %s, now() + interval '2 days')",
        psql.person("rick"),
    )
    psql.run("update rooms set locked = true where name = 'Attic'")
    club = psql.one(
        "insert into clubs (name, description, owner_id) values ('Blue Hour', 'Standards.', %s) returning id",
        psql.person("beth"),
    )
    psql.run("insert into members (club_id, user_id) values (%s, %s)", club, psql.person("amara"))
    code = psql.one(
        "insert into invitations (club_id, invited_by) values (%s, %s) returning code",
        club,
        psql.person("beth"),
    )
    with user_page(context, relay.url, before=REFUSES_THE_MICROPHONE, refusals=True) as beth:
        beth.resize(size)
        beth.page.emulate_media(color_scheme="light")
        beth.card("Porch").wait_for()
        flawless_day_and_night(beth, "hallway, nobody signed in")
        beth.button("Choose a name").first.click()
        beth.page.locator(".sign-in__person").first.wait_for()
        flawless_day_and_night(beth, "signing in")
        beth.page.get_by_label("Your name").fill("beth")
        beth.page.keyboard.press("Enter")
        beth.page.locator(".topbar__name", has_text="beth").wait_for()
        beth.button("Start a room").click()
        beth.page.get_by_label("Later").check()
        beth.page.locator(".more summary").click()
        beth.button("Plan the room").click()
        flawless_day_and_night(beth, "starting a room")
        beth.page.keyboard.press("Escape")
        beth.button("Invitations, none open").click()
        flawless_day_and_night(beth, "invitations")
        beth.page.keyboard.press("Escape")
        beth.page.get_by_role("link", name="Clubs", exact=True).click()
        beth.page.locator(".club-card").wait_for()
        flawless_day_and_night(beth, "clubs")
        beth.page.locator(".club-card").get_by_role("link").click()
        beth.page.locator(".member").nth(2).wait_for()
        flawless_day_and_night(beth, "a club of mine")
        beth.button("Edit").click()
        flawless_day_and_night(beth, "editing a club")
        beth.page.keyboard.press("Escape")
        beth.button("Invite").click()
        beth.button("Make a link").click()
        beth.page.locator(".share__link").filter(visible=True).wait_for()
        flawless_day_and_night(beth, "inviting")
        beth.page.keyboard.press("Escape")
        beth.page.locator(".member").get_by_role("link", name="amara").click()
        beth.page.get_by_role("link", name="Blue Hour").wait_for()
        flawless_day_and_night(beth, "a person")
        beth.page.goto(f"{relay.url}/invitations/{code}")
        beth.button("Join the club").wait_for()
        flawless_day_and_night(beth, "an invitation")
        beth.page.get_by_role("link", name="To the hallway").click()
        beth.card("Saturn").get_by_role("link").click()
        beth.button("Remind me").filter(visible=True).first.wait_for()
        flawless_day_and_night(beth, "a room that will open")
        beth.page.go_back()
        beth.card("Porch").get_by_role("link").click()
        beth.walks_in()
        beth.sees_seated("amara", "beth", "maya")
        flawless_day_and_night(beth, "room")
        beth.button("Turn microphone on").click()
        beth.page.locator(".microphone__notice").wait_for()
        flawless_day_and_night(beth, "microphone refused")
        beth.button("Not now").click()
        beth.opens("Inspector")
        beth.page.locator(".entry").first.wait_for()
        flawless_day_and_night(beth, "inspector")
        beth.page.locator(".trace__who").first.click()
        flawless_day_and_night(beth, "a seat on the inspector")
        beth.page.keyboard.press("Escape")
        beth.page.keyboard.press("?")
        flawless_day_and_night(beth, "keys")
        beth.page.keyboard.press("Escape")
        if size == PHONE:
            beth.page.locator(".room__back").click()
        else:
            beth.page.get_by_role("link", name="Clubs", exact=True).click()
        beth.page.get_by_role("region", name="The room you are in").wait_for()
        flawless_day_and_night(beth, "room in the dock")
        beth.page.go_back()
        beth.walks_in()
        psql.one("select end_room(%s)", room)
        beth.reads("This room has ended")
        flawless_day_and_night(beth, "room ended")
        beth.page.goto(f"{relay.url}/attic")
        beth.reads("There is no such page.")
        flawless_day_and_night(beth, "nowhere")


def test_by_keyboard_alone_a_person_enters_talks_inspects_and_leaves(
    context: BrowserContext, relay: RunningRelay, psql: Psql
) -> None:
    psql.room("rick", "Porch")
    with user_page(context, relay.url, "beth", tone=440) as beth:
        beth.card("Porch").wait_for()
        tab_to(beth, "Porch")
        beth.page.keyboard.press("Enter")
        beth.walks_in()
        assert beth.page.evaluate("document.activeElement.ariaLabel") == "Porch", (
            "the focus went along"
        )
        tab_to(beth, "Turn microphone on")
        beth.page.keyboard.press("Enter")
        beth.reads("You're speaking")
        tab_to(beth, "Inspector")
        beth.page.keyboard.press("Enter")  # Space talks
        beth.page.get_by_role("heading", name="Inspector").wait_for()
        beth.page.keyboard.press("Escape")
        tab_to(beth, "Leave quietly")
        beth.page.keyboard.press("Enter")
        beth.reads("Rooms to drop into and talk.")


def tab_to(user: UserPage, name: str) -> None:
    """Presses Tab until this has the focus, and checks that the focus is visible."""
    for _ in range(40):
        user.page.keyboard.press("Tab")
        focused = user.page.evaluate(
            """() => {
                const { ariaLabel, textContent } = document.activeElement
                return (ariaLabel ?? textContent ?? '').trim()
            }"""
        )
        if focused == name:
            ringed = user.page.evaluate(
                "() => ['', '::after'].some((part) => parseFloat(getComputedStyle(document.activeElement, part || null).outlineWidth) >= 2)"
            )
            assert ringed, f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"Tab never came to {name}")
