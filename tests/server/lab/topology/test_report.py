"""What is said of figures: which topology works, which stops where, and the page and the table that say so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from roomtone.lab.quoted.noise import Noise
from roomtone.lab.topology.command import failures
from roomtone.lab.topology.figures import Cost, Floors, Link, Measurement
from roomtone.lab.topology.plan import TOPOLOGIES, Crowd, Plan
from roomtone.lab.topology.report import html
from roomtone.lab.topology.results import UNITS, Report, Result
from roomtone.lab.topology.spreadsheet import spreadsheet
from roomtone.lab.topology.table import table
from roomtone.lab.topology.verdicts import compared, ends
from roomtone.tools.percentiles import Spread

from ...tools.measured import (
    are_documented,
    fits_a_terminal,
    is_as_its_schema_says,
    is_complete,
)

PLAN = Plan(speakers=(3,), listeners=(0, 40, 300), duration=4, repetitions=1)


def measured(topology: str, listeners: int, late: float, node: float) -> Measurement:
    """Its marks are late by this, and up to one millisecond more."""
    return Measurement(
        topology=topology,
        speakers=3,
        listeners=listeners,
        links={"speaker": Link(1.0, 80_000, 160_000)}
        | ({"listener": Link(1.0, 900, 240_000)} if listeners else {}),
        cost=Cost(4.0, node, [0.2, 0.3], 0.5, Spread(0.2, 1.0, 2.0, 3.0)),
        delays=[[late + mark / 100] for mark in range(101)],
        marks=100,
        marks_missed=0,
        packets=10_000,
        lost=0,
        deaf=0,
        entered=1.0,
        first_audio=100.0,
        troubles=[],
    )


def test_an_audience_is_compared_where_it_works_on_the_mcu_and_on_an_edge() -> None:
    edge = replace(measured("edge", 40, 60.0, 0.2), understood=0.97)
    edge = replace(edge, cost=replace(edge.cost, edge=0.06))
    report = report_of(measured("mcu", 40, 60.0, 0.25), edge, measured("edge", 300, 70.0, 0.5))
    assert report.edge_to_mcu == {
        "speakers": 3,
        "listeners": 40,
        "mcu": 0.25,
        "edge": 0.2,
        "ratio": 0.8,
    }
    assert compared(report) is not None
    assert report.figure(lane(report, "edge", 40), "per_listener") == 0.005
    assert report_of(edge).edge_to_mcu is None


def test_a_lane_that_could_not_be_started_says_why() -> None:
    report = replace(
        report_of(measured("mesh", 0, 28.0, 0.0)),
        plan=replace(PLAN, topologies=("mesh", "videoroom")),
        unavailable={"videoroom": "Janus is not installed"},
    )
    assert dict(ends(report))["videoroom"] == "not measured to its end: Janus is not installed."
    assert failures(report) == []
    assert failures(replace(report, results=[])) == ["Nothing could be measured."]


def report_of(*measurements: Measurement, noise: float | None = None) -> Report:
    """Measurements of the same topology and crowd are its repetitions."""
    lanes: dict[tuple[str, Crowd], Result] = {}
    for one in measurements:
        (topology,) = (each for each in TOPOLOGIES if each == one.topology)
        lanes.setdefault((topology, one.crowd), Result(topology, one.crowd)).repetitions.append(one)
    return Report(
        made_at="2026-11-23T08:00:00+00:00",
        machine={
            "roomtone": "0.2.0",
            "python": "3.11.7",
            "postgresql": "18.4",
            "system": "Linux",
            "processor": "x86_64",
            "cores": 2,
        },
        versions={"aiortc": "1.14.0"},
        plan=PLAN,
        noise=Noise(
            noise, 0.1, 0.2, {} if noise is None else {"delay_p50": noise, "per_stream": 0.001}
        ),
        floors=Floors(0.0004, 0.2, 0.06, 120.0, 4, 0.0001, {3: 0.05}),
        idle={"sfu": 0.005, "mcu": 0.005},
        results=list(lanes.values()),
        skipped=[("mcu", Crowd(3, 40))],
    )


def lane(report: Report, topology: str, listeners: int) -> Result:
    found = report.of(topology, Crowd(3, listeners))
    assert found is not None
    return found


FULL = replace(measured("mcu", 0, 900.0, 0.97), marks_missed=20, lost=1000)


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(
        measured("mesh", 0, 28.0, 0.0),
        measured("sfu", 0, 29.5, 0.012),
        FULL,
        measured("sfu", 40, 30.0, 0.126),
    )


def test_what_does_not_work_says_why_and_what_ran_out(report: Report) -> None:
    assert FULL.faults == [
        "9.1% of the packets lost",
        "20% of the marks not heard",
        "100% of the marks later than 400 ms",
    ]
    assert FULL.ran_out == "the node"
    people = replace(FULL, cost=replace(FULL.cost, node=0.2, people=[0.9, 0.3]))
    assert people.ran_out == "the people"
    assert dict(ends(report))["mcu"].startswith(
        "worked with no crowd; stopped working with 3 who speak and 0 who listen"
    )
    assert "worked with 3 who speak and 40 who listen" in dict(ends(report))["sfu"]


def test_what_a_node_adds_and_costs_stands_beside_the_floors(report: Report) -> None:
    small, large = lane(report, "sfu", 0), lane(report, "sfu", 40)
    assert report.added(small) == 1.5
    assert report.added(large) is None  # nobody measured that crowd in a mesh
    assert report.figure(large, "per_stream") == pytest.approx(0.001)
    assert report.ratios(large)["per_stream_to_udp"] == 2.5
    assert report.ratios(small)["first_audio_to_mesh"] == 1.0


def test_the_report_needs_nothing_from_elsewhere_and_has_no_script(report: Report) -> None:
    says = "Not tried, because a smaller crowd was too many already: MCU with 3 + 40"
    is_complete(html(report), charts=8, says=says)
    alone = html(report_of(measured("mesh", 0, 28.0, 0.0), measured("sfu", 0, 28.0, 0.1)))
    assert alone.count('<ul class="chart bars"') == 8  # with one crowd nothing grows


def test_a_topology_works_if_it_did_in_most_repetitions() -> None:
    good = measured("mcu", 0, 60.0, 0.2)
    assert lane(report_of(good, FULL, good), "mcu", 0).works
    tired = lane(report_of(FULL, good, FULL), "mcu", 0)
    assert not tired.works
    assert tired.faults == FULL.faults
    assert not lane(report_of(FULL), "mcu", 0).gave_up(3)
    assert tired.gave_up(3)


def test_what_cannot_be_told_apart_is_named_with_its_crowd_only() -> None:
    delays = [(28.0, 28.2, 60.0), (28.1, 28.3, 61.0), (28.2, 28.4, 62.0)]
    ones = [
        measured(topology, 0, late, 0.1)
        for round_ in delays
        for topology, late in zip(("mesh", "sfu", "mcu"), round_, strict=True)
    ]
    made = report_of(*ones, measured("mesh", 40, 28.0, 0.0), noise=0.1)
    assert {name: alike.get("delay_p50") for name, alike in made.apart.alike.items()} == {
        "mesh-3-0": ["sfu-3-0"],
        "sfu-3-0": ["mesh-3-0"],
        "mcu-3-0": [],
        "mesh-3-40": [],
    }
    # all three of this crowd took the same processor, and a mesh has no node
    assert made.apart.alike["mcu-3-0"]["node"] == ["sfu-3-0"]
    noises = {one["name"]: one["noise"] for one in made.json()["lanes"]}
    assert (noises["sfu-3-0"]["node"], noises["mcu-3-0"]["node"]) == (0.006, 0.003)  # of streams
    assert noises["mcu-3-0"]["first_audio"] == 0.0  # chance alone decides
    page = html(made)
    fits_a_terminal(table(made), says="Values of a column or a chart with a letter in common")
    assert "28.6 (28.5–28.7) a" in page
    assert "delay_p50,ms,28.6,28.5,28.7,3,sfu-3-0" in spreadsheet(made)


def test_the_tables_fit_a_terminal(report: Report) -> None:
    fits_a_terminal(table(report), says="9.1%")
    widest = replace(measured("audiobridge", 40, 900.0, 0.97), marks=9999, understood=0.97)
    fits_a_terminal(table(report_of(widest)), says="AudioBridge")


def test_every_figure_is_documented(report: Report) -> None:
    value = is_as_its_schema_says(report.json())
    one = value["lanes"][0]
    (repetition,) = one["repetitions"]
    names = {*value, *one, *UNITS, *value["floors"], *one["ratios"], *value["criterion"]}
    names |= {*repetition, *repetition["cost"]}
    are_documented(names, "lab.md")
