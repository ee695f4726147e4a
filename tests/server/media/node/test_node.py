"""A node, a database and participants: rooms are assigned, hosted, and moved when a node dies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from roomtone.formats.ogg import seconds_of
from roomtone.media.signaling.database_client import DatabaseConnections, database_connections
from roomtone.media.signaling.events import SeatChanged, SeatGone, Signal, Snapshot
from roomtone.media.signaling.held_seat import HeldSeat
from roomtone.tools.database_server import OPERATOR
from roomtone.types import PeerId, RoomId

from ....conftest import Connection, NewDatabase
from ....patience import PATIENCE, comes_true
from ....people import Psql
from ..test_routes import move
from .people import Person, consists_of
from .test_recording import sound_of


@contextmanager
def node(url: str, kind: str, recordings: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A node of this kind, as somebody starts it on a machine of its own."""
    command = [sys.executable, "-m", "roomtone", "node", kind, "--database-url", url]
    command += ["--recordings-dir", str(recordings)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


class Caller(Person):
    """A participant with a seat over the database, who connects with the room's node."""

    def __init__(self, name: str, number: int, hertz: float) -> None:
        super().__init__(number, hertz)
        self.name = name
        self.node: PeerId | None = None

    async def run(self, database: DatabaseConnections, room: int) -> None:
        client = await database.client(self.name, kind="person")
        async with HeldSeat(client, RoomId(room)) as held_seat:
            await client.call("unmute", room_id=room)
            async for event in held_seat.events():
                match event:
                    case Snapshot(seats=seats):
                        for seat in seats:
                            if seat.is_node and seat.peer:
                                await self._call(held_seat, seat.peer)
                    case SeatChanged(seat=seat) if seat.is_node and seat.peer:
                        await self._call(held_seat, seat.peer)
                    case SeatGone(seat=seat) if seat.is_node and seat.peer == self.node:
                        self.node = None
                    case Signal(kind="answer", body=body, from_peer=peer) if peer == self.node:
                        await self.answer(body["sdp"])

    async def _call(self, held_seat: HeldSeat, peer: PeerId) -> None:
        if peer == self.node:
            return
        self.node = peer
        await self.hang_up()
        offer = await self.offer(slots=2)
        held_seat.send(peer, "offer", {"type": "offer", "sdp": offer})


KILLS = 2  # of the first node, and of one that took over


@pytest.mark.parametrize("kind", ["sfu", "mcu"])
async def test_a_room_is_hosted_by_a_node_and_within_5_s_by_another_when_that_is_killed(
    database_url: str, psql: Psql, room: int, kind: str, open_dir: Path
) -> None:
    """And so is its recording: what the killed one wrote is there, and the other goes on."""
    one, two = Caller("rick", 1, 440), Caller("beth", 2, 660)
    async with AsyncExitStack() as stack:
        processes: dict[int, subprocess.Popen[bytes]] = {}

        async def start(number: int) -> None:
            for _ in range(number):
                process = stack.enter_context(node(database_url, kind, open_dir))
                processes[process.pid] = process
            await comes_true(lambda: psql.one(LIVING, kind) == len(processes))

        await start(2)
        move(psql, room, kind)
        database = await stack.enter_async_context(database_connections(database_url))
        running = [asyncio.create_task(each.run(database, room)) for each in (one, two)]
        try:
            for number in range(KILLS):
                await one.waits_to_hear_anywhere(660)
                await two.waits_to_hear_anywhere(440)
                hosting = await records(psql, room)
                before = await part_of(psql, open_dir, hosting)
                await kill(psql, processes, hosting)
                killed_at = psql.one("select clock_timestamp()")
                beats = Heartbeats(psql, hosting)
                await comes_true(
                    partial(beats.until, partial(moved, psql, room, hosting, one, two))
                )
                silent_for = psql.one(
                    "select extract(epoch from a.assigned_at - n.heartbeat_at)::float8"
                    " from assignments a, nodes n where a.room_id = %s and n.id = %s",
                    room,
                    hosting,
                )
                assert silent_for < 5 + beats.late()
                one.heard.clear()
                two.heard.clear()
                await one.waits_to_hear_anywhere(660)
                await two.waits_to_hear_anywhere(440)
                lost = await part_of(psql, open_dir, hosting)
                if lost.path == before.path:
                    assert before.seconds <= lost.seconds  # what was there before the kill is there
                assert lost.seconds < (killed_at - lost.started_at).total_seconds() + 0.2
                assert lost.failed
                assert sings(lost.path, 440, 660)
                if number + 1 < KILLS:
                    await start(1)
            itself = psql.one("select username from roster where kind = %s", kind)
            hosting = await records(psql, room)
            psql.one("select stop_recording(%s)", room)
            await comes_true(
                lambda: psql.one("select duration from recordings order by id desc limit 1")
            )
            last = await part_of(psql, open_dir, hosting)
            assert not last.failed
            assert last.seconds == pytest.approx(seconds_of(last.path), abs=0.1)
            assert sings(last.path, 440, 660)
            assert sorted(psql.roster(room)) == sorted(["rick", "beth", itself])
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await one.leave()
            await two.leave()


LIVING: LiteralString = "select count(*) from living_nodes() where kind = %s"


async def kill(psql: Psql, processes: dict[int, subprocess.Popen[bytes]], node: str) -> None:
    """Kill this node, as a machine that loses power would."""
    address: str = psql.one("select address from nodes where id = %s", node)
    process = processes.pop(int(address.rsplit(maxsplit=1)[-1]))
    process.kill()
    await asyncio.to_thread(process.wait, PATIENCE)


class Heartbeats:
    """The heartbeats of all living nodes but this one, from now on."""

    def __init__(self, psql: Psql, dead: str) -> None:
        self._psql = psql
        self._dead = dead
        self._beats: set[datetime] = set()

    def until(self, condition: Callable[[], bool]) -> bool:
        """Whether it is true; look at the heartbeats each time that it is checked."""
        beats = "select heartbeat_at from living_nodes() where kind in ('sfu', 'mcu') and id <> %s"
        self._beats |= {beat for (beat,) in self._psql.all(beats, self._dead)}
        return condition()

    def late(self) -> float:
        """Seconds by which one came later than a second after the last, because the machine had other things to do."""
        gaps = [(late - early).total_seconds() for early, late in pairwise(sorted(self._beats))]
        return max(0.0, max(gaps, default=0.0) - 1.0)


def moved(psql: Psql, room: int, was: str, *callers: Caller) -> bool:
    """Whether another node hosts the room, and these participants have offered to it."""
    found = psql.all("select node_id, peer_id::text from assignments where room_id = %s", room)
    return bool(found) and found[0][0] != was and all(c.node == found[0][1] for c in callers)


async def records(psql: Psql, room: int) -> str:
    """Until two seconds more of this room are recorded, without a countdown for those who are no people; the node that writes them."""
    running = "select count(*) from recordings where room_id = %s and ended_at is null"
    if psql.one(running, room) == 0:
        with psql.connection.transaction():
            psql.run("insert into recordings (room_id) values (%s)", room)
            psql.run("update recordings set begins_at = announced_at")
    written = "select node_id from recordings where room_id = %s and ended_at is null and started_at < clock_timestamp() - interval '2 s'"
    found: list[tuple[str]] = []

    def is_written() -> bool:
        found[:] = psql.all(written, room)
        return bool(found)

    await comes_true(is_written)
    return found[0][0]


@dataclass
class Part:
    """What one node wrote; `seconds` as its row says, or as its file does if the node could not."""

    path: Path
    started_at: datetime
    seconds: float
    failed: bool


async def part_of(psql: Psql, folder: Path, node: str) -> Part:
    file, started_at, seconds, status = psql.all(
        "select file, started_at, extract(epoch from duration)::float8, recording_status(r)"
        " from recordings r where node_id = %s order by id desc",
        node,
    )[0]
    path = folder / file
    length = seconds_of(path) if seconds is None else seconds
    return Part(path, started_at, length, status == "failed")


def sings(path: Path, *tones: float) -> bool:
    """Whether these tones, and no others, are in the last two seconds of a file."""
    return consists_of(32_768 * sound_of(path)[-96_000:], *tones)


async def test_a_node_whose_database_is_gone_ends_all_the_same(
    new_database: NewDatabase, template: str, admin: Connection, open_dir: Path
) -> None:
    url = new_database(template)
    with node(url, "mcu", open_dir) as process:
        with psycopg.connect(url, **OPERATOR) as connection:
            psql = Psql(connection)
            room = psql.room("rick")
            nodes = "select from living_nodes()"
            await comes_true(lambda: psql.all(nodes), within=PATIENCE)
            psql.seat(room, "rick")
            move(psql, room, "mcu")
            follows = "select count(served_by) from participants"
            await comes_true(lambda: psql.one(follows), within=PATIENCE)
            name = connection.info.dbname
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        process.terminate()
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
