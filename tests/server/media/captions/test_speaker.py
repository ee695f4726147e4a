"""Captions of speakers as rows, with recognisers that do as they are told: what is said, how it is written, and what goes wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from roomtone.media.captions import caption
from roomtone.media.captions.caption import Caption
from roomtone.media.captions.recogniser import Samples, Words
from roomtone.media.captions.recogniser_thread import RecogniserThread
from roomtone.media.captions.speaker import TRIES, SpeakerCaptions
from roomtone.media.captions.writer import CaptionWriter, caption_writer
from roomtone.media.received_audio import ReceivedAudio
from roomtone.media.signaling.events import Seat
from roomtone.supervision import supervised
from roomtone.types import PeerId, RoomId, UserId

from ....patience import PATIENCE, comes_true
from ....people import Psql

ROWS = "select text, final from captions order by id"


def sound(psql: Psql, username: str, level: int = -20) -> ReceivedAudio:
    """20 ms of this user."""
    user = UserId(psql.person_id(username))
    seat = Seat(user, username, None, "bot", "SPEAKER", False, 1, {})
    return ReceivedAudio(seat, np.zeros(960, np.int16), 0, level)


@pytest.fixture
def room(psql: Psql) -> RoomId:
    """In which ada and bea let the operator write."""
    room = psql.room("rick")
    for name in ("rick", "ada", "bea"):
        psql.seat(room, name)
    psql.act_as("rick").run("update rooms set captions = true where id = %s", room)
    for name in ("ada", "bea"):
        psql.act_as(name).run(
            "update participants set captioned_by = 'operator' where user_id = acting_user()"
        )
    psql.act_as(None)
    return RoomId(room)


class Repeats:
    """Says one word for each sound; `ends` counts how often it was told that no more follows."""

    ends = 0

    def hear(self, samples: Samples) -> Iterator[Words]:
        yield "word", True

    def end(self) -> Iterator[Words]:
        Repeats.ends += 1
        yield from ()


class Raises(Repeats):
    made = 0

    def __init__(self) -> None:
        Raises.made += 1

    def hear(self, samples: Samples) -> Iterator[Words]:
        raise StopIteration("it has no model")  # the worst of all: asyncio does not take it


class Hangs(Repeats):
    hanging, goes_on = threading.Event(), threading.Event()

    def hear(self, samples: Samples) -> Iterator[Words]:
        Hangs.hanging.set()
        Hangs.goes_on.wait()
        yield from ()


async def test_one_recogniser_raises_another_hangs_and_the_captions_of_others_go_on(
    database_url: str, psql: Psql, room: RoomId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.media.captions.speaker.backoff", lambda *_, **__: 0.0)
    monkeypatch.setattr("roomtone.media.captions.speaker.QUIET", 0.0)
    said = list[str]()
    async with caption_writer(database_url, room) as writer, supervised() as tasks:

        def begin(name: str, make: type[Repeats]) -> SpeakerCaptions:
            user = UserId(psql.person_id(name))
            speaker = SpeakerCaptions(user, make, writer, said.append)
            tasks.keep(speaker.run, name)
            return speaker

        hangs, raises = begin("ada", Hangs), begin("ada", Raises)

        def gives_up() -> bool:
            raises.put(sound(psql, "ada"))
            return bool(said)

        await comes_true(gives_up)
        hangs.put(sound(psql, "ada"))
        await comes_true(Hangs.hanging.is_set)
        assert said[0].startswith(f"No captions of ada: the recogniser failed {TRIES} times")
        raises.put(sound(psql, "ada"))
        works = begin("bea", Repeats)
        works.put(sound(psql, "bea"))
        await comes_true(lambda: psql.all(ROWS) == [("word", True)])
        await comes_true(lambda: Repeats.ends == 1)
        clock = RecogniserThread(Repeats, "clock")
        for _ in range(50):  # as long as many calls take
            await clock.hear(np.zeros(1, np.int16))
        clock.close()
        assert Repeats.ends == 1, "it is told once that no more follows"
        works.put(sound(psql, "bea"))
        await comes_true(lambda: Repeats.ends == 2)
        assert Raises.made == TRIES
        assert len(said) == 1
        assert not tasks.failures
    Hangs.goes_on.set()
    assert psql.all(ROWS) == [("word", True), ("word", True)]


HANGING = """
import asyncio
from threading import Event
from roomtone.media.captions.recogniser_thread import RecogniserThread

hanging = Event()

def hangs():
    hanging.set()
    Event().wait()

async def main():
    hears = asyncio.create_task(RecogniserThread(hangs, "hangs").end())
    while not hanging.is_set():
        await asyncio.sleep(0.01)
    hears.cancel()

asyncio.run(main())
"""


def test_a_program_whose_recogniser_hangs_can_be_ended() -> None:
    done = subprocess.run([sys.executable, "-c", HANGING], timeout=PATIENCE, check=False)
    assert done.returncode == 0


async def written(writer: CaptionWriter, psql: Psql, *heard: Words) -> Caption:
    words = Caption(UserId(psql.person_id("ada")), writer)
    await words.take(heard)
    return words


async def test_a_row_that_is_full_or_taken_back_is_followed_by_another(
    database_url: str, psql: Psql, room: RoomId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caption, "BETWEEN", 0.0)
    async with caption_writer(database_url, room) as writer:
        words = await written(writer, psql, ("this is secret", False))
        psql.run("delete from captions")
        await words.take([("this is secret", False), ("this was secret and the", False)])
        await words.take([("this was secret and this is not", True), ("next", False)])
        assert psql.all(ROWS) == [("and this is not", True), ("next", False)]

        psql.run("delete from captions")
        text = " ".join(f"{number:09}" for number in range(70))
        words = await written(writer, psql, (text[:400], False))
        await words.take([(text[:600], False), (text, True)])
        assert psql.all(ROWS) == [(text[:499], True), (text[500:], True)]

        psql.run("delete from captions")
        words = await written(writer, psql, ("我的密码", False))
        psql.run("delete from captions")
        await words.take([("我的密码是", False), ("我的密码是秘密，不说", True)])
        assert psql.all(ROWS) == [("是秘密，不说", True)]

        psql.run("delete from captions")
        await written(writer, psql, ("語" * 600, True))
        assert psql.all(ROWS) == [("語" * 500, True), ("語" * 100, True)]


async def test_corrections_wait_for_the_clock_and_the_begin_is_that_of_the_sound(
    database_url: str, psql: Psql, room: RoomId, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(caption, "monotonic", lambda: now)
    async with caption_writer(database_url, room) as writer:
        words = Caption(UserId(psql.person_id("ada")), writer)
        words.sound(900.0, -20)  # a cough, long before
        words.sound(995.0, -20)
        words.sound(999.0, -90)
        await words.take([("one", False)])
        ago = "select extract(epoch from changed_at - started_at)::float8 from captions"
        assert psql.one(ago) == pytest.approx(5.0, abs=0.9)
        await words.take([("one two", False), ("one two three", False)])
        assert psql.all(ROWS) == [("one", False)]
        now = 1000.6
        await words.take([])
        assert psql.all(ROWS) == [("one two three", False)]
        await words.take([("one two three four", True)])
        assert psql.all(ROWS) == [("one two three four", True)], "the end does not wait"


async def test_a_database_that_is_away_does_not_end_the_program(
    database_url: str, psql: Psql, room: RoomId
) -> None:
    async with caption_writer(database_url, room) as writer:
        pass  # its connections are closed
    await writer.be_served_directly(PeerId("p"))
    await written(writer, psql, ("word", False), ("word", True))
    assert psql.all(ROWS) == []
