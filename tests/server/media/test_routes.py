"""Python peers in a room that is hosted on a node, and in one that changes its topology while they talk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aioice.ice
import pytest
from roomtone.media import route_changes
from roomtone.media.node.lease import Kind
from roomtone.media.node.node import serve
from roomtone.media.node.sfu import Sfu
from roomtone.media.room_session import RoomSession, room_session
from roomtone.media.signaling.database_client import DatabaseConnections, database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from .listening import hears, others, until
from .processes import playing


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is all there is."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


@asynccontextmanager
async def nodes(database_url: str, psql: Psql, *kinds: Kind) -> AsyncIterator[None]:
    """A node of each kind, in this process."""
    running = [asyncio.create_task(serve(database_url, kind)) for kind in kinds]
    try:
        await comes_true(lambda: psql.one("select count(*) from living_nodes()") == len(kinds))
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def move(psql: Psql, room: int, topology: str) -> None:
    """The nodes that run count as alive until their next heartbeat, which is late if this machine stood still."""
    # A transaction of this event loop may hold the lock of a lease: then it is being written.
    psql.run(
        "update nodes set heartbeat_at = now() + interval '1 minute'"
        " where id in (select id from nodes for no key update skip locked)"
    )
    psql.run("update rooms set topology = %s where id = %s", topology, room)


def ways(session: RoomSession) -> tuple[str | None, int]:
    """The kind of the node in use, and the number of direct connections."""
    node = session.routes.node
    there = node is not None and node.connection.connected
    return (
        node.seat.kind if there and node else None,
        sum(c.connected for c in session.mesh.connections().values()),
    )


async def ways_are(*expected: tuple[RoomSession, tuple[str | None, int]]) -> None:
    await comes_true(lambda: all(ways(session) == way for session, way in expected))


@asynccontextmanager
async def three(
    database: DatabaseConnections, room: int
) -> AsyncIterator[tuple[RoomSession, RoomSession, RoomSession]]:
    """Two who send tones, and one who listens."""
    async with (
        room_session(await database.client("ann"), RoomId(room), sound=tone(440)) as ann,
        room_session(await database.client("bob"), RoomId(room), sound=tone(660)) as bob,
        room_session(await database.client("cy"), RoomId(room), role="AUDIENCE") as cy,
    ):
        yield ann, bob, cy


async def test_a_room_moves_in_all_six_directions_and_python_peers_go_on_hearing_each_other(
    database_url: str, psql: Psql, room: int
) -> None:
    async with (
        nodes(database_url, psql, "sfu", "mcu"),
        database_connections(database_url) as database,
        three(database, room) as (ann, bob, cy),
    ):
        await asyncio.gather(hears(ann, "bob", 660), hears(bob, "ann", 440))
        for topology in ("sfu", "mesh", "mcu", "sfu", "mcu", "mesh"):
            move(psql, room, topology)
            if topology == "mesh":
                await ways_are((ann, (None, 2)), (bob, (None, 2)), (cy, (None, 2)))
            else:
                await ways_are(*((each, (topology, 0)) for each in (ann, bob, cy)))
            by = {name: "mcu" if topology == "mcu" else name for name in ("ann", "bob")}
            await asyncio.gather(
                # On an MCU each gets the mix without themselves, so it is the other's tone.
                hears(ann, by["bob"], 660),
                hears(bob, by["ann"], 440),
                *([] if topology == "mcu" else [hears(cy, "ann", 440), hears(cy, "bob", 660)]),
            )


async def test_on_an_sfu_one_connection_has_the_voices_of_all_speakers_and_of_no_listener(
    database_url: str, psql: Psql, room: int
) -> None:
    async with nodes(database_url, psql, "sfu"), database_connections(database_url) as database:
        move(psql, room, "sfu")
        async with three(database, room) as (ann, bob, cy):
            await asyncio.gather(hears(cy, "ann", 440), hears(cy, "bob", 660))
            node = cy.routes.node
            async with room_session(
                await database.client("dee"), RoomId(room), sound=tone(880)
            ) as dee:
                await asyncio.gather(
                    hears(ann, "dee", 880), hears(cy, "dee", 880), hears(dee, "bob", 660)
                )
                await ways_are(*((each, ("sfu", 0)) for each in (ann, bob, cy, dee)))
            # The track that had dee's voice is silent, on the same connection.
            await until(cy, lambda v: all(s.username != "dee" for s in others(v)))
            await asyncio.gather(hears(cy, "ann", 440), hears(bob, "ann", 440))
            assert cy.routes.node is node
            assert cy.sent_audio is None
            assert node is not None
            sent = [
                report.packetsSent
                for report in (await node.connection.pc.getStats()).values()
                if report.type == "outbound-rtp"
            ]
            assert sum(sent) == 0


async def test_the_direct_connections_stay_beside_the_one_with_a_node_until_their_time(
    database_url: str, psql: Psql, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may need longer to connect with the node: tests/conformance/route_changes.json."""
    for each in ("KEEP_OLD", "KEEP_UNHEARD"):
        monkeypatch.setattr(route_changes, each, timedelta(hours=1))
    async with (
        nodes(database_url, psql, "sfu"),
        database_connections(database_url) as database,
        three(database, room) as (ann, bob, cy),
    ):
        await ways_are(*((each, (None, 2)) for each in (ann, bob, cy)))
        before = ann.mesh.connections()
        move(psql, room, "sfu")
        await ways_are(*((each, ("sfu", 2)) for each in (ann, bob, cy)))
        assert ann.mesh.connections() == before
        await hears(ann, "bob", 660)


async def test_the_old_connections_stay_until_everybody_is_heard_from_the_node(
    database_url: str, psql: Psql, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route_changes, "KEEP_OLD", timedelta(0))
    monkeypatch.setattr(route_changes, "KEEP_UNHEARD", timedelta(hours=1))
    with monkeypatch.context() as connected_but_silent:
        connected_but_silent.setattr(Sfu, "_forward", lambda *_: None)
        async with (
            nodes(database_url, psql, "sfu"),
            database_connections(database_url) as database,
            three(database, room) as (ann, bob, cy),
        ):
            await ways_are(*((each, (None, 2)) for each in (ann, bob, cy)))
            move(psql, room, "sfu")
            await ways_are(*((each, ("sfu", 2)) for each in (ann, bob, cy)))
            await asyncio.gather(hears(ann, "bob", 660), hears(bob, "ann", 440))
            connected_but_silent.undo()
            await ways_are(*((each, ("sfu", 0)) for each in (ann, bob, cy)))
            await asyncio.gather(hears(cy, "bob", 660), hears(cy, "ann", 440))


async def test_the_house_band_is_heard_in_a_room_on_a_node(database_url: str, psql: Psql) -> None:
    async with nodes(database_url, psql, "sfu"), database_connections(database_url) as database:
        with playing(database_url):
            await comes_true(lambda: psql.one("select count(*) from participants"), within=PATIENCE)
            room = psql.one("select id from hallway")
            move(psql, room, "sfu")
            async with room_session(
                await database.client("cy"), RoomId(room), role="AUDIENCE"
            ) as cy:
                async with asyncio.timeout(PATIENCE):
                    async for heard in cy.received_audio():
                        if heard.level > -60:
                            break
                assert heard.seat.username == "the house band"
                await ways_are((cy, ("sfu", 0)))
