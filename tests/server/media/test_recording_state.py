"""WHIP, WHEP and bots learn of a recording, too: by a header, by a tone, or they leave."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from roomtone.media.node.mcu import Mcu
from roomtone.media.room_session import RECORDED, room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import RunningRelay
from .listening import hears
from .node.people import Person, seat
from .processes import bot
from .test_routes import move, nodes
from .test_whip import SDP, client, loopback, offer

pytestmark = pytest.mark.shares_a_relay

__all__ = ["loopback"]

IS_IN_ROOM = "select count(*) from roster where username = %s"


def record(psql: Psql, room: int) -> None:
    """The host announces a recording, which begins later than by itself: this machine may stand still for five seconds."""
    psql.seat(room, "host")
    with psql.connection.transaction():
        psql.act_as("host").one("select start_recording(%s)", room)
        psql.act_as(None)
        psql.run("update recordings set begins_at = begins_at + interval '20 s'")


def sounds(frames: list[np.ndarray], hertz: float) -> bool:
    """Whether this tone is what sounds in 80 ms somewhere."""
    for at in range(len(frames) - 3):
        part = np.concatenate(frames[at : at + 4]).astype(np.float64)
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        loudest = float(np.argmax(spectrum)) * 48_000 / len(part)
        if np.abs(part).max() > 1000 and abs(loudest - hertz) < 15:
            return True
    return False


@pytest.mark.usefixtures("loopback")
async def test_a_whip_program_learns_of_a_recording_by_its_answer_and_a_whep_player_by_a_tone(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    player, program = Person(1), Person(2, 440)
    async with (
        nodes(database_url, psql, "mcu"),
        client(relay, "vlc") as vlc,
        client(relay, "obs") as obs,
    ):
        move(psql, room, "mcu")
        before = await vlc.post(
            f"/rooms/{room}/whep", content=await offer(player, listens=True), headers=SDP
        )
        assert before.status_code == 201, before.text
        assert "recording" not in before.headers
        await player.answer(before.text)
        async with (
            database_connections(database_url) as database,
            room_session(await database.client("ann"), RoomId(room), sound=tone(440)),
        ):
            await player.waits_to_hear("mix", 440)
        record(psql, room)
        await comes_true(
            lambda: sounds(player.heard["mix"], 880) or sounds(player.heard["mix"], 660)
        )
        said = await obs.post(f"/rooms/{room}/whip", content=await offer(program), headers=SDP)
        assert said.status_code == 201, said.text
        assert said.headers["recording"] in ("announced", "recording")
        await player.leave()
        await program.leave()


@pytest.mark.usefixtures("loopback")
async def test_a_program_that_asks_to_leave_is_let_go_before_it_begins_and_not_let_in_again(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    program, again = Person(1, 440), Person(2, 440)
    async with (
        nodes(database_url, psql, "sfu"),
        database_connections(database_url) as database,
        client(relay, "obs") as http,
        room_session(await database.client("ann"), RoomId(room)) as ann,
    ):
        move(psql, room, "sfu")
        endpoint = f"/rooms/{room}/whip?when_recorded="
        strange = await http.post(f"{endpoint}dance", content=await offer(program), headers=SDP)
        assert (strange.status_code, strange.json()["rule"]) == (400, "whip_wish_is_known")
        answered = await http.post(f"{endpoint}leave", content=await offer(program), headers=SDP)
        assert answered.status_code == 201, answered.text
        await program.answer(answered.text)
        await hears(ann, "obs", 440)
        record(psql, room)
        await comes_true(lambda: psql.one(IS_IN_ROOM, "obs") == 0)
        # Gone before the countdown was over, it is not among those recorded.
        recorded = "select count(*) from recorded_seats s join users u on u.id = s.user_id where username = 'obs'"
        assert psql.one(recorded) == 0
        refused = await http.post(f"{endpoint}leave", content=await offer(again), headers=SDP)
        assert (refused.status_code, refused.json()["rule"]) == (409, "whip_room_is_not_recorded")
        assert psql.one(IS_IN_ROOM, "obs") == 0
        await program.leave()
        await again.leave()


async def test_a_bot_says_that_it_is_recorded_and_leaves_if_it_is_to(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    said: list[str] = []
    async with nodes(database_url, psql, "sfu"), database_connections(database_url) as database:
        move(psql, room, "sfu")
        async with (
            room_session(await database.client("ann"), RoomId(room), report=said.append) as ann,
            room_session(
                await database.client("bob"), RoomId(room), leaves_when_recorded=True
            ) as bob,
        ):
            with bot("--room", room, "--url", relay.url, "--leave-when-recorded") as listener:
                await comes_true(lambda: psql.one(IS_IN_ROOM, "a listener"))
                record(psql, room)
                await asyncio.wait_for(bob.ended.wait(), PATIENCE)
                status, words = await asyncio.to_thread(listener.ends)
                assert status == 0
                assert "the room is recorded, and we do not stay for that" in words
            assert bob.reason == RECORDED
            await comes_true(lambda: "this room is recorded" in said)
            assert not ann.ended.is_set()


@pytest.mark.usefixtures("loopback")
async def test_a_notice_is_for_one_listener_and_in_no_recording() -> None:
    node, one, two = Mcu(), Person(1, 0, "AUDIENCE"), Person(2, 0, "AUDIENCE")
    recorded: list[float] = []
    try:
        await seat(node, [one, two])
        for each in (one, two):
            await each.enter(node)
            assert await asyncio.wait_for(node.connections[each.peer].until("connected"), PATIENCE)
        node.consume(lambda _tick, samples, _opus: recorded.append(float(np.abs(samples).max())))
        node.notify(one.peer)
        await comes_true(lambda: sounds(one.heard.get("mix", []), 880))
        assert recorded
        assert max(recorded) == 0
        assert not sounds(two.heard.get("mix", []), 880)
    finally:
        await node.close()
        await one.leave()
        await two.leave()
