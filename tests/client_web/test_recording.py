"""A recording from the host's button to its deletion, as participants see and hear it."""

from __future__ import annotations

from pathlib import Path

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext, Page

from ..patience import eventually, running_time
from ..people import Psql
from ..running import run_relay
from .nodes import nodes, waits_for_nodes
from .test_accessibility import flawless_day_and_night
from .user_page import PHONE, UserPage, user_page

RICK, ANNA = 440, 880  # Hz: their voices

HEARD = """async (hertz) => {
  const player = document.querySelector('.replay__player')
  await player.play()
  const context = new AudioContext()
  const node = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(player.captureStream()).connect(node)
  const bins = new Float32Array(node.frequencyBinCount)
  let heard = 0
  while (!player.ended && Math.abs(heard - hertz) > 25) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    node.getFloatFrequencyData(bins)
    const loudest = bins.reduce((best, value, index) => (value > bins[best] ? index : best), 0)
    heard = bins[loudest] > -60 ? (loudest * context.sampleRate) / node.fftSize : 0
  }
  player.pause()
  await context.close()
  return heard
}"""
"""Plays until a tone is heard, or to the end; returns the last tone."""


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


def said(page: Page, words: str) -> None:
    """Waits until this was announced to screen readers."""
    page.locator("[role=log] p", has_text=words).wait_for(state="attached")


def speaks_for_a_while(user: UserPage, username: str, words: str, psql: Psql) -> None:
    """Speaks for 1.5 seconds in which the machine does not stand still, and writes a message meanwhile."""
    user.button("Turn microphone on").click()
    user.reads("You're speaking")
    psql.run(
        "insert into messages (room_id, user_id, body)"
        " select r.id, u.id, %s from rooms r, users u where u.username = %s",
        words,
        username,
    )
    with running_time() as spoken:
        eventually(lambda: spoken() > 1.5)
    user.button("Turn microphone off").click()
    user.reads("Your microphone is off")


def test_a_recording_is_announced_shown_confirmed_replayed_and_deleted(
    context: BrowserContext, database_url: str, psql: Psql, tmp_path: Path
) -> None:
    room = psql.room("rick", "Den")
    path = f"/rooms/{room}"
    # The countdown is ended below: a busy machine does not look at each page within five seconds.
    psql.run(
        "alter table recordings alter begins_at set default clock_timestamp() + interval '1 minute'"
    )
    with (
        nodes(database_url, "sfu", recordings=tmp_path),
        run_relay(database_url, demo=True, recordings_dir=tmp_path) as relay,
        user_page(context, relay.url, "rick", path=path, tone=RICK) as rick,
        user_page(context, relay.url, "anna", path=path, tone=ANNA) as anna,
    ):
        waits_for_nodes(psql, "sfu")
        rick.walks_in()
        anna.walks_in()
        assert not anna.button("Record this room").is_visible()
        rick.button("Record this room").click()
        rick.page.get_by_role("dialog", name="The room has to change for a recording").wait_for()
        rick.reads("no computer receives the whole conversation")
        waits_for_nodes(psql, "sfu")
        rick.button("Switch and record").click()
        rick.reads("You start a recording in")
        anna.reads("rick starts a recording in")
        said(anna.page, "rick starts a recording in five seconds.")
        assert psql.one("select topology from rooms where id = %s", room) == "sfu"
        countdown = anna.page.locator(".recording[data-phase='announced']")
        countdown.get_by_role("button", name="Leave quietly").wait_for()
        assert not anna.button("Cancel the recording").is_visible()

        psql.run("update recordings set begins_at = announced_at")  # ends the countdown
        sign = anna.page.locator(".recording[data-phase='recording']")
        sign.get_by_text("Recording", exact=True).wait_for()
        said(anna.page, "The recording has begun.")
        # The pages show the sign by their clocks. Meanwhile the node begins to write, and is connected with everybody.
        eventually(lambda: psql.one("select started_at is not null from recordings"))
        for each in (rick, anna):
            through = "Audio goes through a server, which forwards every voice"
            each.page.get_by_role("status").get_by_text(through).wait_for()
        speaks_for_a_while(rick, "rick", "First", psql)
        with user_page(context, relay.url, "beth", path=path) as beth:
            beth.resize(PHONE)
            beth.reads("This room is being recorded")
            said(beth.page, "This room is being recorded by rick.")
            flawless_day_and_night(beth, "a recorded room, at the door")
            beth.button("OK, I’ll stay").click()
            beth.page.locator(".recording:not([data-asks])").wait_for()
            speaks_for_a_while(anna, "anna", "Second", psql)
            rick.page.locator(".recording").get_by_role("button", name="Stop").click()
            anna.reads("The recording has ended.")
            said(anna.page, "The recording has ended.")
            eventually(lambda: psql.one("select duration from recordings"))

            beth.page.get_by_role("link", name="Listen to it").click()
            beth.page.get_by_role("heading", level=1, name="Den").wait_for()
            beth.reads("With anna, beth, and rick")
            assert not beth.button("Delete").is_visible()
            flawless_day_and_night(beth, "a recording")
            assert beth.page.evaluate(HEARD, RICK) == pytest.approx(RICK, abs=25)
            message = beth.page.locator(".replay__message")
            message.filter(has_text="Second").get_by_role("button").click()
            message.and_(beth.page.locator("[aria-current]")).get_by_text("Second").wait_for()
            assert beth.page.evaluate(HEARD, ANNA) == pytest.approx(ANNA, abs=25)
            message.and_(beth.page.locator("[data-when='said']")).get_by_text("First").wait_for()

        # The host finds it in the room, and on their own page.
        rick.page.get_by_role("region", name="Recorded here").get_by_role("link").wait_for()
        rick.page.get_by_role("link", name="You are rick").click()
        rick.page.get_by_role("region", name="Recordings").get_by_role("link", name="Den").click()
        rick.button("Delete").click()
        rick.page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
        rick.reads("The recording is deleted.")
        rick.page.get_by_role("heading", level=1, name="rick").wait_for()
        eventually(lambda: not list(tmp_path.iterdir()))
