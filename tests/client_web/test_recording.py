"""A recording from the host's button to its deletion, as those in the room see and hear it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page
from roomtone.media.node.recording import Recording
from roomtone.media.opus import Encoder

from ..people import Psql
from ..running import run_relay
from .browser import eventually
from .visitor import PHONE, visitor

HEARD = """async (hertz) => {
  const player = document.querySelector('.replay__player')
  if (player.paused) await player.play()
  const context = new AudioContext()
  const node = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(player.captureStream()).connect(node)
  const bins = new Float32Array(node.frequencyBinCount)
  for (const began = performance.now(); performance.now() - began < 15000;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (player.ended) player.currentTime = Math.max(0, player.currentTime - 0.5), await player.play()
    node.getFloatFrequencyData(bins)
    const loudest = bins.reduce((best, value, index) => (value > bins[best] ? index : best), 0)
    const heard = bins[loudest] > -60 ? (loudest * context.sampleRate) / node.fftSize : 0
    if (Math.abs(heard - hertz) < 25) return context.close().then(() => true)
  }
  return false
}"""


def write(path: Path) -> float:
    """What a node would have written: two seconds of one tone, and two of another; how many seconds."""
    recording, encoder = Recording(path), Encoder()
    for tick in range(200):
        hertz = 440 if tick < 100 else 880
        at = (np.arange(960) + tick * 960) / 48000
        recording.write(tick, encoder.encode((0.3 * np.sin(2 * np.pi * hertz * at)).astype("f4")))
    recording.close()
    return recording.seconds


def said(page: Page, words: str) -> None:
    """Waits until this was said to those who hear the page."""
    page.locator("[role=log] p", has_text=words).wait_for(state="attached")


def test_a_recording_is_announced_signed_told_at_the_door_replayed_and_deleted(
    context: BrowserContext, database_url: str, psql: Psql, tmp_path: Path
) -> None:
    psql.one("select node_register('node', 'sfu', 10)")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour'")
    room = psql.room("rick", "Den")
    path = f"/rooms/{room}"
    with (
        run_relay(database_url, demo=True, recordings_dir=tmp_path) as relay,
        visitor(context, relay.url, "rick", path=path) as rick,
        visitor(context, relay.url, "anna", path=path) as anna,
    ):
        rick.walks_in()
        anna.walks_in()
        assert not anna.button("Record this room").is_visible()
        rick.button("Record this room").click()
        rick.page.get_by_role("dialog", name="A mesh cannot be recorded").wait_for()
        rick.reads("there is no place where the whole conversation comes together")
        rick.button("Switch to a node and record").click()
        for each in (rick, anna):
            each.reads("rick starts a recording in")
            each.button("Leave quietly").first.wait_for()
        said(anna.page, "rick starts a recording in five seconds.")
        assert psql.one("select topology from rooms where id = %s", room) == "sfu"
        assert not anna.button("Call it off").is_visible()

        # The countdown is over, and the node begins.
        psql.run("update recordings set begins_at = announced_at")
        begun = "select r.id, b.file from recordings r, node_recording_begins('node', r.id) b"
        recording, file = psql.all(begun)[0]
        sign = anna.page.locator(".recording[data-phase='recording']")
        sign.get_by_text("Recording", exact=True).wait_for()
        said(anna.page, "The recording has begun.")
        with visitor(context, relay.url, "beth", path=path) as beth:
            beth.resize(PHONE)
            beth.reads("This room is being recorded")
            said(beth.page, "This room is being recorded by rick.")
            beth.button("I know, I’ll stay").click()
            beth.page.locator(".recording:not([data-asks])").wait_for()
            psql.run("update recordings set started_at = started_at - interval '10 s'")
            for at, words in ((0.5, "First"), (2.5, "Second")):
                psql.run(
                    "insert into messages (room_id, user_id, body) values (%s, %s, %s)",
                    room,
                    psql.person_id("anna"),
                    words,
                )
                psql.run(
                    "update messages m set created_at = r.started_at + make_interval(secs => %s)"
                    " from recordings r where m.body = %s",
                    at,
                    words,
                )
            seconds = write(tmp_path / file)
            rick.page.locator(".recording").get_by_role("button", name="Stop").click()
            anna.reads("The recording has ended.")
            said(anna.page, "The recording has ended.")
            psql.one("select node_recording_ended('node', %s, %s, 1)", recording, seconds)
            beth.page.get_by_role("link", name="Listen to it").click()
            beth.page.get_by_role("heading", level=1, name="Den").wait_for()
            beth.reads("With anna, beth, and rick")
            assert not beth.button("Delete").is_visible()
            assert beth.page.evaluate(HEARD, 440), "the first tone"
            beth.button("Play from 0:02").click()
            beth.page.locator(".replay__message[aria-current]", has_text="Second").wait_for()
            assert beth.page.evaluate(HEARD, 880), "the second tone"
            beth.page.locator(".replay__message[data-when='said']", has_text="First").wait_for()

        # Where the host looks for it: in the room, and on their own page.
        rick.page.get_by_role("region", name="Recorded here").get_by_role("link").wait_for()
        rick.page.get_by_role("link", name="You are rick").click()
        rick.page.get_by_role("region", name="Recordings").get_by_role("link", name="Den").click()
        rick.button("Delete").click()
        rick.page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
        rick.page.get_by_role("heading", name="There is no such recording for you").wait_for()
        eventually(lambda: not (tmp_path / file).exists())
