"""What becomes of a run whose Janus is not installed, or is killed while people talk in it: its lane says so, and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from roomtone.lab.topology import floors, measurement, run
from roomtone.lab.topology.plan import Plan, topologies_of
from roomtone.lab.topology.results import Result
from roomtone.lab.topology.table import table
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.tools.workbench import Workbench, workbench

from ....patience import comes_true
from ...tools.measured import fits_a_terminal


@pytest.fixture(autouse=True)
def few_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are not what these tests look at."""
    monkeypatch.setattr(run, "PROCESSES", 1)
    monkeypatch.setattr(measurement, "NEWCOMERS", 1)
    monkeypatch.setattr(floors, "PLAIN_STREAMS", 1)
    # On a busy machine a topology may not work, and then is not tried with more people.
    monkeypatch.setattr(Result, "gave_up", lambda _self, _repetitions: False)


@pytest.fixture
async def bench(postgres: EmbeddedPostgres, database: str) -> AsyncIterator[Workbench]:
    with workbench(socket_url(postgres.sockets, database=database)) as made:
        yield made
        await made.forget()


async def test_without_janus_its_lanes_say_what_to_install_and_the_others_run(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    topologies = topologies_of("mesh,edge,videoroom,audiobridge")
    plan = Plan(speakers=(2,), listeners=(0,), topologies=topologies, duration=2.0, repetitions=1)
    report = await run.run(bench, plan, lambda words: None)
    assert [one.topology for one in report.results] == ["mesh"]
    assert "janus" not in report.versions
    assert set(report.unavailable) == {"edge", "videoroom", "audiobridge"}
    assert {*report.unavailable.values()} == {
        "Janus is not installed. On Debian: apt-get install janus"
    }
    fits_a_terminal(table(report), says="not measured to its end: Janus is")


async def test_a_janus_that_is_killed_ends_its_own_lane_only(bench: Workbench) -> None:
    killing: list[asyncio.Task[None]] = []

    def step(words: str) -> None:
        if words.startswith("VideoRoom") and not killing:
            killing.append(asyncio.create_task(kill_with_people("videoroom")))

    topologies = topologies_of("videoroom,audiobridge")
    plan = Plan(speakers=(2,), listeners=(1, 2), topologies=topologies, duration=2.0, repetitions=1)
    report = await run.run(bench, plan, step)
    await killing[0]
    assert {(one.topology, one.crowd.listeners) for one in report.results} == {
        ("audiobridge", 1),
        ("audiobridge", 2),
    }
    assert list(report.unavailable) == ["videoroom"]
    assert "2 + 1" in report.unavailable["videoroom"]


async def kill_with_people(plugin: str) -> None:
    """Kill the Janus of this plugin as soon as somebody is connected with it."""
    [janus] = [
        each
        for each in psutil.Process().children()
        if each.name() == "janus"
        and any(f"libjanus_{plugin}.so" in part.path for part in each.memory_maps())
    ]
    alone = janus.num_fds()
    await comes_true(lambda: janus.num_fds() > alone + 4)
    janus.kill()
