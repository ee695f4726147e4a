"""A recorded room and the recording's page. No node runs, of which the console complains: the rows are written by hand, the file is a tone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from roomtone.media.node.ogg_writer import OggWriter
from roomtone.media.opus import Encoder

from .evening import Evening, State

BLOCKS = 50 * 90  # of 20 ms


def write_tone(path: Path) -> None:
    """A recording that lasts 90 seconds."""
    recording, encoder = OggWriter(path), Encoder()
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(960) / 48000)).astype("f4")
    for tick in (*range(50), BLOCKS):
        recording.write(tick, encoder.encode(tone))  # what is left out is silence
    recording.close()


def recorded(evening: Evening) -> Iterator[State]:
    psql = evening.psql
    room = psql.room("rick", "Porch")
    psql.one("select node_register('one', 'sfu', 10)")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour'")
    psql.run("update rooms set topology = 'sfu'")
    path = f"/rooms/{room}"
    with evening.user("rick", path) as rick:
        rick.walks_in()
        psql.seat(room, "amara")
        with evening.user("beth", path) as beth:
            beth.walks_in()
            psql.act_as("rick").one("select start_recording(%s)", room)
            psql.act_as(None)
            beth.reads("rick starts a recording in")
            yield State("a recording is announced", beth)
            psql.run("update recordings set begins_at = announced_at")
            recording, file = psql.all(
                "select r.id, b.file from recordings r, node_recording_begins('one', r.id) b"
            )[0]
            write_tone(evening.recordings / file)
            rick.page.locator(".recording[data-phase='recording']").wait_for()
            yield State("recording, as the host", rick)
            with evening.user("zoe", path) as zoe:
                zoe.reads("This room is being recorded")
                yield State("entering a recorded room", zoe)
                zoe.said.clear()
            for name, body, after in (
                ("amara", "First", 5),
                ("rick", "The set list is at https://example.org/sets", 20),
                ("beth", "That was lovely. " * 12, 60),
            ):
                psql.run(
                    "insert into messages (room_id, user_id, body, created_at)"
                    " select %s, %s, %s, started_at + make_interval(secs => %s) from recordings",
                    room,
                    psql.person(name),
                    body,
                    after,
                )
            psql.run(
                "update recordings set ended_at = started_at + interval '90 s', duration = '90 s', bytes = 1000"
            )
            beth.reads("The recording has ended.")
            yield State("the recording has ended", beth)
            beth.page.get_by_role("link", name="Listen to it").click()
            beth.page.get_by_role("heading", level=1, name="Porch").wait_for()
            beth.waits_for("() => document.querySelector('.replay__player')?.readyState >= 1")
            yield State("a recording", beth)
            beth.said.clear()
        evening.goes(rick, f"/recordings/{recording}")
        rick.waits_for("() => document.querySelector('.replay__player')?.readyState >= 1")
        rick.page.locator(".replay__message").nth(1).get_by_role("button").click()
        rick.page.locator(".replay__message[aria-current]").wait_for()
        yield State("a recording of mine, playing", rick)
        rick.page.evaluate("document.querySelector('.replay__player')?.pause()")
        rick.button("Delete").click()
        yield State("deleting a recording", rick)
        rick.page.keyboard.press("Escape")
        evening.goes(rick, "/people/rick")
        rick.page.get_by_role("region", name="Recordings").wait_for()
        yield State("my page with recordings", rick)
        evening.goes(rick, "/recordings/999")
        rick.reads("There is no such recording")
        yield State("no such recording", rick)
        evening.goes(rick, path)
        rick.page.get_by_role("region", name="Recorded here").wait_for()
        yield State("a room with recordings", rick)
        rick.said.clear()
