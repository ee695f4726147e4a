"""What the link of a room shows: its door to those who are not signed in, and what is left of a room that has ended."""

from __future__ import annotations

from contextlib import closing

from playwright.sync_api import Browser, BrowserContext, expect

from ..people import Psql
from ..running import RunningRelay
from .browser import patient_context
from .user_page import user_page

RECORDED = """
    insert into recordings (room_id, started_by, started_at, ended_at, file)
    values (%s, %s, now(), clock_timestamp(), '00000000-' || gen_random_uuid() || '.ogg') returning id
"""


def test_a_link_shows_the_door_of_an_open_room_and_what_is_left_of_one_that_ended(
    context: BrowserContext, browser: Browser, relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("amara", "Porch", "moderated")
    for name, role in (("amara", None), ("lior", "SPEAKER"), ("beth", None)):
        psql.seat(room, name, role)
    path = f"/rooms/{room}"
    with closing(patient_context(browser)) as elsewhere, user_page(elsewhere, relay.url, path=path) as stranger:  # fmt: skip
        stranger.reads("amara hosts it. 3 people are here, 2 on stage:")
        stage = stranger.page.get_by_role("list", name="On stage")
        expect(stage.locator(".faces__name")).to_have_text(["amara", "lior"])
        assert stranger.page.get_by_role("dialog").count() == 0, "nothing hides the door"
        stranger.page.locator(".landing").get_by_role("button", name="Choose a name").click()
        stranger.page.get_by_label("Your name").wait_for()
        stranger.page.keyboard.press("Escape")
        psql.run("set session_replication_role = replica")
        recording = psql.one(RECORDED, room, psql.person("amara"))
        psql.run("insert into recorded_seats values (%s, %s)", recording, psql.person("beth"))
        psql.run("reset session_replication_role")
        psql.one("select end_room(%s, 'It was lovely')", room)
        stranger.page.reload()
        stranger.page.get_by_role("heading", level=1, name="Porch").wait_for()
        stranger.reads("3 people were here")
        stranger.reads("amara hosted it. It was lovely.")
        names = stranger.page.locator(".faces__name").filter(visible=True).all_inner_texts()
        assert sorted(names) == ["amara", "beth", "lior"]
        assert stranger.page.get_by_role("region", name="Recorded here").count() == 0
    with user_page(context, relay.url, "beth", path=path) as beth:
        beth.reads("3 people were here")
        recorded = beth.page.get_by_role("region", name="Recorded here").get_by_role("link")
        assert recorded.get_attribute("href") == f"/recordings/{recording}"
        assert beth.page.title() == "Porch · Roomtone"
