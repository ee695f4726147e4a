"""Programs that know nothing but HTTP: they speak in a room by WHIP (RFC 9725), and listen to its mix by WHEP."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aioice.ice
import httpx
import pytest
from roomtone.media.node.lease import Kind
from roomtone.media.room_session import room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import NO_TLS, RunningRelay
from .listening import hears
from .node.people import Person
from .test_routes import move, nodes

pytestmark = pytest.mark.shares_a_relay

SDP = {"Content-Type": "application/sdp"}
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag"}
FRAGMENT = (
    "a=ice-ufrag:{name}\r\na=ice-pwd:0123456789abcdef01234567\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\na=end-of-candidates\r\n"
)
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=sendonly\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n"


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@asynccontextmanager
async def client(relay: RunningRelay, username: str) -> AsyncIterator[httpx.AsyncClient]:
    token = await asyncio.to_thread(relay.token, username)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=relay.url, headers=headers, timeout=PATIENCE, verify=NO_TLS
    ) as http:
        yield http


async def offer(person: Person, *, listens: bool = False) -> str:
    """What a program offers that only sends, or only listens."""
    sdp = await person.offer(1)
    return sdp.replace("a=sendrecv", "a=recvonly" if listens else "a=sendonly")


@pytest.mark.usefixtures("loopback")
async def test_a_whip_client_speaks_on_an_sfu_is_muted_and_leaves_with_delete(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    program = Person(1, 440)
    async with (
        nodes(database_url, psql, "sfu"),
        database_connections(database_url) as database,
        client(relay, "obs") as http,
        room_session(await database.client("ann"), RoomId(room), sound=tone(660)) as ann,
    ):
        move(psql, room, "sfu")
        sdp = await offer(program)
        # As OBS does: a picture, too. It is refused by itself, and the voice is taken.
        answered = await http.post(f"/rooms/{room}/whip", content=sdp + VIDEO, headers=SDP)
        assert answered.status_code == 201, answered.text
        assert answered.headers["content-type"].startswith("application/sdp")
        assert answered.headers["access-control-allow-origin"] == "*"
        assert answered.headers["accept-patch"] == TRICKLE["Content-Type"]
        session, etag = answered.headers["location"], answered.headers["etag"]
        audio, video = re.split(r"^(?=m=)", answered.text, flags=re.MULTILINE)[1:]
        assert "a=recvonly" in audio
        assert "a=candidate:" in audio
        assert video.startswith("m=video 0 ")
        await program.answer(answered.text.removesuffix(video))
        await hears(ann, "obs", 440)
        assert psql.one("select muted from roster where username = 'obs'") is False

        # It follows no log: its connection keeps the seat, beyond the grace.
        await comes_true(lambda: psql.one(KEPT, room))

        # Trickle ICE, and all that RFC 9725 says about what goes wrong with it. Without If-Match the fragment says what it is for.
        [name] = set(re.findall("a=ice-ufrag:(.*)\r\n", sdp))
        mine = FRAGMENT.format(name=name)
        for fragment, headers, status in (
            (mine, TRICKLE | {"If-Match": etag}, 204),
            (mine, TRICKLE, 204),
            (mine.partition("m=")[1] + mine.partition("m=")[2], TRICKLE, 204),
            (mine.partition("m=")[0], TRICKLE, 204),  # well-formed, without a candidate
            ("", TRICKLE, 400),
            ("\r\n", TRICKLE, 400),
            (FRAGMENT.format(name="restarted"), TRICKLE, 422),
            (mine, TRICKLE | {"If-Match": '"another"'}, 412),
            (mine, TRICKLE | {"If-Match": "*"}, 422),
            (mine, SDP | {"If-Match": etag}, 415),
        ):
            answer = await http.patch(session, content=fragment, headers=headers)
            assert answer.status_code == status, answer.text
            assert "etag" not in answer.headers
            rules = {422: "whip_restarts_nothing", 400: "whip_fragment_is_sdp"}
            assert status not in rules or answer.json()["rule"] == rules[status]
        sent = "select count(*) from signals where kind = 'candidate' and from_user = (select id from users where username = 'obs')"
        assert psql.one(sent) == 3
        async with client(relay, "eve") as eve:
            stolen = await eve.patch(session, content=mine, headers=TRICKLE | {"If-Match": etag})
            assert stolen.status_code == 404
            assert (await eve.delete(session)).status_code == 404
        assert (await http.get(session)).status_code == 405

        assert (await http.delete(session)).status_code == 200
        assert (await http.delete(session)).status_code == 404
        assert sorted(psql.roster(room)) == ["ann", "sfu"]
        await program.leave()


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("kind", ["sfu", "mcu"])
async def test_a_whep_player_hears_the_mix_and_its_seat_goes_with_its_connection(
    relay: RunningRelay, database_url: str, psql: Psql, room: int, kind: Kind
) -> None:
    player, program = Person(1), Person(2, 660)
    async with (
        nodes(database_url, psql, kind),
        database_connections(database_url) as database,
        client(relay, "vlc") as vlc,
        client(relay, "obs") as obs,
        room_session(await database.client("ann"), RoomId(room), sound=tone(440)) as ann,
    ):
        move(psql, room, kind)
        heard = await vlc.post(
            f"/rooms/{room}/whep", content=await offer(player, listens=True), headers=SDP
        )
        assert heard.status_code == 201, heard.text
        assert "a=sendonly" in heard.text
        await player.answer(heard.text)
        await player.waits_to_hear("mix", 440)
        [seat] = psql.all(
            "select role, offers from participants where user_id = %s",
            psql.person_id("vlc"),
        )
        assert seat == ("AUDIENCE", True), "it offers, and cannot be moved"
        said = await obs.post(f"/rooms/{room}/whip", content=await offer(program), headers=SDP)
        await program.answer(said.text)
        await player.waits_to_hear("mix", 440, 660)
        await hears(ann, "mcu" if kind == "mcu" else "obs", 660)
        # Pulled out without a word: DTLS tells the node, and the node lets the seats go.
        await player.leave()
        await program.leave()
        await comes_true(lambda: sorted(psql.roster(room)) == ["ann", kind], within=PATIENCE)


@pytest.mark.usefixtures("loopback")
async def test_an_impossible_offer_is_refused_by_rule_and_takes_no_seat(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    moderated = psql.room("rick", stage="moderated")
    program = Person(1, 440)
    sdp = await offer(program)
    async with nodes(database_url, psql, "sfu", "mcu"), client(relay, "obs") as http:
        endpoint, stage = f"/rooms/{room}/whip", f"/rooms/{moderated}/whip"

        async def refused(url: str, content: str, **headers: str) -> tuple[int, str | None]:
            answer = await http.post(url, content=content, headers=SDP | headers)
            assert answer.headers["access-control-allow-origin"] == "*"
            return answer.status_code, answer.json().get("rule")

        assert await refused(endpoint, sdp) == (409, "whip_needs_a_node")
        move(psql, room, "sfu")
        move(psql, moderated, "sfu")
        assert await refused(stage, sdp) == (403, "whip_needs_the_stage")
        assert await refused("/rooms/4711/whip", sdp) == (404, "participants_room_is_open")
        assert await refused(endpoint, _listening(sdp)) == (422, "whip_offers_audio")
        only_video = sdp[: sdp.index("m=")] + VIDEO
        assert await refused(endpoint, only_video) == (422, "whip_offers_audio")
        assert await refused(endpoint, "hello") == (422, "whip_offers_audio")
        assert await refused(endpoint, sdp.replace("opus", "speex")) == (
            422,
            "whip_offers_fit_the_node",
        )
        assert await refused(endpoint, sdp, Accept="text/html") == (406, None)
        assert await refused(endpoint, sdp, **{"Content-Type": "text/plain"}) == (415, None)
        assert await refused(endpoint, sdp, Authorization="Bearer nobody's") == (401, None)
        for path, accepted, methods in (
            (endpoint, "accept-post", "POST, OPTIONS"),
            (f"{endpoint}/x", "accept-patch", "PATCH, DELETE, OPTIONS"),
        ):
            asked = await http.options(path)
            assert asked.status_code == 200
            assert accepted in asked.headers
            assert asked.headers["allow"] == methods
            assert asked.headers["access-control-allow-methods"] == methods
            assert (await http.put(path)).status_code == 405
        nobody = "select count(*) from participants where kind = 'person' and peer_id is not null"
        assert psql.one(nobody) == 0
        await program.leave()


async def test_the_simple_whip_client_speaks_and_is_heard(
    relay: RunningRelay, database_url: str, psql: Psql, room: int, tmp_path: Path
) -> None:
    async with (
        nodes(database_url, psql, "sfu"),
        database_connections(database_url) as database,
        room_session(await database.client("ann"), RoomId(room)) as ann,
    ):
        move(psql, room, "sfu")
        token = await asyncio.to_thread(relay.token, "gst")
        # It knows no loopback, so here all meet at the machine's own address.
        with whip_client(f"{relay.url}/rooms/{room}/whip", token, tmp_path):
            await hears(ann, "gst", 440)


@contextmanager
def whip_client(url: str, token: str, libraries: Path) -> Iterator[None]:
    """Debian's client, playing a tone of 440 Hz. What it printed is part of an error in the block."""
    sound = (
        "audiotestsrc is-live=true wave=sine freq=440 ! audioconvert ! audioresample ! queue ! opusenc"
        " ! rtpopuspay pt=100 ssrc=1 ! queue ! application/x-rtp,media=audio,encoding-name=OPUS,payload=100"
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(_without_a_quarrel(libraries))}
    printed = libraries / "printed"
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            ["whip-client", "-u", url, "-t", token, "-A", sound],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        ) as process,
    ):
        try:
            yield
        except BaseException as error:
            ended = f"it ended with {process.poll()}, and printed:\n"
            error.add_note(ended + printed.read_text(errors="replace"))
            raise
        finally:
            process.kill()


