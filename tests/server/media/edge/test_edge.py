"""An edge with a real Janus serves the audience of a room, and what goes wrong there has a clear end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, LiteralString

import pytest
from roomtone.media.edge.edge import Lead
from roomtone.media.edge.edge import serve as serve_edge
from roomtone.media.edge.led_janus import LedJanus, own_janus
from roomtone.media.edge.mountpoint import PLUGIN
from roomtone.media.node import audience_connection, audience_listener
from roomtone.media.node.node import serve as serve_node
from roomtone.media.room_session import RoomSession, room_session
from roomtone.media.signaling.client import Ice
from roomtone.media.signaling.database_client import DatabaseConnections, database_connections
from roomtone.media.sounds import tone
from roomtone.tools.processes import free_port
from roomtone.types import RoomId

from ....patience import LOOK_AGAIN, PATIENCE, comes_true
from ....people import Psql
from ..test_routes import move
from .audience import Listener, listener, listeners

EDGES: LiteralString = "select count(*) from living_nodes() where kind = 'edge'"
TONES = {"ann": 440.0, "bob": 660.0, "cy": 990.0}


class Janus:
    """What leads the Januses of a test; `led` is the one that runs."""

    def __init__(self, **options: Any) -> None:
        self.led: LedJanus | None = None
        self.pids: list[int] = []
        self._options = options

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[LedJanus]:
        async with own_janus(Ice(), **self._options) as self.led:
            self.pids.append(int(self.led.what.split()[1]))
            yield self.led


@asynccontextmanager
async def serving(database_url: str, psql: Psql, *leads: Lead) -> AsyncIterator[None]:
    """An SFU node and these edges."""
    running = [asyncio.create_task(serve_node(database_url, "sfu"))]
    running += [asyncio.create_task(serve_edge(database_url, each)) for each in leads]
    try:
        await comes_true(lambda: psql.one("select count(*) from living_nodes()") == len(running))
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def stage(
    database: DatabaseConnections, psql: Psql, room: int
) -> AsyncIterator[list[RoomSession]]:
    """Three who send tones, in a room on an SFU of which all listeners are served by edges."""
    psql.run("insert into topology_sizes (edge_after) values (0)")
    move(psql, room, "sfu")
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                room_session(await database.client(name), RoomId(room), sound=tone(hertz))
            )
            for name, hertz in TONES.items()
        ]


def hear_all(*people: Listener) -> Callable[[], bool]:
    return lambda: all(each.hears(*TONES.values()) for each in people)


@pytest.mark.usefixtures("patient_nodes")
async def test_listeners_hear_all_speakers_through_an_edge_and_leave_nothing_behind(
    database_url: str, psql: Psql, room: int
) -> None:
    janus = Janus()
    receivers: LiteralString = "select count(*) from mix_receivers"
    async with (
        serving(database_url, psql, janus.lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        listeners(database, psql, room, ["dee", "eve"]) as (dee, eve),
    ):
        await comes_true(hear_all(dee, eve))
        await comes_true(lambda: psql.one(receivers) == 1)
        # A connection that ends, or that the listener asks for, is offered anew.
        await dee.hang_up()
        await comes_true(lambda: len(dee.offers) > 1)
        await hears_again(dee)
        before = len(dee.offers)
        dee.seat.send(dee.offers[-1], "bye", {"reason": "the network has changed"})
        await comes_true(lambda: len(dee.offers) > before)
        await hears_again(dee)
        # Who leaves the room is let go, and nobody else.
        await write(psql, "delete from participants where peer_id = %s", dee.seat.peer)
        await comes_true(lambda: dee.hung_up)
        assert not eve.hung_up
        await hears_again(eve)
        # The room ends while somebody connects. Nobody is left behind in Janus, or in the database.
        async with listener(database, psql, room, "fay") as fay:
            fay.answers = False
            await comes_true(lambda: fay.offers)
            await write(psql, "select end_room(%s)", room)
            await comes_true(lambda: psql.one(receivers) == 0)
            await has_no_mountpoints(janus)
            assert psql.one("select count(*) from assignments") == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_when_janus_is_lost_its_listeners_are_served_elsewhere_and_the_stage_notices_nothing(
    database_url: str, psql: Psql, room: int, how: signal.Signals
) -> None:
    one, two = Janus(), Janus()
    async with (
        serving(database_url, psql, one.lead, two.lead),
        database_connections(database_url) as database,
        stage(database, psql, room) as speakers,
        listeners(database, psql, room, ["dee", "eve"]) as people,
    ):
        await comes_true(hear_all(*people))
        await comes_true(lambda: len({each.edge for each in people} - {None}) == 1)
        [first] = {each.edge for each in people}
        lost, other = (one, two) if await mountpoints(one) else (two, one)
        before = [each.routes.node for each in speakers]
        killed = len(lost.pids)
        os.kill(lost.pids[-1], how)
        await comes_true(lambda: all(each.edge not in (first, None) for each in people))
        await hears_again(*people)
        assert await mountpoints(other) == 1
        assert [each.routes.node for each in speakers] == before
        # It leads another Janus, and takes listeners again.
        await comes_true(lambda: len(lost.pids) > killed)
        await comes_true(lambda: psql.one(EDGES) == 2)


@pytest.mark.usefixtures("patient_nodes")
async def test_without_another_edge_the_node_of_the_stage_serves_them(
    database_url: str, psql: Psql, room: int
) -> None:
    janus = Janus()
    async with (
        serving(database_url, psql, janus.lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        listener(database, psql, room, "dee") as dee,
    ):
        await comes_true(hear_all(dee))
        dee.answers = False
        os.kill(janus.pids[-1], signal.SIGKILL)
        await comes_true(lambda: dee.edge is None)
        # The next Janus serves them as soon as it is there.
        dee.answers = True
        await comes_true(lambda: dee.edge is not None)
        await hears_again(dee)


@pytest.mark.usefixtures("patient_nodes")
async def test_who_cannot_be_reached_and_for_whom_no_port_is_free_is_served_by_the_node_of_the_stage(
    database_url: str, psql: Psql, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    async with (
        serving(database_url, psql, Janus(ports=(port, port)).lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        AsyncExitStack() as stack,
    ):
        await comes_true(lambda: is_free(port))  # the edge has tried its Janus with it
        dee = await stack.enter_async_context(listener(database, psql, room, "dee"))
        await comes_true(hear_all(dee))
        async with listener(database, psql, room, "eve") as eve:
            await comes_true(lambda: was_refused(psql, eve))
            assert eve.offers == []
        await write(psql, "delete from participants where peer_id = %s", dee.seat.peer)
        await comes_true(lambda: is_free(port))
        monkeypatch.setattr(audience_connection, "CONNECTED_WITHIN", 0.2)
        async with listener(database, psql, room, "flo") as flo:
            flo.answers = False
            await comes_true(lambda: was_refused(psql, flo))
            offers = "select count(*) from events where table_name = 'signals' and record ->> 'kind' = 'offer' and recipient = %s"
            assert psql.one(offers, psql.person_id("flo")) == audience_listener.REFUSED_AFTER


def was_refused(psql: Psql, listener: Listener) -> bool:
    """Whether this listener had an edge, and has none any more. A busy machine may be late to see the first."""
    had = "select count(*) from events where table_name = 'participants' and record ->> 'edge' is not null and record ->> 'peer_id' = %s"
    has = "select count(edge) from participants where peer_id = %s"
    peer = listener.seat.peer
    return bool(psql.one(had, peer)) and not psql.one(has, peer)


async def write(psql: Psql, statement: LiteralString, *values: Any) -> None:
    """In a thread: a transaction of this event loop may hold the lock of a seat."""
    await asyncio.to_thread(psql.run, statement, *values)


async def hears_again(*people: Listener) -> None:
    """Wait until all of them hear the stage, over the connections that they have now."""
    for each in people:
        each.forget()
    await comes_true(hear_all(*people))


async def mountpoints(janus: Janus) -> int:
    """How many mountpoints this Janus has."""
    assert janus.led is not None
    handle = await janus.led.session.attach(PLUGIN, lambda _event: None)
    reply = await handle.say({"request": "list", "admin_key": janus.led.admin_key})
    await handle.detach()
    return len(reply.data["list"])


async def has_no_mountpoints(janus: Janus) -> None:
    """Wait until this Janus has none: they go after the rows that say who receives."""
    async with asyncio.timeout(PATIENCE):
        while await mountpoints(janus):  # noqa: ASYNC110 - Janus notifies nobody
            await asyncio.sleep(LOOK_AGAIN)


def is_free(port: int) -> bool:
    """Whether nobody has this UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        try:
            bound.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
