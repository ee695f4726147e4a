"""A node, a database and people: rooms are given out, carried, and moved when a node dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from roomtone.media.node.node import serve
from roomtone.media.signaling.attendance import Attendance
from roomtone.media.signaling.database import DatabaseDoor, database_door
from roomtone.media.signaling.events import SeatChanged, SeatGone, Signal, Snapshot
from roomtone.types import RoomId

from ...people import Psql
from .people import Person


@asynccontextmanager
async def node(url: str, kind: str) -> AsyncIterator[asyncio.Task[None]]:
    """A node of this kind until the block ends; it has registered when the block begins."""
    lives = asyncio.create_task(serve(url, "sfu" if kind == "sfu" else "mcu"))
    try:
        yield lives
    finally:
        lives.cancel()
        await asyncio.gather(lives, return_exceptions=True)


class Caller(Person):
    """Somebody with a seat over the database, who calls whatever node sits in the room."""

    def __init__(self, name: str, number: int, hertz: float) -> None:
        super().__init__(number, hertz)
        self.name = name
        self.answered = asyncio.Event()
        self.nodes: list[str] = []

    async def run(self, door: DatabaseDoor, room: int) -> None:
        line = await door.line(self.name, kind="person")
        async with Attendance(line, RoomId(room)) as attendance:
            await line.call("unmute", room_id=room)
            async for event in attendance.events():
                match event:
                    case Snapshot(seats=seats):
                        for seat in seats:
                            if seat.is_node and seat.peer:
                                await self._call(attendance, seat.peer)
                    case SeatChanged(seat=seat) if seat.is_node and seat.peer:
                        await self._call(attendance, seat.peer)
                    case SeatGone(seat=seat) if seat.is_node and seat.peer == self._node:
                        self._node = None
                    case Signal(kind="answer", body=body, from_peer=peer) if peer == self._node:
                        await self.answer(body["sdp"])
                        self.answered.set()

    _node: str | None = None

    async def _call(self, attendance: Attendance, peer: str) -> None:
        if peer == self._node:
            return
        self._node = peer
        self.nodes.append(peer)
        await self.hang_up()
        offer = await self.offer(slots=2)
        attendance.send(peer, "offer", {"type": "offer", "sdp": offer})


@pytest.mark.parametrize("kind", ["sfu", "mcu"])
async def test_a_room_is_carried_by_a_node_and_by_another_when_that_dies(
    database_url: str, psql: Psql, room: int, kind: str
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(node(database_url, kind))
        while not psql.one("select count(*) from nodes where kind = %s", kind):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        psql.run("update rooms set topology = %s where id = %s", kind, room)
        door = await stack.enter_async_context(database_door(database_url))
        one, two = Caller("rick", 1, 440), Caller("beth", 2, 660)
        running = [asyncio.create_task(each.run(door, room)) for each in (one, two)]
        try:
            await one.waits_to_hear_anywhere(660)
            await two.waits_to_hear_anywhere(440)
            await stack.enter_async_context(node(database_url, kind))
            while psql.one("select count(*) from nodes where kind = %s", kind) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            # As a process that was killed, it does not say goodbye.
            psql.run(
                "update nodes set heartbeat_at = now() - interval '9 s', id = 'dead' where kind = %s and id = (select node_id from assignments)",
                kind,
            )
            first.cancel()
            one.heard.clear()
            two.heard.clear()
            await one.waits_to_hear_anywhere(660)
            await two.waits_to_hear_anywhere(440)
            assert len(set(one.nodes)) == 2
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await one.leave()
            await two.leave()
