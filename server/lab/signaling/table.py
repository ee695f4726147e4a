"""The report as a table on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from ..quoted.wording import Cells, interval, noise_of, notes
from .results import Report, Result
from .wording import SERIES

NOTICED = ("p50 ms", "p95 ms", "p99 ms", "× LISTEN", "events", "missed")
COSTS = ("req/s", "empty", "kB/s in", "out", "tx/s", "stmt/s", "cpu ms/s", "kB each")


def table(report: Report) -> RenderableType:
    """What followers notice, what it costs, and the floors."""
    every = report.results
    noticed = ([*_name(one), *_noticed(report, one)] for one in every)
    costs = ([*_name(one), *_costs(report, one)] for one in every)
    return Group(
        Text(_plan(report)),
        grid("What followers notice", "technique", NOTICED, noticed),
        grid("What it costs", "technique", COSTS, costs),
        Text(_floors(report)),
        Text(_baselines(report), style="dim"),
        Text(notes(report.apart), style="dim"),
    )


def _name(one: Result) -> tuple[str, str]:
    return str(one.followers), SERIES[one.technique].label


def _noticed(report: Report, one: Result) -> list[RenderableType]:
    cells, missed = Cells(report.apart, one.name), one.total("missed")
    return [
        cells.ranged("latency_p50", milliseconds),
        cells.value("latency_p95", milliseconds),
        cells.value("latency_p99", milliseconds),
        times_listen(report, one),
        str(one.total("owed")),
        Text(str(missed), style="bold red" if missed else "green"),
    ]


def _costs(report: Report, one: Result) -> list[RenderableType]:
    cells = Cells(report.apart, one.name)
    return [
        cells.value("requests", figure),
        str(sum(each.running.empty for each in one.repetitions)),
        cells.value("received", _thousands),
        cells.value("sent", _thousands),
        cells.value("transactions", figure),
        cells.value("statements", figure),
        cells.value("processor", figure),
        cells.value("memory", _thousands),
    ]


def _thousands(number: float) -> str:
    return figure(number / 1000)


def _plan(report: Report) -> str:
    plan = report.plan
    return (
        f"\n{plan.repetitions} times {plan.duration:g} s in random order, {plan.rate:g} writes/s, polling every {plan.poll_interval:g} s."
        " Latency is from commit to receipt;\nprocessor and memory are the relay's, per follower."
        f" {interval(plan.repetitions)}\n{noise_of(report.noise, 'latency')} {report.noise.busy:.0%} of its cores were busy"
        " while nothing was measured.\n"
    )


def _floors(report: Report) -> str:
    floors = report.floors
    writes = ", ".join(f"{us:g} µs to each of {n}" for n, us in floors.writes.items())
    return (
        f"floors: a bare LISTEN receives a notification in {floors.late(50):.2f} ms (p50; p95 {floors.late(95):.2f});"
        f" a bare socket write takes {writes}"
    )


def _baselines(report: Report) -> str:
    each = ", ".join(
        f"{work.transactions / work.seconds:.0f} transactions/s by {way}"
        for way, work in report.writing.items()
    )
    return f"the writing alone, without followers: {each}"


def times_listen(report: Report, one: Result) -> str:
    """How many times as late as a bare LISTEN, of half of the events."""
    late = report.apart.figures[one.name]["latency_p50"]
    return "–" if late is None else figure(late.value / report.floors.late(50))
