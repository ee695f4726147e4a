"""What a report calls alike, and how long a run is said to take."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from rich.console import Console
from roomtone.lab.peers.catalogue import entries
from roomtone.lab.peers.figures import Repetition, Report, Result
from roomtone.lab.peers.floor import Floor
from roomtone.lab.peers.lane import About
from roomtone.lab.peers.plan import LANES, SIZES, SYSTEMS, Plan, systems_of
from roomtone.lab.peers.report import html
from roomtone.lab.peers.spreadsheet import spreadsheet
from roomtone.lab.peers.table import table
from roomtone.lab.quoted.noise import Noise
from roomtone.lab.topology.plan import topologies_of


def lane(name: str, joins: float | None, signals: float) -> Result:
    """Six repetitions around these milliseconds."""
    repetitions = [
        Repetition(
            joins=[] if joins is None else [[joins + number / 100]],
            signals=[[signals + number / 100]],
            writes=2, refused=0, owed=2, missed=0,
            requests=0.0, bytes=1.0, server=None, database=None, memory=None, waiting=None,
        )
        for number in range(6)
    ]  # fmt: skip
    about = About("nats", name, name, "default", "", "")
    return Result(about, repetitions=repetitions)


def report_of(lanes: list[Result], noise: float | None) -> Report:
    return Report(
        made_at="2026-11-28T09:00:00+00:00",
        machine=dict.fromkeys(("system", "processor", "cores", "python"), "-"),
        plan=Plan(repetitions=6),
        noise=Noise(noise, 0.0, 0.0),
        floor=Result(Floor.about),
        results=lanes,
        not_started=[],
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_time_that_is_announced_is_for_the_lanes_that_run(system: str) -> None:
    lanes = entries(Plan(systems=(system,)))
    assert LANES[system][:2] == (sum(a.measured for a in lanes), sum(a.broken for a in lanes))


def test_a_quick_run_is_announced_for_under_five_minutes() -> None:
    assert Plan(**SIZES["quick"]).seconds < 300


def test_names_are_lists_in_the_order_of_the_lab() -> None:
    assert systems_of("redis, nats") == ("nats", "redis")
    assert topologies_of("sfu, mesh") == ("mesh", "sfu")


def test_without_faults_there_are_no_tables_of_losses() -> None:
    made = report_of([lane("quick", 9.0, 1.0)], noise=0.5)
    assert "What is lost</h2>" not in html(made)
    console = Console(record=True, file=StringIO())
    console.print(table(made))
    assert "Acknowledged, and lost" not in console.export_text()
    rows = list(csv.reader(spreadsheet(made).splitlines()))
    assert ["noise_latency", "ms", "0.5"] in [row[3:6] for row in rows]


@pytest.mark.parametrize("noise", [0.0, None])
def test_where_one_lane_has_no_joins_the_signals_of_both_are_compared(noise: float | None) -> None:
    lanes = [lane("quick", 9.0, 1.0), lane("slow", 9.0, 5.0), lane("without joins", None, 1.0)]
    report = report_of(lanes, noise)
    all_alike = {a.about.name: [b.about.name for b in lanes if b is not a] for a in lanes}
    told_apart = {
        "quick": ["slow", "without joins"],
        "slow": ["quick"],
        "without joins": ["quick"],
    }
    assert report.alike == (all_alike if noise is None else told_apart)
