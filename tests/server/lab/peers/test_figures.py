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


def lane(name: str, joins: float | None, signals: float, memory: int | None = None) -> Result:
    """Six repetitions around these milliseconds and bytes."""
    repetitions = [
        Repetition(
            joins=[] if joins is None else [[joins + number / 100]],
            signals=[[signals + number / 100]],
            writes=2, refused=0, owed=2, missed=0,
            requests=0.0, bytes=1.0, server=None, database=None, waiting=None,
            memory=memory and memory + number,
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
        noise=Noise(noise, 0.0, 0.0, {} if noise is None else {"join_p50": noise, "memory": 100.0}),
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
    assert ["noise_join_p50", "ms", "0.5"] in [row[3:6] for row in rows]


@pytest.mark.parametrize("noise", [0.0, None])
def test_each_figure_says_for_itself_what_cannot_be_told_apart(noise: float | None) -> None:
    lanes = [
        lane("quick", 9.0, 1.0, 500),
        lane("slow", 9.0, 5.0, 590),
        lane("without joins", None, 1.0, 900),
    ]
    found = report_of(lanes, noise).apart.alike
    del found["floor"]
    everybody = {name: sorted({*found} - {name}) for name in found}
    with_joins = {"quick": ["slow"], "slow": ["quick"], "without joins": []}
    assert {name: alike.get("join_p50", []) for name, alike in found.items()} == with_joins
    for figure, told_apart in (
        ("signal_p50", {"quick": ["without joins"], "slow": [], "without joins": ["quick"]}),
        ("memory", with_joins),  # 90 bytes more or less are the machine's noise
    ):
        expected = everybody if noise is None else told_apart
        assert {name: sorted(alike[figure]) for name, alike in found.items()} == expected
