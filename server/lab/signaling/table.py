"""The report as a table on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from ..quoted.wording import apart, interval, noise_of, ranged, value
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
        *(
            Text(f"within the noise of {label}: {words}", style="dim")
            for label, words in apart({one.name: one.label for one in every}, report.alike)
        ),
    )


def _name(one: Result) -> tuple[str, str]:
    return str(one.followers), SERIES[one.technique].label


def _noticed(report: Report, one: Result) -> list[RenderableType]:
    found = report.figures[one.name]
    late, missed = found["latency_p50"], one.total("missed")
    return [
        ranged(late, milliseconds),
        value(found["latency_p95"], milliseconds),
        value(found["latency_p99"], milliseconds),
        "–" if late is None else figure(late.value / report.floors.median),
        str(one.total("owed")),
        Text(str(missed), style="bold red" if missed else "green"),
    ]


def _costs(report: Report, one: Result) -> list[RenderableType]:
    found = report.figures[one.name]
    return [
        value(found["requests"], figure),
        str(sum(each.running.empty for each in one.repetitions)),
        value(found["received"], _thousands),
        value(found["sent"], _thousands),
        value(found["transactions"], figure),
        value(found["statements"], figure),
        value(found["processor"], figure),
        value(found["memory"], _thousands),
    ]


def _thousands(number: float) -> str:
    return figure(number / 1000)


def _plan(report: Report) -> str:
    plan = report.plan
    return (
        f"\n{plan.repetitions} times {plan.duration:g} s in random order, {plan.rate:g} writes/s, polling every {plan.poll_interval:g} s."
        " Latency is from commit to receipt;\nprocessor and memory are the relay's, per follower."
        f" {interval(plan.repetitions)}\nThe machine's noise is {noise_of(report.noise)}; {report.noise.busy:.0%} of its cores were busy"
        " while nothing was measured.\n"
    )


def _floors(report: Report) -> str:
    floors = report.floors
    writes = ", ".join(f"{us:g} µs to each of {n}" for n, us in floors.writes.items())
    return (
        f"floors: a bare LISTEN receives a notification in {floors.median:.2f} ms (p50; p95 {floors.p95:.2f});"
        f" a bare socket write takes {writes}"
    )


def _baselines(report: Report) -> str:
    each = ", ".join(
        f"{work.transactions / work.seconds:.0f} transactions/s by {way}"
        for way, work in report.baselines.items()
    )
    return f"the writing alone, without followers: {each}"
