"""Bots and the band, run as people run them: how they come, go, and die."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from roomtone.child_processes import child_processes
from roomtone.settings import Settings

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import RunningRelay
from .processes import bot, ended, playing
from .test_routes import move

pytestmark = pytest.mark.shares_a_relay


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    """Seats expire within the time that a test waits."""
    return {"grace": 20.0}


async def test_bots_come_together_and_leave_quietly(
    relay: RunningRelay, psql: Psql, room: int
) -> None:
    with bot("--room", room, "--url", relay.url, "--tone", 440, "--count", 3) as bots:
        names = [f"a tone of 440 Hz {n}" for n in (1, 2, 3)]
        await comes_true(lambda: sorted(psql.roster(room)) == names, within=PATIENCE)
        bots.process.send_signal(signal.SIGTERM)
        status, words = await asyncio.to_thread(bots.ends)
        assert status == 0, words
        assert words.endswith("left\n")
        assert "Traceback" not in words
        # They leave for a second and a half at most; on a busy machine a seat may have to expire.
        await comes_true(lambda: psql.roster(room) == [])


async def test_a_node_of_each_kind_starts_by_itself_and_gives_its_rooms_back_at_the_end(
    database_url: str, psql: Psql, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.child_processes.STOPS_WITHIN", PATIENCE)
    settings = Settings(band=False, data_dir=tmp_path)
    with child_processes(settings, database_url) as started:
        for each in started:
            each.start()
        kinds = "select array_agg(kind order by kind) from living_nodes()"
        await comes_true(lambda: psql.one(kinds) == ["edge", "mcu", "sfu"], within=PATIENCE)
        psql.seat(room, "rick")
        move(psql, room, "sfu")
        follows = "select count(served_by) from participants where kind = 'sfu'"
        await comes_true(lambda: psql.one(follows), within=PATIENCE)
    assert psql.one(kinds) is None
    assert psql.one("select count(*) from participants where kind = 'sfu'") == 0


async def test_a_killed_bots_seat_is_given_up(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    with (
        bot("--room", room, "--database-url", database_url, "--echo") as echo,
        bot("--room", room, "--url", relay.url, "--listen") as listener,
    ):
        await comes_true(
            lambda: sorted(psql.roster(room)) == ["a listener", "echo"], within=PATIENCE
        )
        # A seat on which nobody has followed yet is given its time to begin.
        follows = "select count(served_by) from participants where expires_at is null"
        await comes_true(lambda: psql.one(follows) == 2)
        assert psql.one("select count(*) from nodes where kind = 'bot'") == 1
        echo.process.kill()
        listener.process.kill()
        await comes_true(lambda: psql.roster(room) == [])
        reasons = psql.all("select reason from events where type = 'DELETE' and room_id = %s", room)
        assert reasons == [("timeout",)] * 2


def test_what_cannot_be_is_said_in_a_sentence(
    relay: RunningRelay, psql: Psql, room: int, tmp_path: Path
) -> None:
    through = ("--url", relay.url)
    status, words = ended("--room", 4711, *through)
    assert (status, words.startswith("There is no room 4711.")) == (1, True)
    status, words = ended("--room", room, *through, "--name", "host")
    assert (status, words) == (1, "Host is not a bot. Give it a name of its own.\n")
    status, words = ended("--room", room, "--url", "http://127.0.0.1:9")
    assert status == 1
    assert words.startswith("Nobody answers at http://127.0.0.1:9 (")
    status, words = ended("--room", room, "--tone", 440, "--echo")
    assert status == 2
    assert "A bot does one thing" in words
    (tmp_path / "no.ogg").write_text("no sound")
    status, words = ended("--room", room, *through, "--play", tmp_path / "no.ogg")
    assert (status, "cannot be played" in words) == (1, True)


async def test_the_band_plays_in_its_room_comes_back_when_it_dies_and_leaves_with_its_parent(
    relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    home = psql.room("amara", "Trading fours until the tea is cold")
    with playing(database_url) as band:
        await comes_true(lambda: psql.roster(home) == ["the house band"], within=PATIENCE)
        assert psql.one("select kind from roster") == "bot"
        before = psql.one("select peer_id from roster")
        assert band.process is not None
        band.process.kill()
        await comes_true(
            lambda: psql.one("select peer_id from roster") not in (None, before), within=PATIENCE
        )
        # Its room ends, and it finds itself another.
        psql.run("update rooms set ended_at = now() where id = %s", home)
        await comes_true(
            lambda: psql.one("select room from roster") == "The house band plays on",
            within=PATIENCE,
        )
    await comes_true(lambda: psql.one("select count(*) from roster") == 0)
