"""Programs that listen by WHEP are served by an edge without knowing it: they have offered, and so does Janus."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from roomtone.media import candidates
from roomtone.media.signaling.database_client import database_connections
from roomtone.tools.processes import free_port

from ....patience import LOOK_AGAIN, PATIENCE, comes_true
from ....people import Psql
from ....running import RunningRelay
from ..node.people import Person
from ..test_candidates import address, candidate_line, listening
from ..test_candidates import offer as offer_without_candidates
from ..test_whip import FRAGMENT, SDP, TRICKLE, client, offer
from .test_edge import (
    TONES,
    Janus,
    is_free,
    mountpoints,
    serving,
    stage,
    write,
)

__all__ = ["address"]

# A player whose edge counts as lost is cut off: it is to happen only where a test makes it happen.
pytestmark = pytest.mark.usefixtures("patient_nodes")

SERVED_BY = (
    "select p.edge is not null and p.served_by like 'edge-%%' and p.expires_at is null"
    " from participants p join users u on u.id = p.user_id where room_id = %s and username = %s"
)
EDGE = "select p.edge from participants p join users u on u.id = p.user_id where room_id = %s and username = %s"
ON_EDGE = "select edge is not null from participants where peer_id = %s"
SEATED = "select count(*) from participants p join users u on u.id = p.user_id where room_id = %s and username = %s"


async def post_to_edge(http: httpx.AsyncClient, psql: Psql, room: int, sdp: str) -> httpx.Response:
    """The answer of an edge. On a busy machine it may count as lost for a moment, in which the stage serves who comes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answered = await http.post(f"/rooms/{room}/whep", content=sdp, headers=SDP)
            assert answered.status_code == 201, answered.text
            session = answered.headers["location"]
            if psql.one(ON_EDGE, session.rpartition("/")[2]):
                return answered
            await http.delete(session)


@asynccontextmanager
async def plays(answered: httpx.Response, person: Person) -> AsyncIterator[str]:
    """Plays until the block ends. Yields the address of the session."""
    assert answered.status_code == 201, answered.text
    await person.answer(answered.text)
    try:
        yield answered.headers["location"]
    finally:
        await person.leave()


