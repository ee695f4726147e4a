"""The report as a table on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from .figures import Measurement, Report
from .wording import SERIES

NOTICED = ("p50 ms", "p95 ms", "p99 ms", "× LISTEN", "events", "missed")
COSTS = ("req/s", "empty", "kB/s in", "out", "tx/s", "stmt/s", "cpu ms/s", "kB each")


def table(report: Report) -> RenderableType:
    """What followers notice, what it costs, and the floors."""
    every = report.measurements
    noticed = ([*_name(one), *_noticed(report, one)] for one in every)
    costs = ([*_name(one), *_costs(report, one)] for one in every)
    return Group(
        Text(_plan(report)),
        grid("What followers notice", "technique", NOTICED, noticed),
        grid("What it costs", "technique", COSTS, costs),
        Text(_floors(report)),
        Text(_baselines(report), style="dim"),
    )


def _name(one: Measurement) -> tuple[str, str]:
    return str(one.followers), SERIES[one.technique].label


def _noticed(report: Report, one: Measurement) -> list[RenderableType]:
    late = one.latency
    times = [milliseconds(value) for value in (late.p50, late.p95, late.p99)] if late else ["–"] * 3
    return [
        *times,
        figure(late.p50 / report.floors.listen.p50) if late else "–",
        str(one.owed),
        Text(str(one.missed), style="bold red" if one.missed else "green"),
    ]


def _costs(report: Report, one: Measurement) -> list[RenderableType]:
    seconds = one.work.seconds
    return [
        figure(one.running.requests / seconds),
        str(one.running.empty),
        figure(one.running.received / seconds / 1000),
        figure(one.running.sent / seconds / 1000),
        figure(one.work.transactions / seconds),
        figure(one.work.statements / seconds),
        figure(one.cpu_each(report.baseline(one))),
        figure(one.memory_each / 1000),
    ]


def _plan(report: Report) -> str:
    plan = report.plan
    return (
        f"\n{plan.rate:g} writes/s for {plan.duration:g} s, polling every {plan.poll_interval:g} s."
        " Latency is from commit to receipt; processor and memory are\nthe relay's, per follower.\n"
    )


def _floors(report: Report) -> str:
    listen = report.floors.listen
    writes = ", ".join(f"{us:g} µs to each of {n}" for n, us in report.floors.writes.items())
    return (
        f"floors: a bare LISTEN receives a notification in {listen.p50:.2f} ms (p50; p95 {listen.p95:.2f});"
        f" a bare socket write takes {writes}"
    )


def _baselines(report: Report) -> str:
    each = ", ".join(
        f"{work.transactions / work.seconds:.0f} transactions/s by {way}"
        for way, work in report.baselines.items()
    )
    return f"the writing alone, without followers: {each}"
