"""A small run of `crowd`: many join a room, follow a hallway, and are served by relays with and without a bus."""

from __future__ import annotations

from roomtone.bench.arrivals import KEPT
from roomtone.bench.plan import CROWD
from roomtone.bench.relays import EACH
from roomtone.bench.report import html
from roomtone.bench.run import steps
from roomtone.bench.table import table
from roomtone.bench.techniques import TECHNIQUES
from roomtone.tools import nats_server

from ..tools.measured import fits_a_terminal, is_complete
from .conftest import CROWD_PLAN, Ran
from .test_run import of


def test_everybody_of_a_crowd_has_the_right_number_by_every_technique(crowd: Ran) -> None:
    arrivals = of(crowd, "arrivals")
    assert arrivals.missed == 0
    figures = {figure.what: figure for figure in arrivals.figures}
    right = {figure.of for figure in arrivals.figures if figure.what == "number right"}
    assert right == {*TECHNIQUES, f"{CROWD_PLAN.crowd} join", f"{CROWD_PLAN.crowd - KEPT} leave"}
    # What all others receive of a join does not grow with the join: only the numbers, and those at most four times a second.
    assert figures["numbers to each"].met
    assert figures["reads, an event"].value > 0
    assert figures["CPU relay, join"].value > 0 < figures["CPU SQL, join"].value


def test_every_follower_of_the_hallway_is_told_of_changes(crowd: Ran) -> None:
    hallway = of(crowd, "hallway")
    assert hallway.missed == 0
    assert {figure.what: figure.value > 0 for figure in hallway.figures}["rows to each"]


def test_an_event_reaches_the_streams_of_all_relays_and_each_relay_reads_it(crowd: Ran) -> None:
    relays = of(crowd, "relays")
    lanes = 2 if nats_server.program() else 1
    assert (relays.sent, relays.missed) == (lanes * EACH * CROWD_PLAN.events, 0)
    reads = {one.of: one.value for one in relays.figures if one.what == "reads, an event"}
    assert reads["1 relay"] >= 1
    assert len(reads) == lanes
    sizes = [one.value for one in relays.figures if one.what == "bytes to each"]
    assert len(sizes) == lanes
    assert all(0.1 < size < 1 for size in sizes), sizes


def test_the_run_of_a_crowd_is_reported_and_leaves_nothing_behind(crowd: Ran) -> None:
    assert tuple(one.measure for one in crowd.report.results) == CROWD
    assert len(crowd.steps) == steps(CROWD_PLAN)
    assert crowd.left == 0
    is_complete(html(crowd.report), charts=2, says="budgets met")
    fits_a_terminal(table(crowd.report), says="CPU relay, join")
