"""Listeners of a room that is too large for the node of its stage hear it through another node, which they see as an edge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aioice.ice
import psutil
import pytest
from psycopg.errors import CheckViolation
from roomtone.media.room_session import RoomSession, room_session
from roomtone.media.signaling.database_client import DatabaseConnections, database_connections
from roomtone.media.sounds import tone
from roomtone.tools.processes import node
from roomtone.types import RoomId

from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay
from .edge.audience import Listener, listeners
from .edge.test_players import post_to_edge
from .node.people import Person
from .test_routes import nodes
from .test_whip import client, offer

TONES = {"ann": 440.0, "bob": 660.0}
SPEAKERS_ONLY = len(TONES) ** 2  # streams: one of each to each


@asynccontextmanager
async def stage(database: DatabaseConnections, room: int) -> AsyncIterator[list[RoomSession]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                room_session(await database.client(name), RoomId(room), sound=tone(hertz))
            )
            for name, hertz in TONES.items()
        ]


async def hear(*people: Listener) -> None:
    """Wait until all of them hear the stage, from now on."""
    for each in people:
        each.forget()
    await comes_true(lambda: all(each.hears(*TONES.values()) for each in people))


def moves_to_an_sfu(psql: Psql, room: int) -> bool:
    """Whether the room could be moved: on a busy machine the heartbeat of its node may be late."""
    try:
        return bool(psql.run("update rooms set topology = 'sfu' where id = %s", room))
    except CheckViolation:
        return False


async def test_listeners_hear_the_stage_through_a_second_node_and_lose_nothing_when_it_dies(
    database_url: str, psql: Psql, room: int, tmp_path: Path
) -> None:
    def start(kind: str, *flags: str) -> AbstractAsyncContextManager[psutil.Process]:
        return node(kind, database_url, tmp_path / f"{kind} {flags}", *flags)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(start("sfu", "--capacity", str(SPEAKERS_ONLY)))
        database = await stack.enter_async_context(database_connections(database_url))
        await comes_true(lambda: moves_to_an_sfu(psql, room))
        speakers = await stack.enter_async_context(stage(database, room))
        doomed = await stack.enter_async_context(start("mcu"))
        dee, eve = await stack.enter_async_context(listeners(database, psql, room, ["dee", "eve"]))
        await hear(dee, eve)
        assert dee.edge == eve.edge
        assert dee.edge is not None
        # All as with an edge: a connection that ends is offered anew, and so is one for which a bye asks.
        # (On a busy machine an offer may have to be made again.)
        offered = len(dee.offers)
        await dee.hang_up()
        await comes_true(lambda: len(dee.offers) > offered)
        await hear(dee)
        again = len(dee.offers)
        dee.seat.send(dee.offers[-1], "bye", {"reason": "the network has changed"})
        await comes_true(lambda: len(dee.offers) > again)
        await hear(dee)
        # The node of the stage serves who may soon speak, even without capacity.
        invited = "update participants set invited_to_speak_at = %s where peer_id = %s"
        # In threads: a transaction of this event loop may hold the lock of a seat.
        await asyncio.to_thread(psql.run, invited, datetime.now(UTC), eve.seat.peer)
        await comes_true(lambda: eve.edge is None)
        await eve.hang_up()
        await asyncio.to_thread(psql.run, invited, None, eve.seat.peer)
        await hear(eve)
        before = [each.routes.node for each in speakers]
        first = dee.edge
        await stack.enter_async_context(start("sfu", "--capacity", "50"))
        await comes_true(
            lambda: (
                psql.one("select count(*) from living_nodes() where kind in ('sfu', 'mcu')") == 3
            )
        )
        doomed.kill()
        await comes_true(lambda: {dee.edge, eve.edge}.isdisjoint({first, None}))
        await hear(dee, eve)
        assert [each.routes.node for each in speakers] == before
        await asyncio.to_thread(psql.run, "select end_room(%s)", room)
        await comes_true(lambda: psql.one("select count(*) from mix_receivers m join living_nodes() n on n.id = m.node_id") == 0)  # fmt: skip


@pytest.mark.usefixtures("patient_nodes")
async def test_a_whep_player_hears_a_room_through_a_second_node_too(
    relay: RunningRelay,
    database_url: str,
    psql: Psql,
    room: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It offers, and the second node answers, which offers to all others."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])
    player = Person(1)
    async with (
        nodes(database_url, psql, "sfu", "mcu"),
        database_connections(database_url) as database,
        client(relay, "vlc") as http,
    ):
        psql.run("update nodes set capacity = %s where kind = 'sfu'", SPEAKERS_ONLY)
        await comes_true(lambda: moves_to_an_sfu(psql, room))
        async with stage(database, room), listeners(database, psql, room, ["dee"]) as [dee]:
            await hear(dee)
            heard = await post_to_edge(http, psql, room, await offer(player, listens=True))
            await player.answer(heard.text)
            await player.waits_to_hear("mix", *TONES.values())
            await hear(dee)
            assert (await http.delete(heard.headers["location"])).is_success
            await comes_true(lambda: "vlc" not in psql.roster(room))
        await player.leave()