def _without_a_quarrel(libraries: Path) -> Path:
    """Debian 12's client uses libsoup 2, its libnice brings libsoup 3, which ends every process that has both.

    And rightly: their functions have the same names, and what opens ports on a home router calls the wrong ones in a
    thread of its own, which ends the client whenever that thread comes early. Nobody here has such a router. So the client
    gets a libsoup 3 that does not look for the other, and a libgupnp-igd that says it cannot begin, as it may.
    """
    for found in Path("/usr/lib").glob("*/libsoup-3.0.so.0"):
        looks = found.read_bytes().replace(b"\0soup_uri_new\0", b"\0soup_uri_NEW\0")
        (libraries / found.name).write_bytes(looks)
    for found in Path("/usr/lib").glob("*/libgupnp-igd-1.0.so.4"):
        begins = bytearray(found.read_bytes())
        at = _place_in_file(found, "gupnp_simple_igd_thread_new")
        begins[at : at + len(RETURN_NULL)] = RETURN_NULL
        (libraries / found.name).write_bytes(begins)
    return libraries


RETURN_NULL = bytes.fromhex({"x86_64": "31c0c3", "aarch64": "000080d2c0035fd6"}[platform.machine()])


def _place_in_file(library: Path, function: str) -> int:
    """Where a function's code begins, from where the linker puts it in this process (proc(5), maps)."""
    code = ctypes.cast(getattr(ctypes.CDLL(str(library)), function), ctypes.c_void_p).value or 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, _, offset, *_ = line.split()
        start, end = (int(each, 16) for each in span.split("-"))
        if start <= code < end:
            return code - start + int(offset, 16)
    raise AssertionError(f"{function} is nowhere in memory")


KEPT = "select served_by like 'sfu-%%' and expires_at is null from participants p join users u on u.id = p.user_id where room_id = %s and username = 'obs'"


def _listening(sdp: str) -> str:
    return sdp.replace("a=sendonly", "a=recvonly")
