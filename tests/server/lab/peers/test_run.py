"""One small run beside systems that are here in any case, and one that is not."""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

import psutil
import psycopg
import pytest
from psycopg.rows import dict_row
from roomtone.lab.peers import report, run
from roomtone.lab.peers.catalogue import Entry
from roomtone.lab.peers.figures import NotStarted, Report, Result
from roomtone.lab.peers.floor import Floor
from roomtone.lab.peers.live import live_rows
from roomtone.lab.peers.method import method
from roomtone.lab.peers.plan import Plan
from roomtone.lab.peers.spreadsheet import spreadsheet
from roomtone.lab.peers.table import table
from roomtone.lab.peers.wording import loss
from roomtone.postgres.programs import EmbeddedError
from roomtone.tools.workbench import Workbench, workbench
from roomtone.tools.worker import Broken
from websockets.exceptions import InvalidState

from ....patience import eventually
from ...tools.measured import fits_a_terminal, is_as_its_schema_says

PLAN = Plan(
    systems=("peerjs", "nats", "listen"),
    followers=2,
    rate=40,
    duration=0.5,
    repetitions=1,
    faults=("cut",),
)
FIGURES = 7  # no p99: of so few joins there is none


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    with workbench(None) as made:
        yield made


Row = dict[str, Any]


def rows_of(bench: Workbench) -> dict[str, Row]:
    """What the page of the lab could show now, by label."""
    with psycopg.connect(bench.admin_url, row_factory=dict_row) as psql:
        found = psql.execute("select * from roomtone.lab_lanes order by place").fetchall()
    return {row["label"]: row for row in found}


@pytest.fixture(scope="module")
def shown() -> list[dict[str, Row]]:
    """What was on the page of the lab at each step of the run."""
    return []


@pytest.fixture(scope="module")
def made(
    bench: Workbench, shown: list[dict[str, Row]], tmp_path_factory: pytest.TempPathFactory
) -> Report:
    """NATS and LISTEN; PeerJS is looked for in a folder that does not have it."""
    nowhere = tmp_path_factory.mktemp("modules")

    def step(_words: str) -> None:
        shown.append(rows_of(bench))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "AT_ONCE", 2)  # with one more PostgreSQL, not two
        return asyncio.run(run.run(bench, PLAN, step, modules=nowhere, live_url=bench.admin_url))


def test_the_page_of_the_lab_gets_every_figure_while_it_runs(
    made: Report, shown: list[dict[str, Row]], bench: Workbench
) -> None:
    first, last = shown[0], shown[-1]
    labels = [each.about.label for each in (*made.results, made.floor)]
    assert {*labels} < {*first} == {*last}
    assert all(row["repetitions"] == row["owed"] == 0 for row in first.values())
    for each in (*made.results, made.floor):
        figure, row = made.apart.figures[each.about.name]["join_p50"], last[each.about.label]
        assert figure is not None
        assert row["join_p50"] == pytest.approx(figure.value, abs=0.001)
        assert row["repetitions"] == 1
        assert row["bytes"] > 0
    (missing,) = made.not_started
    assert missing.why in last[missing.label]["problem"]
    assert rows_of(bench) == {}  # it has ended


def test_two_labs_are_not_shown_on_one_page(bench: Workbench) -> None:
    async def twice() -> None:
        async with live_rows(bench.admin_url), live_rows(bench.admin_url):
            pass

    with pytest.raises(Broken, match="another lab is shown"):
        asyncio.run(twice())


SHOWS: Final = """
import asyncio, sys
from roomtone.lab.peers.figures import Result
from roomtone.lab.peers.floor import Floor
from roomtone.lab.peers.live import live_rows

async def show():
    async with live_rows(sys.argv[1]) as live:
        await live.show(1, Result(Floor.about), None)
        print("shown", flush=True)
        await asyncio.Event().wait()

asyncio.run(show())
"""


