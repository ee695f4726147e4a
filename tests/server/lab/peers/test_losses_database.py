"""A database that is killed is a fault of its own: nothing else breaks, and its lane goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from roomtone.lab.peers.catalogue import LANES as ENTRIES
from roomtone.lab.peers.figures import Loss
from roomtone.lab.peers.followers import Follower
from roomtone.lab.peers.lane import Lane, Surroundings
from roomtone.lab.peers.listen import Listen
from roomtone.lab.peers.losses import can_have, losses
from roomtone.lab.peers.npm import Modules
from roomtone.lab.peers.plan import FAULTS, LANES, Fault, Plan
from roomtone.lab.peers.redis import RedisLane
from roomtone.lab.peers.room_seen import RoomSeen
from roomtone.lab.peers.roomtone import Roomtone
from roomtone.lab.peers.wording import loss
from roomtone.tools.waiting import until
from roomtone.tools.workbench import Workbench, workbench

PLAN = Plan(followers=2, faults=("server_killed", "database_killed"))


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    with workbench(None) as made:
        yield made


@pytest.fixture
def around(bench: Workbench, tmp_path: Path) -> Surroundings:
    return Surroundings(bench, tmp_path, Modules(None))


def broken(lane: Lane, check: Callable[[], Awaitable[None]]) -> set[Fault]:
    """Break it by each fault of the plan, and check it before it ends; the faults that it had."""

    async def run() -> set[Fault]:
        found: dict[Fault, Loss] = {}
        try:
            await losses(lane, PLAN, found)
            await check()
        finally:
            await lane.stop()
        assert all(each.back and each.written for each in found.values())
        return {*found}

    return asyncio.run(run())


def test_each_lane_has_the_faults_of_its_parts(around: Surroundings) -> None:
    for entry in ENTRIES:
        if entry.broken:
            lane = entry.make(around)
            possible = [fault for fault in FAULTS if can_have(lane, fault)]
            assert len(possible) == LANES[entry.about.system][2], entry.about.label


def test_postgresql_is_killed_where_there_is_no_server(around: Surroundings) -> None:
    lane = Listen("default", around)
    before = lane.databases()

    async def check() -> None:
        assert lane.databases() != before

    assert broken(lane, check) == {"database_killed"}


def test_the_server_goes_on_when_redis_is_killed(around: Surroundings) -> None:
    class Watched(RedisLane):
        before: tuple[object, object]

        async def kill_database(self) -> None:
            self.before = self.servers(), self.databases()
            await super().kill_database()

    lane = Watched("recovery", around)

    async def check() -> None:
        server, database = lane.before
        assert lane.servers() == server
        assert lane.databases() != database

    assert broken(lane, check) == {"server_killed", "database_killed"}


def test_followers_of_roomtone_get_a_snapshot_when_the_log_is_lost(around: Surroundings) -> None:
    lane = Roomtone("sse", around)

    async def check() -> None:
        assert await until(lambda: lane.snapshots == PLAN.followers)

    assert broken(lane, check) == {"server_killed", "database_killed"}


class SeesNothingElse(Follower):
    async def follow(self) -> None:
        raise AssertionError


def test_what_a_snapshot_shows_was_seen_once() -> None:
    follower = SeesNothingElse()
    seen = RoomSeen(follower)
    seen.snapshot({"participants": [{"peer_id": "before"}]}, 0.0)
    assert (follower.arrivals, seen.snapshots) == ({}, 0)
    for peer in ("stays", "leaves"):
        row = {"table": "participants", "type": "INSERT", "old_record": None}
        seen.event(row | {"record": {"peer_id": peer}}, 1.0)
    signals = [{"kind": "offer", "from_peer": "came"}]
    after = {"participants": [{"peer_id": "stays"}, {"peer_id": "came"}], "signals": signals}
    for at in (2.0, 3.0):
        seen.snapshot(after, at)
    seen.snapshot({"hallway": []}, 4.0)  # of a stream that was resumed
    assert seen.snapshots == 2
    assert follower.arrivals == {
        "join stays": [1.0],
        "join leaves": [1.0],
        "join came": [2.0],
        "leave leaves": [2.0],
        "offer came": [2.0],
    }


def test_the_report_says_that_snapshots_were_sent() -> None:
    assert loss(Loss(9, 1, 20, 3, 0, snapshots=2)) == "3 of 20, 2 snapshots"
    assert loss(Loss(9, 1, 20, 3, 0, ended=True)) == "3 of 20, server ended"
