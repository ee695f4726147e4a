"""What a WHIP or WHEP program offers, as programs write it, and as a stranger might."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription

from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay
from .test_candidates import address, candidate_line, listening, offer
from .test_routes import move, nodes
from .test_whip import SDP, TRICKLE, client

__all__ = ["address"]

CASE = Path(__file__).parents[2] / "cases" / "session-setup-offer.sdp"


async def test_an_offer_with_its_setup_at_the_session_is_answered_by_the_passive_end(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with nodes(database_url, psql, "sfu"), client(relay, "obs") as http:
        move(psql, room, "sfu")
        answered = await http.post(f"/rooms/{room}/whip", content=CASE.read_bytes(), headers=SDP)
        assert answered.status_code == 201, answered.text
        [section] = SessionDescription.parse(answered.text).media
        assert section.dtls is not None
        assert (section.dtls.role, section.direction) == ("server", "recvonly")


@pytest.mark.parametrize("way", ["whip", "whep"])
@pytest.mark.parametrize("trickles", [False, True])
async def test_no_candidate_of_a_program_has_a_node_send_to_loopback(
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    room: int,
    address: str,
    way: str,
    trickles: bool,
) -> None:
    direction = "a=sendonly" if way == "whip" else "a=recvonly"
    with listening(address) as fine, listening("127.0.0.1") as refused:
        lines = (
            f"a={candidate_line(refused, 2_000_000_000)}\r\na={candidate_line(fine, 1_000_000)}\r\n"
        )
        sdp = (await offer()).replace("a=sendrecv", direction)
        async with nodes(database_url, psql, "mcu"), client(relay, "obs") as http:
            move(psql, room, "mcu")
            whole = sdp if trickles else sdp + lines
            answered = await http.post(f"/rooms/{room}/{way}", content=whole, headers=SDP)
            assert answered.status_code == 201, answered.text
            if trickles:
                patched = await http.patch(
                    answered.headers["location"],
                    content=f"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{lines}",
                    headers=TRICKLE | {"If-Match": answered.headers["etag"]},
                )
                assert patched.status_code == 204, patched.text
            check = asyncio.get_running_loop().sock_recv(fine, 2000)
            assert len(await asyncio.wait_for(check, PATIENCE)) > 20
            with pytest.raises(BlockingIOError):
                refused.recv(2000)
