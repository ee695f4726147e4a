"""An edge with a real Janus serves the audience of a room, and what goes wrong there has a clear end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from roomtone.media.edge.edge import Lead, serve as serve_edge
from roomtone.media.edge.janus_process import Ports
from roomtone.media.edge.led_janus import LedJanus, own_janus
from roomtone.media.node.node import serve as serve_node
from roomtone.media.room_session import room_session
from roomtone.media.signaling.client import Ice
from roomtone.media.signaling.database_client import DatabaseConnections, database_connections
from roomtone.media.sounds import tone
from roomtone.types import RoomId

from ....patience import comes_true
from ....people import Psql
from .audience import Listener, listener, listeners

TONES = {"ann": 440.0, "bob": 660.0, "cy": 990.0}


class Janus:
    """What leads the Januses of a test; `led` is the one that runs."""

    def __init__(self, **options: object) -> None:
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
async def stage(database: DatabaseConnections, psql: Psql, room: int) -> AsyncIterator[None]:
    """Three who send tones, in a room on an SFU of which all listeners are served by edges."""
    psql.run("insert into topology_sizes (edge_after) values (0)")
    psql.run("update rooms set topology = 'sfu' where id = %s", room)
    async with (
        room_session(await database.client("ann"), RoomId(room), sound=tone(TONES["ann"])),
        room_session(await database.client("bob"), RoomId(room), sound=tone(TONES["bob"])),
        room_session(await database.client("cy"), RoomId(room), sound=tone(TONES["cy"])),
    ):
        yield


def hear_all(*people: Listener) -> Callable[[], bool]:
    return lambda: all(each.hears(*TONES.values()) for each in people)


async def test_listeners_hear_all_speakers_through_an_edge(
    database_url: str, psql: Psql, room: int
) -> None:
    janus = Janus()
    async with (
        serving(database_url, psql, janus.lead),
        database_connections(database_url) as database,
        stage(database, psql, room),
        listeners(database, psql, room, ["dee", "eve"]) as (dee, eve),
    ):
        await comes_true(hear_all(dee, eve))
        print("offers", dee.offers, eve.offers)
