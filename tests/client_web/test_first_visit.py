"""Somebody who has never been here enters, raises a hand, is invited, talks, writes and leaves, by what the page shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .user_page import DESKTOP, SMALL_PHONE, user_page

PRESSES = 10
"""With two fields to fill in, that is far below two minutes."""


@pytest.mark.parametrize("size", [SMALL_PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_first_time_user_finds_the_way_from_the_hallway_to_the_stage_and_out(
    context: BrowserContext, relay: RunningRelay, psql: Psql, size: tuple[int, int]
) -> None:
    room = psql.room("rick", "Porch", "moderated")
    psql.seat(room, "rick")
    pressed: list[str] = []

    def press(what: Locator) -> None:
        what.click()
        pressed.append(str(what))

    # Rick's seat was made by hand, so offers to it are never answered.
    with user_page(context, relay.url, tone=440, refusals=True) as zoe:
        zoe.resize(size)
        press(zoe.card("Porch").get_by_role("link"))
        zoe.page.get_by_label("Your name").fill("zoe")
        press(zoe.button("Enter"))
        zoe.walks_in()
        zoe.reads("You're listening")
        press(zoe.button("Raise hand"))
        zoe.reads("Your hand is up: first in line")
        press(zoe.button("Lower hand"))
        zoe.button("Raise hand").wait_for()
        # The page shows it before the row is written.
        eventually(lambda: psql.one("select every(hand_raised_at is null) from participants"))
        psql.act_as("rick").one("select invite_to_speak(%s, 'zoe')", room)
        psql.act_as(None)
        zoe.reads("You're invited to speak.")
        press(zoe.button("Speak now"))
        zoe.reads("You're speaking")
        box = zoe.page.get_by_label("Write to everybody in the room")
        if not box.is_visible():
            press(zoe.button("Chat"))
        box.fill("Hello, I am new here.")
        press(zoe.button("Send"))
        zoe.page.locator(".message").get_by_text("I am new here").wait_for()
        if size == SMALL_PHONE:
            press(zoe.button("Close chat and people"))
        press(zoe.button("Leave quietly"))
        zoe.card("Porch").wait_for()
        eventually(lambda: psql.roster(room) == ["rick"])
    assert len(pressed) <= PRESSES, pressed
