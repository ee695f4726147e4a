"""`roomtone captions` as an operator runs it: speech becomes rows, which stand on the page, in psql and in the recording's WebVTT."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from ..running import run_relay
from ..server.media.processes import Bot, bot
from ..speech import SENTENCE, speech_file
from .nodes import node_process, nodes, waits_for_nodes
from .test_captions import under
from .user_page import user_page

COMPLETE = "select text from captions where final and recording_id is not null"
NEWEST = "select coalesce(max(id), 0) from captions"
EDGE = (
    "select count(*) from events where table_name = 'participants' and record ->> 'username' = 'captions'"
    " and record ->> 'edge' is not null"
)
SAID = {*SENTENCE.lower().rstrip(".").split()}


def complete(psql: Psql) -> list[str]:
    """The captions that change no more."""
    return [text for (text,) in psql.all(COMPLETE)]


def goes_on(psql: Psql, captions: Bot) -> None:
    """Waits for words that begin from now on and are completed."""
    before = psql.one(NEWEST)
    later = "select exists (select from captions where id > %s and final)"
    eventually(lambda: psql.one(later, before), what=lambda: captions.output)


def test_an_operators_program_writes_what_a_speaker_who_agrees_says(
    context: BrowserContext, database_url: str, psql: Psql, tmp_path: Path
) -> None:
    room = psql.room("rick", "Lecture")
    speech = speech_file(tmp_path / "speech.wav", times=60)
    here = ("--room", room, "--database-url", database_url)
    with (
        nodes(database_url, "sfu", "mcu", recordings=tmp_path),
        node_process(database_url, "edge"),
        run_relay(database_url, demo=True, recordings_dir=tmp_path) as relay,
        user_page(context, relay.url, "rick", path=f"/rooms/{room}", tone=440) as rick,
    ):
        waits_for_nodes(psql, "sfu", "mcu", "edge")
        rick.walks_in()
        psql.run("update rooms set topology = 'auto', captions = true where id = %s", room)
        with (
            bot(*here, command="captions") as captions,
            bot(*here, "--play", speech, "--name", "ada") as ada,
        ):
            captions.prints("captions is in room")
            ada.prints("ada is in room")
            rick.sees_seated("rick", "ada", "captions")
            psql.act_as("ada").run(
                "update participants set captioned_by = 'operator' where user_id = acting_user()"
            )
            # The room grows, from a mesh to a stage whose listeners are served by an edge. The program goes on.
            psql.act_as(None)
            goes_on(psql, captions)
            psql.run("insert into topology_sizes (mesh_people) values (3)")
            psql.seat(room, "beth", "AUDIENCE")
            eventually(lambda: psql.one("select topology from rooms where id = %s", room) == "sfu")
            goes_on(psql, captions)
            psql.run("update topology_sizes set edge_after = 0")
            psql.seat(room, "cleo", "AUDIENCE")
            eventually(lambda: psql.one(EDGE) > 0)
            seat = "select edge is null and served_directly from participants where user_id = %s"
            eventually(lambda: psql.one(seat, psql.person_id("captions")))
            goes_on(psql, captions)

            waits_for_nodes(psql.act_as(None), "sfu", "mcu", "edge")
            psql.act_as("rick").one("select start_recording(%s)", room)
            psql.act_as(None).run("update recordings set begins_at = announced_at")
            # The recogniser mistakes words; the sentence is repeated until it has three of its eight.
            eventually(
                lambda: any(len(SAID & {*text.split()}) >= 3 for text in complete(psql)),
                what=lambda: captions.output,
            )
            shown = under(rick, "ada")
            eventually(lambda: any(text in shown.inner_text() for text in complete(psql)))
            speakers = "select distinct u.username from captions c join users u on u.id = c.user_id"
            assert psql.all(speakers) == [("ada",)]

            psql.act_as("rick").one("select stop_recording(%s)", room)
            recording = psql.act_as(None).one("select id from recordings")
            texts = complete(psql)
            read = "async (path) => await (await fetch(path)).text()"
            file = rick.page.evaluate(read, f"/recordings/{recording}/captions")
            assert file.startswith("WEBVTT\n")
            assert [text for text in texts if f"<v ada>{text}\n" not in file] == []

            # In a mix voices cannot be told apart, and the program says so.
            waits_for_nodes(psql, "sfu", "mcu", "edge")
            psql.run("update rooms set topology = 'mcu' where id = %s", room)
            captions.prints("voices cannot be told apart")
