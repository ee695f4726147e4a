"""The report as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from ..quoted.wording import Cells, interval, noise_of, notes
from .figures import Report, Result
from .plan import FAULTS
from .waiting import WHERE_NONE
from .wording import loss

TIMES = ("join p50", "p95", "p99", "signal p50")
COSTS = ("server ms", "db ms", "waits ms", "kB each", "B each", "req/s")
LOSSES = ("cut 2 s", "server killed", "db killed", "db restarted")


def table(report: Report) -> RenderableType:
    """How quick, what it costs, what is lost, what could not be started, and what cannot be told apart."""
    every = [*report.results, report.floor]
    measured = [each for each in every if each.repetitions]
    times = (["", each.about.label, *_times(report, each)] for each in measured)
    costs = (["", each.about.label, *_costs(report, each)] for each in measured)
    lost = [
        ["", each.about.label, *(loss(each.losses.get(fault)) for fault in FAULTS)]
        for each in every
        if each.losses
    ]
    return Group(
        Text(_plan(report)),
        grid("Until a follower sees it, in ms", "system", TIMES, times),
        grid("What it costs, a write and a follower", "system", COSTS, costs),
        *([grid("Acknowledged, and lost", "system", LOSSES, lost)] if lost else []),
        *_notes(report),
    )


def _times(report: Report, result: Result) -> list[str]:
    cells = Cells(report.apart, result.about.name)
    others = ("join_p95", "join_p99", "signal_p50")
    return [
        cells.ranged("join_p50", milliseconds),
        *(cells.value(name, milliseconds) for name in others),
    ]


def _costs(report: Report, result: Result) -> list[str]:
    cells = Cells(report.apart, result.about.name)
    return [
        cells.value("server", figure),
        cells.value("database", figure),
        cells.value("waiting", figure),
        cells.value("memory", lambda size: figure(size / 1000)),
        cells.value("bytes", figure),
        cells.value("requests", figure),
    ]


def _plan(report: Report) -> str:
    plan, noise = report.plan, report.noise
    return (
        f"\n{plan.repetitions} repetitions of {plan.duration:g} s in random order, {plan.rate:g} writes/s, {plan.followers} followers."
        f"\n{noise_of(noise, 'joins')} {noise.busy:.0%} of its cores were busy while nothing was measured."
        f"\n{interval(plan.repetitions)}\n"
    )


def _notes(report: Report) -> Iterator[Text]:
    yield Text(notes(report.apart), style="dim")
    if report.without_waiting:
        yield Text(WHERE_NONE, style="dim")
    for each in report.not_started:
        yield Text(f"{report.heading(each)}: {each.label}: {each}", style="bold")
