"""The report as tables on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from ..quoted.wording import Cells, interval, noise_of, notes
from .results import Report, Result
from .verdicts import compared, crowded, ends
from .wording import CRITERION, SERIES, per_cent

NOTICED = ("ear p50 ms", "p95", "added", "1st audio", "lost", "heard", "STOI", "works")
COSTS = ("links", "up kbit/s", "down", "listener", "node", "a stream", "an ear", "people")


def table(report: Report) -> RenderableType:
    """What people notice, what it costs them and the node, where it ends, and the floors beneath."""
    every = report.results
    noticed = ([*_name(one), *_noticed(report, one)] for one in every)
    costs = ([*_name(one), *_costs(report, one)] for one in every)
    says = [Text(f"{SERIES[topology].label}: {words}") for topology, words in ends(report)]
    warning = crowded(report)
    if (words := compared(report)) is not None:
        says.append(Text(words, style="bold"))
    return Group(
        Text(_plan(report)),
        grid("What people notice", "", NOTICED, noticed),
        grid("What it costs", "", COSTS, costs),
        *says,
        Text(CRITERION, style="dim"),
        Text(_floors(report)),
        *([Text(warning, style="yellow")] if warning else []),
        Text(notes(report.apart), style="dim"),
    )


def _name(one: Result) -> tuple[str, str]:
    return str(one.crowd), SERIES[one.topology].label


def _noticed(report: Report, one: Result) -> list[RenderableType]:
    cells, added, marks = Cells(report.apart, one.name), report.added(one), one.total("marks")
    return [
        cells.ranged("delay_p50", milliseconds),
        cells.value("delay_p95", milliseconds),
        "–" if added is None else f"{added:+.1f}",
        cells.value("first_audio", milliseconds),
        cells.value("loss", lambda share: f"{share:.1%}"),
        f"{(marks - one.total('marks_missed')) / marks:.0%}" if marks else "–",
        cells.value("understood", lambda stoi: f"{stoi:.2f}"),
        Text("yes", style="green") if one.works else Text("no", style="bold red"),
    ]


def _costs(report: Report, one: Result) -> list[RenderableType]:
    cells = Cells(report.apart, one.name)
    return [
        cells.value("connections", figure),
        *(cells.value(name, _kilobits) for name in ("speaker_up", "speaker_down", "listener_down")),
        *(cells.value(name, per_cent) for name in ("node", "per_stream", "per_listener", "people")),
    ]


def _kilobits(bits: float) -> str:
    return f"{bits / 1000:.0f}"


def _plan(report: Report) -> str:
    plan = report.plan
    return (
        f"\nSpeakers + listeners, {plan.repetitions} times {plan.duration:g} s each in random order. Delay is from mouth to ear, found in the"
        " sound itself; links,\nup and down are a speaker’s, processor is of one core: for a stream, and for each who listens."
        f" {interval(plan.repetitions)}\n{noise_of(report.noise, 'delay')} {report.noise.busy:.0%} of its cores were"
        " busy while nothing was measured.\n"
    )


def _floors(report: Report) -> str:
    floors = report.floors
    codec = ", ".join(f"{per_cent(core)} for {n} speakers" for n, core in floors.codec.items())
    late = "–" if floors.plain_delay is None else f"{floors.plain_delay:.0f} ms to the ear"
    return (
        f"floors: a bare UDP forward takes {per_cent(floors.udp)} of a core for a stream and {floors.udp_delay:.2f} ms;"
        f" SRTP alone {per_cent(floors.protect)};\nplain aiortc relays a stream with {per_cent(floors.plain)} and {late};"
        f" libopus alone takes {codec}"
    )
