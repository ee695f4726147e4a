"""A wait is seen, however short it is beside the work, and work is not taken for a wait."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from roomtone.lab.peers.floor import Floor
from roomtone.lab.peers.lane import Surroundings
from roomtone.lab.peers.npm import Modules
from roomtone.lab.peers.plan import Act
from roomtone.lab.peers.refusals import NotAccepted
from roomtone.lab.peers.waiting import waiting
from roomtone.tools.workbench import Workbench

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps processes on one core"
)
PART = 0.03  # seconds


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(Workbench("", "", tmp_path), tmp_path, Modules(None))


class Floors(Floor):
    """Counts its writes, and notes on how many cores its server may run meanwhile."""

    writes = 0
    cores: set[int]

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        self.writes += 1
        self.cores = set(psutil.Process(self.servers()[0]).cpu_affinity() or ())
        return await super().write(participant, kind, to)


class Waits(Floors):
    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        await asyncio.sleep(PART)
        return await super().write(participant, kind, to)


class Works(Floors):
    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        until = time.thread_time() + PART
        while time.thread_time() < until:
            pass
        return await super().write(participant, kind, to)


class LosesAClient(Floors):
    """As PostgreSQL loses a session: a process that is there at first ends meanwhile."""

    async def start(self) -> None:
        self.client = await asyncio.create_subprocess_exec("sleep", "600")
        await super().start()

    def clients(self) -> list[int]:
        return [*super().clients(), self.client.pid]

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        if self.client.returncode is None:
            self.client.kill()
            await self.client.wait()
        return await super().write(participant, kind, to)


class Refuses(Floors):
    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        raise NotAccepted


def waited(lane: Floors) -> tuple[float | None, float]:
    """Milliseconds; and the seconds that it took to find out."""

    async def run() -> tuple[float | None, float]:
        await lane.start()
        try:
            await lane.follow(range(1))
            began = time.perf_counter()
            found = await waiting(lane)
            took = time.perf_counter() - began
            assert set(psutil.Process(lane.servers()[0]).cpu_affinity() or ()) == all_cores
            return found, took
        finally:
            await lane.stop()

    all_cores = os.sched_getaffinity(0)
    result = asyncio.run(run())
    assert os.sched_getaffinity(0) == all_cores
    return result


def test_a_wait_is_seen_and_work_is_not_taken_for_one(around: Surroundings) -> None:
    waits, works = Waits(around), Works(around)
    found, _ = waited(waits)
    assert found is not None
    assert found >= PART * 1000
    assert len(waits.cores) == 1
    found, took = waited(works)
    assert found is not None
    # half of the writes wait as long or longer, and none of them waits while it works
    assert found * works.writes / 2 <= (took - works.writes * PART) * 1000


def test_a_process_that_ends_meanwhile_costs_no_figure(around: Surroundings) -> None:
    assert waited(LosesAClient(around))[0] is not None


def test_what_cannot_be_measured_has_no_figure(around: Surroundings) -> None:
    assert waited(Refuses(around))[0] is None