async def test_players_of_all_kinds_hear_the_stage_through_an_edge(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    janus = Janus()
    async with (
        serving(database_url, psql, janus.lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        client(relay, "vlc") as vlc,
        client(relay, "gst") as gst,
    ):
        one, two = Person(1), Person(2)
        # As aiortc offers: Opus has the number 96, which is not the mountpoint's. Without candidates: they come later.
        whole = await offer(one, listens=True)
        sdp = "".join(x for x in whole.splitlines(keepends=True) if not x.startswith("a=candidate"))
        async with plays(await post_to_edge(vlc, psql, room, sdp), one) as session:
            await one.waits_to_hear("mix", *TONES.values())
            await comes_true(lambda: psql.one(SERVED_BY, room, "vlc"))
            async with asyncio.timeout(PATIENCE):
                while await mountpoints(janus) > 1:  # noqa: ASYNC110 - that by which it entered goes after the answer
                    await asyncio.sleep(LOOK_AGAIN)
            [name] = set(re.findall("a=ice-ufrag:(.*)\r\n", sdp))
            fragment = FRAGMENT.format(name=name)
            sent = await vlc.patch(session, content=fragment, headers=TRICKLE)
            assert sent.status_code == 204, sent.text
            # FFmpeg's way to begin: the player waits for DTLS, and Janus begins.
            passive = (await offer(two, listens=True)).replace("actpass", "passive")
            async with plays(await post_to_edge(gst, psql, room, passive), two):
                await two.waits_to_hear("mix", *TONES.values())
                # Who goes on stage speaks by another session: this one cannot move, and goes on.
                await write(
                    psql,
                    "update participants set role = 'SPEAKER' where edge is not null and user_id = %s",
                    psql.person_id("gst"),
                )
                await comes_true(lambda: psql.one(EDGE, room, "gst") is None)
                two.heard.clear()
                await two.waits_to_hear("mix", *TONES.values())
            await comes_true(lambda: not psql.one(SEATED, room, "gst"))
            assert (await vlc.delete(session)).status_code == 200
            await comes_true(lambda: one.connection.connectionState == "closed")
        assert not psql.one(SEATED, room, "vlc")


async def test_a_recording_and_the_loss_of_janus_end_the_session_and_the_next_one_is_served(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    janus = Janus()
    async with (
        serving(database_url, psql, janus.lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        client(relay, "vlc") as vlc,
    ):
        one, two, three = Person(1), Person(2), Person(3)
        sdp = await offer(one, listens=True)
        async with plays(await post_to_edge(vlc, psql, room, sdp), one):
            await one.waits_to_hear("mix", *TONES.values())
            # A page shows that a room is recorded. A player hears it from the node of the stage, when it comes again.
            await comes_true(lambda: psql.one(SERVED_BY, room, "vlc"))
            await write(psql, "select start_recording(%s)", room)
            assert psql.one("select split_part(node_id, '-', 1) from recordings") == "sfu"
            await comes_true(lambda: not psql.one(SEATED, room, "vlc"))
            await comes_true(lambda: one.connection.connectionState == "closed")
        sdp = await offer(two, listens=True)
        answered = await vlc.post(f"/rooms/{room}/whep", content=sdp, headers=SDP)
        async with plays(answered, two) as session:
            await two.waits_to_hear("mix", *TONES.values())
            assert psql.one(EDGE, room, "vlc") is None
            await write(psql, "update recordings set ended_at = now() where ended_at is null")
            assert (await vlc.delete(session)).status_code == 200
        sdp = await offer(three, listens=True)
        async with plays(await post_to_edge(vlc, psql, room, sdp), three) as session:
            await three.waits_to_hear("mix", *TONES.values())
            await comes_true(lambda: psql.one(SERVED_BY, room, "vlc"))
            os.kill(janus.pids[-1], signal.SIGKILL)
            await comes_true(lambda: not psql.one(SEATED, room, "vlc"))
            assert (await vlc.delete(session)).status_code == 404


async def test_for_whom_no_port_is_free_is_served_by_the_node_of_the_stage(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    port = free_port()
    async with (
        serving(database_url, psql, Janus(ports=(port, port)).lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        client(relay, "vlc") as vlc,
        client(relay, "gst") as gst,
    ):
        one, two = Person(1), Person(2)
        await comes_true(lambda: is_free(port))  # the edge has tried its Janus with it
        sdp = await offer(one, listens=True)
        async with plays(await post_to_edge(vlc, psql, room, sdp), one):
            await comes_true(lambda: psql.one(SERVED_BY, room, "vlc"))
            sdp = await offer(two, listens=True)
            answered = await gst.post(f"/rooms/{room}/whep", content=sdp, headers=SDP)
            async with plays(answered, two):
                await two.waits_to_hear("mix", *TONES.values())
                assert psql.one(EDGE, room, "gst") is None


@pytest.mark.parametrize("trickles", [False, True])
async def test_janus_sends_to_no_candidate_of_a_player_that_a_node_would_not_use(
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    room: int,
    address: str,
    trickles: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of the reasons to refuse one the number is the one that is the same on all machines: Janus would use the second one first.
    monkeypatch.setattr(candidates, "CANDIDATES_LIMIT", 1)
    async with (
        serving(database_url, psql, Janus().lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        client(relay, "vlc") as vlc,
    ):
        with listening(address) as fine, listening(address) as refused:
            lines = f"a={candidate_line(fine, 1_000_000)}\r\na={candidate_line(refused, 2_000_000_000)}\r\n"
            sdp = (await offer_without_candidates()).replace("a=sendrecv", "a=recvonly")
            # Janus reads these as the refused one, whoever reads the first as the other one.
            host, port = fine.getsockname()
            words = "\x1f".join(["candidate:1", "1", "udp", "1", host, str(port), "t", "host"])
            hidden = candidate_line(refused, 2_000_000_000).partition(":")[2]
            other = f"a={words} {hidden.partition(' ')[2]}\r\na=Candidate:{hidden}\r\n"
            whole = sdp if trickles else sdp + lines + other
            answered = await post_to_edge(vlc, psql, room, whole)
            if trickles:
                fragment = f"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{lines}"
                at = answered.headers["location"]
                assert (await vlc.patch(at, content=fragment, headers=TRICKLE)).is_success
            check = asyncio.get_running_loop().sock_recv(fine, 2000)
            assert len(await asyncio.wait_for(check, PATIENCE)) > 20
            with pytest.raises(BlockingIOError):
                refused.recv(2000)
