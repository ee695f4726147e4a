"""A node, a database and people: rooms are given out, carried, and moved when a node dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest
from roomtone.media.signaling.attendance import Attendance
from roomtone.media.signaling.database import DatabaseDoor, database_door
from roomtone.media.signaling.events import SeatChanged, SeatGone, Signal, Snapshot
from roomtone.types import PeerId, RoomId

from ...people import Psql
from .people import Person


@contextmanager
def node(url: str, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    """A node of this kind, as somebody starts it on a machine of its own."""
    command = [sys.executable, "-m", "roomtone", "node", kind, "--database-url", url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


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

    _node: PeerId | None = None

    async def _call(self, attendance: Attendance, peer: PeerId) -> None:
        if peer == self._node:
            return
        self._node = peer
        self.nodes.append(peer)
        await self.hang_up()
        offer = await self.offer(slots=2)
        attendance.send(peer, "offer", {"type": "offer", "sdp": offer})


@pytest.mark.parametrize("kind", ["sfu", "mcu"])
async def test_a_room_is_carried_by_a_node_and_within_5_s_by_another_when_that_is_killed(
    database_url: str, psql: Psql, room: int, kind: str
) -> None:
    one, two = Caller("rick", 1, 440), Caller("beth", 2, 660)
    async with AsyncExitStack() as stack:
        processes = {}
        for _ in range(2):
            process = stack.enter_context(node(database_url, kind))
            processes[process.pid] = process
        await until(lambda: psql.one("select count(*) from nodes where kind = %s", kind) == 2)
        psql.run("update rooms set topology = %s where id = %s", kind, room)
        door = await stack.enter_async_context(database_door(database_url))
        running = [asyncio.create_task(each.run(door, room)) for each in (one, two)]
        try:
            await one.waits_to_hear_anywhere(660)
            await two.waits_to_hear_anywhere(440)
            carrying = psql.one("select node_id from assignments where room_id = %s", room)
            processes[int(carrying.split("-")[-2])].kill()
            await until(lambda: len(one.nodes) == 2 and len(two.nodes) == 2)
            took = psql.one(
                "select extract(epoch from a.assigned_at - n.heartbeat_at)::float8"
                " from assignments a, nodes n where a.room_id = %s and n.id = %s",
                room,
                carrying,
            )
            assert took < 5
            one.heard.clear()
            two.heard.clear()
            await one.waits_to_hear_anywhere(660)
            await two.waits_to_hear_anywhere(440)
            itself = psql.one("select username from roster where kind = %s", kind)
            assert sorted(psql.roster(room)) == sorted(["rick", "beth", itself])
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await one.leave()
            await two.leave()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what the database will show."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)