def test_the_database_says_that_a_killed_run_writes_no_more(bench: Workbench) -> None:
    def ended() -> list[bool]:
        with psycopg.connect(bench.admin_url) as psql:
            found = psql.execute("select run_ended from roomtone.lab_progress where age >= 0")
            return [ended for (ended,) in found]

    command = [sys.executable, "-c", SHOWS, bench.admin_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        assert lab.stdout.readline() == "shown\n"
        assert ended() == [False]
        lab.kill()
    eventually(lambda: ended() == [True])


def test_every_event_arrives_and_each_lane_has_figures(made: Report, bench: Workbench) -> None:
    assert [each.about.name for each in made.results] == [
        "nats",
        "nats-jetstream",
        "listen",
        "listen-fastest",
    ]
    assert made.missed == 0
    for each in (made.floor, *made.results):
        figures = made.apart.figures[each.about.name]
        join = figures["join_p50"]
        assert join is not None
        assert 0 < join.low <= join.value <= join.high
        (repetition,) = each.repetitions
        assert repetition.refused == 0
        assert repetition.owed == repetition.writes // 4 * (2 * PLAN.followers + 2) > 0
        assert (figures["database"] is None) == (each.about.system != "listen")
        assert bench.server is not None
        of_others = {bench.server.pid} if each.about.system == "listen" else set()
        kept = all(map(may_be_kept_on_one_core, of_others | {os.getpid()}))
        assert (figures["waiting"] is not None) == kept
    without = any("CAP_SYS_NICE" in words for words in method(made).values())
    assert without == made.without_waiting


def may_be_kept_on_one_core(pid: int) -> bool:
    """Whether this test's process may decide where another one runs: on Linux those of other users only with CAP_SYS_NICE."""
    if sys.platform != "linux":
        return False
    try:
        os.sched_setaffinity(pid, os.sched_getaffinity(pid))
    except PermissionError:
        return False
    return True


def test_what_keeps_nothing_loses_what_happens_while_it_is_cut(made: Report) -> None:
    lost = {each.about.name: each.losses["cut"] for each in made.results if each.losses}
    assert set(lost) == {"nats-jetstream", "listen"}
    assert all(each.back for each in lost.values())
    assert lost["nats-jetstream"].lost == 0
    assert 0 < lost["listen"].lost <= lost["listen"].owed
    assert loss(lost["listen"]).startswith(f"{lost['listen'].lost} of ")


def test_a_lane_that_cannot_start_is_named_with_why(made: Report) -> None:
    (missing,) = made.not_started
    assert missing.name == "peerjs"
    assert "peer" in missing.why
    assert missing.why in report.html(made)


class FailsWhenKilled(Floor):
    about = replace(Floor.about, system="nats", name="fails", label="fails when killed")
    shown: ClassVar[list[Row]] = []

    async def kill_server(self) -> None:
        self.shown.append(rows_of(self.around.bench)[self.about.label])
        raise EmbeddedError("it does not start any more")


class FailsAtItsEnd(Floor):
    about = replace(Floor.about, system="nats", name="ends", label="fails at its end")

    async def stop(self) -> None:
        await super().stop()
        raise InvalidState("it does not end")


def test_a_lane_that_fails_costs_no_figure_that_was_there_before(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = [Entry(each.about, each) for each in (FailsWhenKilled, FailsAtItsEnd)]
    monkeypatch.setattr(run, "entries", lambda plan: lanes)
    monkeypatch.setattr(run, "AT_ONCE", 1)  # on the PostgreSQL that runs
    plan = replace(PLAN, faults=("cut", "server_killed"))
    found = asyncio.run(run.run(bench, plan, live_url=bench.admin_url))
    (after_the_cut,) = FailsWhenKilled.shown
    assert after_the_cut["owed"] == found.results[0].losses["cut"].owed > 0
    why = {each.name: each.why for each in found.not_started}
    fails, ends = found.results
    assert [len(each.repetitions) for each in (found.floor, fails, ends)] == [1, 1, 1]
    assert list(fails.losses) == ["cut"]
    assert why == dict.fromkeys(("fails", "ends"), "1 of 1 repetitions, then: it failed")
    words = {each.name: each.words for each in found.not_started}
    assert "it does not start any more" in words["fails"]
    assert "it does not end" in words["ends"]
    page = report.html(found)
    assert "not measured to its end: fails when killed" in page
    assert "not started" not in page.replace("or not started", "")


def test_lanes_that_are_broken_at_once_are_all_shown(bench: Workbench) -> None:
    async def at_once() -> set[str]:
        async with live_rows(bench.admin_url) as live:
            names = [str(number) for number in range(1, 9)]
            results = [Result(replace(Floor.about, label=name)) for name in names]
            await asyncio.gather(
                *(live.show(place, each, None) for place, each in enumerate(results, 1))
            )
            return {*rows_of(bench)}

    assert asyncio.run(at_once()) == {str(number) for number in range(1, 9)}


def test_strangers_read_no_last_words(bench: Workbench) -> None:
    async def shown_problem() -> object:
        async with live_rows(bench.admin_url) as live:
            gone = NotStarted("n", "n", "npm failed", "check with npm ping", "/root/.npm/token")
            await live.show(1, Result(replace(Floor.about, label="n")), gone)
            return rows_of(bench)["n"]["problem"]

    assert asyncio.run(shown_problem()) == "npm failed. check with npm ping"


def test_a_postgresql_that_does_not_start_costs_no_figure(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = [
        Entry(about, Floor)
        for about in (replace(Floor.about, system="nats", name=name) for name in "ab")
    ]
    monkeypatch.setattr(run, "entries", lambda plan: lanes)
    monkeypatch.setattr(run, "workbench", failing_workbench)
    found = asyncio.run(run.run(bench, replace(PLAN, faults=("cut",))))
    assert [list(each.losses) for each in found.results] == [["cut"], ["cut"]]


def failing_workbench(_url: None) -> Workbench:
    raise EmbeddedError("no room on the disk")


def test_the_json_is_as_its_schema_says(made: Report) -> None:
    is_as_its_schema_says(made.json())


def test_the_report_the_table_and_the_spreadsheet_say_the_same(made: Report) -> None:
    page = report.html(made)
    assert "http" not in page
    assert page.count('<ul class="chart bars"') == FIGURES
    fits_a_terminal(table(made), says="NATS JetStream")
    assert made.noise.latency is None  # of a single repetition
    fits_a_terminal(table(made), says="not measured")
    fits_a_terminal(table(made), says="Measured once")
    assert "Measured once" in page
    head, *rows = csv.reader(spreadsheet(made).splitlines())
    assert len({len(row) for row in (head, *rows)}) == 1
    named = {row[3] for row in rows if row[0] == "listen"}
    assert {"lost_cut", "owed_cut", "repeated_cut", "refused_cut", "snapshots_cut"} <= named
    joins = [row for row in rows if row[:4] == ["listen", "listen", "default", "join_p50"]]
    found = made.apart.figures["listen"]["join_p50"]
    assert found is not None
    assert [float(row[5]) for row in joins] == [found.value]


def test_nothing_that_it_started_goes_on(made: Report) -> None:
    assert made.results
    left = [each.name() for each in psutil.Process().children(recursive=True)]
    assert "nats-server" not in left
