"""`GET /rooms/{id}/listen` and its playlist: who hears what, in real players."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from functools import partial

import av
import httpx
import numpy as np
import pytest

from ...conftest import Connect
from ...patience import PATIENCE, eventually
from ...people import Psql
from ...running import NO_TLS, RunningRelay, run_relay
from .mix import Ear, PlayedMix, broadcast_room, heard_by_ffmpeg, pitch, played_mix

pytestmark = pytest.mark.shares_a_relay


@pytest.fixture
def mix(connect: Connect) -> Iterator[PlayedMix]:
    with played_mix(connect) as mix:
        yield mix


@pytest.fixture
def radio(psql: Psql) -> int:
    return broadcast_room(psql)


def plays_the_tone(url: str, seconds: int) -> bool:
    """For so long, in ffmpeg: when this machine stood still, it may have played the silence of that time."""
    played = heard_by_ffmpeg(url, seconds)
    assert played.size == seconds * 48_000, played.size
    return 440 in pitches(played)


def receivers(psql: Psql) -> int:
    return int(psql.one("select count(*) from mix_receivers"))


def test_ffmpeg_plays_the_stream_and_the_playlist(
    relay: RunningRelay, psql: Psql, radio: int, mix: PlayedMix
) -> None:
    with relay.client() as anonymous:
        address = f"/rooms/{radio}/listen"
        with anonymous.stream("GET", address) as stream:
            ear = Ear(stream)  # kept, because httpx closes a stream whose iterator is gone
            ear.hears("sss")
            for url, seconds in ((f"{relay.url}{address}", 3), (f"{relay.url}{address}.m3u8", 5)):
                eventually(partial(plays_the_tone, url, seconds))
        playlist = anonymous.get(f"/rooms/{radio}/listen.m3u8")
        assert playlist.headers["Cache-Control"] == "public, max-age=1"
        init, *names = re.findall(r"listen/[0-9a-f]{16}/[\w.]+", playlist.text)
        parts = [anonymous.get(f"/rooms/{radio}/{name}") for name in (init, *names)]
        assert {part.headers["Cache-Control"] for part in parts} == {
            "public, max-age=31536000, immutable"
        }
        gone = anonymous.get(f"/rooms/{radio}/{init.replace('init.mp4', '999.m4s')}")
        assert gone.json()["rule"] == "broadcast_segments_are_recent"
        assert decoded(b"".join(part.content for part in parts)).size == pytest.approx(
            len(names) * 96_000, abs=1024 * len(names)
        )


def test_one_mix_is_received_for_all_and_none_for_nobody(
    relay: RunningRelay, psql: Psql, radio: int, mix: PlayedMix
) -> None:
    with relay.client() as one, relay.client() as two:
        address = f"/rooms/{radio}/listen"
        with one.stream("GET", address) as first, two.stream("GET", address) as second:
            ears = [Ear(first), Ear(second)]  # kept, as above
            for each, ear in zip((first, second), ears, strict=True):
                assert each.headers["Content-Type"] == "audio/ogg"
                assert each.headers["Cache-Control"] == "no-store"
                ear.hears("s")
            # After a pause without packets, the mix is asked for anew.
            eventually(lambda: receivers(psql) == 1)
    eventually(lambda: receivers(psql) == 0)


@pytest.mark.parametrize(
    ("change", "status", "rule"),
    [
        ("broadcast = false", 403, "rooms_are_heard_if_broadcast"),
        ("locked = true", 403, "rooms_are_heard_if_broadcast"),
        ("access = 'invited'", 404, "participants_room_is_open"),
        ("ended_at = now()", 400, "participants_room_is_open"),
        ("topology = 'mesh'", 409, "rooms_broadcast_has_a_mix"),
    ],
)
def test_who_listens_hears_the_end_when_the_room_may_no_longer_be_heard(
    relay: RunningRelay, psql: Psql, radio: int, mix: PlayedMix, change: str, status: int, rule: str
) -> None:
    with relay.client() as anonymous:
        with anonymous.stream("GET", f"/rooms/{radio}/listen") as stream:
            parts = stream.iter_bytes()
            next(parts)
            mix.silent.set()  # as the node's mix ends with it
            psql.run(f"update rooms set {change} where id = %s", radio)
            last = b"".join(parts)[-27:]
        assert (last[:4], last[5]) == (b"OggS", 4), "the stream did not end as one"
        for address in ("listen", "listen.m3u8"):
            refusal = anonymous.get(f"/rooms/{radio}/{address}")
            assert (refusal.status_code, refusal.json()["rule"]) == (status, rule)
            assert refusal.headers["Access-Control-Allow-Origin"] == "*"
    eventually(lambda: receivers(psql) == 0)


def test_a_room_for_the_invited_is_answered_like_one_that_does_not_exist(
    relay: RunningRelay, psql: Psql
) -> None:
    hidden = psql.room("rick")
    psql.run("update rooms set access = 'invited' where id = %s", hidden)
    host = relay.sign_in("rick")
    with relay.client() as anonymous:
        for client in (anonymous, host):  # also its host is nobody here
            for address in ("listen", "listen.m3u8"):
                answers = []
                for number in (hidden, hidden + 1000):
                    answer = client.get(f"/rooms/{number}/{address}")
                    headers = {
                        name: value
                        for name, value in answer.headers.items()
                        if name not in ("date", "x-request-id", "content-length")
                    }
                    body = answer.text.replace(str(number), "N")
                    answers.append((answer.status_code, body, headers))
                assert answers[0] == answers[1]
                assert answers[0][0] == 404
    host.close()
    assert receivers(psql) == 0


def test_a_room_that_is_not_broadcast_is_not_heard_whoever_asks(
    relay: RunningRelay, psql: Psql, room: int
) -> None:
    with relay.sign_in("rick") as host:
        refusal = host.get(f"/rooms/{room}/listen")
        assert (refusal.status_code, refusal.json()["rule"]) == (
            403,
            "rooms_are_heard_if_broadcast",
        )
        assert host.head(f"/rooms/{room}/listen").status_code == 403
    assert receivers(psql) == 0


def test_pages_of_any_origin_may_play_it(relay: RunningRelay, radio: int, mix: PlayedMix) -> None:
    with relay.client() as anonymous:
        for address in (f"/rooms/{radio}/listen", f"/rooms/{radio}/listen.m3u8"):
            head = anonymous.head(address, headers={"Origin": "https://elsewhere.example"})
            assert head.status_code == 200
            assert head.headers["Access-Control-Allow-Origin"] == "*"
            assert head.headers.get_list("Cross-Origin-Resource-Policy") == ["cross-origin"]
        page = anonymous.get(f"/rooms/{radio}", headers={"Accept": "text/html"})
        assert page.headers.get_list("Cross-Origin-Resource-Policy") == ["same-origin"]


def test_a_room_has_a_bounded_number_of_listeners(database_url: str, psql: Psql) -> None:
    radio = broadcast_room(psql)
    with (
        run_relay(database_url, broadcast_listeners=1) as relay,
        relay.client() as anonymous,
        anonymous.stream("GET", f"/rooms/{radio}/listen") as stream,
    ):
        heard = stream.iter_bytes()  # kept: httpx closes a stream whose iterator is gone
        next(heard)
        with anonymous.stream("GET", f"/rooms/{radio}/listen") as refusal:
            assert refusal.status_code == 503  # and no stream without an end
            assert json.loads(refusal.read())["rule"] == "broadcast_listeners_are_limited"
            assert refusal.headers["Retry-After"] == "30"


def test_a_stream_goes_on_when_the_room_gets_another_node(
    relay: RunningRelay, psql: Psql, radio: int, mix: PlayedMix
) -> None:
    with relay.client() as anonymous, anonymous.stream("GET", f"/rooms/{radio}/listen") as stream:
        ear = Ear(stream)
        ear.hears("sss")
        mix.silent.set()
        ear.hears("---")
        mix.new_node()
        mix.silent.clear()
        ear.hears("sss")


def decoded(data: bytes) -> np.ndarray:
    with av.open(io.BytesIO(data), "r") as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


def pitches(samples: np.ndarray) -> set[int]:
    """What is heard in each half second, in Hz, to the next multiple of ten."""
    half = 24_000
    return {
        round(pitch(samples[at : at + half]) / 10) * 10
        for at in range(0, samples.size - half, half)
    }


def test_a_relay_that_stops_ends_its_streams(database_url: str, psql: Psql) -> None:
    radio = broadcast_room(psql)
    with run_relay(database_url) as relay:
        client = httpx.Client(base_url=relay.url, timeout=PATIENCE, verify=NO_TLS)
        with client, client.stream("GET", f"/rooms/{radio}/listen") as stream:
            parts = stream.iter_bytes()
            next(parts)
            relay.server.should_exit = True
            assert b"".join(parts)[-27:-23] == b"OggS"
