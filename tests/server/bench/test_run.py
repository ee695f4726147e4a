"""A small run of the benchmark: every measure and every floor is there, and its counts are right."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from roomtone.bench.figures import Curve, Figure, Report, Result
from roomtone.bench.plan import MEASURES
from roomtone.bench.report import html
from roomtone.bench.rooms import TURNS
from roomtone.bench.run import steps
from roomtone.bench.table import table
from roomtone.tools import nchan

from ..tools.measured import are_documented, fits_a_terminal, is_complete
from .conftest import PLAN, Ran

STREAM_FLOORS = {"loop", "nchan"} if nchan.installed() else {"loop"}
UNMEASURABLE = ("memory", "media")
"""So few streams may fit into memory that the process has already, and so few packets cost less than can be measured."""


def of(ran: Ran, measure: str) -> Result:
    (found,) = (one for one in ran.report.results if one.measure == measure)
    return found


def test_every_measure_is_there_in_its_order(ran: Ran) -> None:
    assert tuple(one.measure for one in ran.report.results) == MEASURES == PLAN.measures
    assert len(ran.steps) == steps(PLAN)


@pytest.mark.parametrize(
    ("measure", "floors"),
    [
        ("fanout", STREAM_FLOORS),
        ("latency", {"LISTEN"}),
        ("writes", {"bare"}),
        ("joins", {"loop"}),
        ("memory", STREAM_FLOORS),
        ("rooms", {"room of 3"}),
        ("media", {"UDP", "SRTP"}),
    ],
)
def test_every_figure_stands_beside_its_floors(ran: Ran, measure: str, floors: set[str]) -> None:
    for figure in of(ran, measure).figures:
        other = {"longest pause": {"few streams"}, "MCU, the room": {"codec"}}
        assert {*figure.floors} == other.get(figure.what, floors), figure.what
        assert figure.value > 0 or measure in UNMEASURABLE


def test_an_event_reaches_every_stream_of_the_relay_and_of_the_floors(ran: Ran) -> None:
    fanout = of(ran, "fanout")
    assert fanout.sent == (1 + len(STREAM_FLOORS)) * PLAN.streams * PLAN.events
    assert fanout.missed == 0
    assert [curve.name for curve in fanout.curves] == ["Roomtone", *sorted(STREAM_FLOORS)]


def test_a_join_is_seen_by_every_follower(ran: Ran) -> None:
    latency = of(ran, "latency")
    assert latency.sent == PLAN.joins * sum(PLAN.followers)
    assert latency.missed == 0
    assert {figure.of for figure in latency.figures} == {"2 followers", "3 followers"}


def test_a_signal_reaches_its_recipient_in_a_small_room_and_in_a_large_one(ran: Ran) -> None:
    rooms = of(ran, "rooms")
    assert rooms.sent == 2 * TURNS * PLAN.events
    assert rooms.missed == 0


def test_every_signal_that_was_written_is_in_the_log(ran: Ran) -> None:
    writes = of(ran, "writes")
    assert writes.sent > 0
    assert writes.missed == 0


def test_the_share_of_the_load_generator_is_measured(ran: Ran) -> None:
    for measure in ("fanout", "latency", "writes", "joins", "rooms"):
        assert of(ran, measure).generator > 0, measure


def test_the_run_leaves_nothing_behind_in_the_database(ran: Ran) -> None:
    assert ran.left == 0


def test_the_figures_are_json_with_a_version(ran: Ran) -> None:
    value = json.loads(json.dumps(ran.report.json()))
    assert (value["what"], value["version"]) == ("roomtone bench", 1)
    for result in value["results"]:
        assert all(
            figure["to_floor"] or result["measure"] in UNMEASURABLE for figure in result["figures"]
        )
    budgets = {
        f["what"]: f["budget"] for r in value["results"] for f in r["figures"] if f["budget"]
    }
    assert budgets == {
        "CPU per delivery": "≤ 1.5 × loop, ≤ nchan",
        "received, p99": "≤ nchan",
        "join seen, p50": "≤ 2.0 ms",
        "signals": "≥ 0.5 × bare",
        "until all opened": "≤ 0.01 s",
        "idle stream": "≤ 12 kB",
        "longest pause": "≤ 50 ms",
        "signal, p50": "≤ 1.2 × room of 3",
        "snapshot": "≤ 64 kB",
        "SFU, a stream": "≤ 0.07 % CPU",
        "MCU, the room": "≤ 10 × codec",
    }


def test_every_figure_is_documented(ran: Ran) -> None:
    names = {field.name for kind in (Report, Result, Figure, Curve) for field in fields(kind)}
    are_documented(names | {*ran.report.json()}, "bench.md")


def test_the_report_needs_nothing_from_elsewhere_and_has_no_script(ran: Ran) -> None:
    is_complete(html(ran.report), charts=2, says="budgets met")


def test_the_table_fits_a_terminal(ran: Ran) -> None:
    fits_a_terminal(table(ran.report), says="CPU per delivery")
