"""The audio of a recording over HTTP: who gets it, ranges, and deletion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
import pytest
from roomtone.formats.ogg import seconds_of
from roomtone.media.node.ogg_writer import OggWriter
from roomtone.media.opus import Encoder

from ...patience import eventually
from ...people import Psql
from ...running import RunningRelay, run_relay

TICKS = 150  # 3 s


@dataclass
class Evening:
    """A room that rick recorded while anna had a seat and eve had none."""

    relay: RunningRelay
    psql: Psql
    room: int
    recording: int
    path: Path
    held: ExitStack

    def client(self, token: str | None = None) -> httpx.Client:
        return self.held.enter_context(self.relay.client(token))

    def sign_in(self, username: str) -> httpx.Client:
        return self.client(self.relay.token(username))

    @property
    def url(self) -> str:
        return f"/recordings/{self.recording}"


def write(path: Path) -> OggWriter:
    """Three seconds of a tone, not finished yet."""
    recording, encoder = OggWriter(path), Encoder()
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(960) / 48000)).astype("f4")
    for tick in range(TICKS):
        recording.write(tick, encoder.encode(tone))
    return recording


@pytest.fixture
def evening(database_url: str, psql: Psql, tmp_path: Path) -> Iterator[Evening]:
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    psql.one("select node_register('one', 'sfu', 10)")
    psql.run("update nodes set heartbeat_at = now() + interval '1 hour'")
    psql.run("update rooms set topology = 'sfu'")
    psql.act_as("rick").one("select start_recording(%s)", room)
    psql.act_as(None).run("update recordings set begins_at = announced_at")
    recording, file = psql.all(
        "select r.id, b.file from recordings r, node_recording_begins('one', r.id) b"
    )[0]
    write(tmp_path / file).close()
    with (
        run_relay(database_url, demo=True, recordings_dir=tmp_path, root_path="/talk") as relay,
        ExitStack() as held,
    ):
        yield Evening(relay, psql, room, recording, tmp_path / file, held)


def test_participants_of_the_recording_get_all_of_it_or_a_range(evening: Evening) -> None:
    sound = evening.path.read_bytes()
    rick = evening.sign_in("rick")
    whole = rick.get(evening.url)
    assert (whole.status_code, whole.content) == (200, sound)
    assert whole.headers["content-type"] == "audio/ogg"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in whole.headers["vary"]
    assert whole.headers["content-disposition"].startswith("inline; filename=")
    head = rick.head(evening.url)
    assert (head.headers["content-length"], head.content) == (str(len(sound)), b"")
    etag = whole.headers["etag"]
    assert rick.get(evening.url, headers={"If-None-Match": etag}).status_code == 304
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, len(sound) - 1),
        ("bytes=-10", len(sound) - 10, len(sound) - 1),
        (f"bytes=5-{len(sound) + 5}", 5, len(sound) - 1),
    ):
        part = rick.get(evening.url, headers={"Range": asked, "If-Range": etag})
        assert (part.status_code, part.content) == (206, sound[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(sound)}"
    beyond = rick.get(evening.url, headers={"Range": f"bytes={len(sound)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(sound)}")
    assert beyond.headers["content-type"] == "application/problem+json"
    for asked, headers in (
        ("bytes=9-5", {}),
        ("lines=1-2", {}),
        ("bytes=0-1,5-6", {}),
        ("bytes=0-1", {"If-Range": '"another"'}),
    ):
        assert rick.get(evening.url, headers={"Range": asked} | headers).content == sound
    assert evening.sign_in("anna").get(evening.url).content == sound


def test_other_users_are_refused_and_a_browser_gets_the_page(evening: Evening) -> None:
    def refusal(answer: httpx.Response) -> tuple[int, str | None]:
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json().get("rule")

    eve, anonymous = evening.sign_in("eve"), evening.client()
    assert refusal(anonymous.get(evening.url)) == (401, None)
    assert refusal(eve.get(evening.url)) == (403, "recordings_are_for_recorded_users")
    assert refusal(eve.get(f"{evening.url}/link")) == (403, "recordings_are_for_recorded_users")
    for unknown in ("/recordings/4711", f"/recordings/{10**30}", "/recordings/4711/link"):
        assert refusal(eve.get(unknown)) == (404, "recordings_is_known")
    assert refusal(eve.get(evening.url, headers={"Accept": "video/webm"})) == (406, None)
    assert eve.get("/rows/archive").json() == []
    shown = anonymous.get(evening.url, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Accept" in shown.headers["vary"].split(", ")


def test_captions_are_a_file_for_players_without_deleted_ones(evening: Evening) -> None:
    psql = evening.psql
    psql.run("update rooms set captions = true")
    psql.run("update participants set captioned_by = 'operator' where role <> 'AUDIENCE'")
    written = "insert into captions (room_id, user_id, text, final) select %s, id, %s, true from users where username = 'anna' returning id"
    psql.run(written, evening.room, "hello <b> & welcome --> all")
    secret = psql.one(written, evening.room, "my secret")
    psql.run(
        "update captions c set started_at = r.started_at + interval '60.5 seconds', changed_at = r.started_at + interval '61.5 seconds'"
        " from recordings r where r.id = c.recording_id"
    )
    anna = evening.sign_in("anna")
    path = f"{evening.url}/captions"
    assert "my secret" in anna.get(path).text
    psql.run("delete from captions where id = %s", secret)
    ticket = anna.get(f"{evening.url}/link").json()["url"].partition("?")[2]
    for file in (anna.get(path), evening.client().get(f"{path}?{ticket}")):
        assert file.headers["content-type"] == "text/vtt; charset=utf-8"
        assert file.headers["cache-control"] == "private, no-cache"
        assert file.text.splitlines() == [
            "WEBVTT",
            "",
            "00:01:00.500 --> 00:01:01.500",
            "<v anna>hello &lt;b&gt; &amp; welcome --&gt; all",
        ]
    eve = evening.sign_in("eve")
    assert eve.get(path).json()["rule"] == "recordings_are_for_recorded_users"
    assert eve.get("/recordings/4711/captions").status_code == 404
    assert evening.client().get(path).status_code == 401


def test_a_link_works_for_a_player_without_a_token_and_for_this_path_only(
    evening: Evening,
) -> None:
    anna, anonymous = evening.sign_in("anna"), evening.client()
    url = anna.get(f"{evening.url}/link").json()["url"]
    assert anonymous.get(url).content == evening.path.read_bytes()
    ticket = url.partition("ticket=")[2]
    assert evening.client(ticket).get("/session").status_code == 401, "it is no token"
    assert anonymous.get(f"/recordings/4711?ticket={ticket}").status_code == 401
    assert anonymous.get(f"{evening.url}?ticket={ticket[:-2]}").status_code == 401
    token = evening.relay.token("anna")
    assert anonymous.get(f"{evening.url}?ticket={token}").status_code == 401, "nor is a token one"
    anna.delete("/session")
    assert anonymous.get(url).status_code == 401


def test_a_deleted_recording_is_refused_at_once_and_its_file_deleted(evening: Evening) -> None:
    rick = evening.sign_in("rick")
    folder = evening.path.parent
    mark = evening.path.name.split("-")[0]
    lost = folder / f"{mark}-{uuid4()}.ogg"
    others = [lost, folder / "holiday.ogg", folder / evening.path.name.replace(mark, "0" * 8)]
    for each in others:
        each.write_bytes(b"")
    answer = rick.post("/rows/rpc/delete_recording", json={"recording_id": evening.recording})
    assert answer.status_code == 200
    assert rick.get(evening.url).status_code == 404
    eventually(lambda: not evening.path.exists())
    assert all(each.exists() for each in others), "no row says that they were deleted"


def test_the_file_of_a_killed_node_is_measured_and_played(
    database_url: str, evening: Evening
) -> None:
    rick = evening.sign_in("rick")
    # The file of a process that was killed: its last page is incomplete.
    whole = evening.path.read_bytes()
    evening.path.write_bytes(whole[: whole.rfind(b"OggS") + 40])
    evening.psql.run("update nodes set heartbeat_at = now() - interval '1 minute'")
    evening.psql.one("select assign_nodes()")
    eventually(lambda: rick.get("/rows/archive").json()[0]["seconds"] is not None)
    (row,) = rick.get("/rows/archive").json()
    assert row["status"] == "failed"
    assert "lost" in row["failure"]
    assert 2 < row["seconds"] < TICKS * 0.02
    assert row["bytes"] == evening.path.stat().st_size
    assert len(rick.get(evening.url).content) == row["bytes"]


def test_the_length_of_a_file_is_read_from_its_last_whole_page(tmp_path: Path) -> None:
    recording = write(tmp_path / "whole.ogg")
    recording.close()
    whole = recording.path.read_bytes()
    assert seconds_of(recording.path) == pytest.approx(TICKS * 0.02, abs=0.03)
    cut = tmp_path / "cut.ogg"
    cut.write_bytes(whole[:-1])
    assert TICKS * 0.02 - 0.6 < seconds_of(cut) < TICKS * 0.02 - 0.01
    for text in (b"", b"OggS", b"OggS" * 1000, whole[:60], b"no sound"):
        cut.write_bytes(text)
        assert seconds_of(cut) == 0
