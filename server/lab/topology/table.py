"""The report as tables on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure, milliseconds
from .figures import Link, Measurement, Report
from .wording import CRITERION, SERIES, compared, crowded, ends, per_cent

NOTICED = ("ear p50", "p95 ms", "added", "1st audio", "lost", "marks", "STOI", "works")
COSTS = ("links", "up kbit/s", "down", "listener", "node", "a stream", "an ear", "people")


def table(report: Report) -> RenderableType:
    """What people notice, what it costs them and the node, where it ends, and the floors beneath."""
    every = report.measurements
    noticed = ([*_name(one), *_noticed(report, one)] for one in every)
    costs = ([*_name(one), *_costs(one)] for one in every)
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
    )


def _name(one: Measurement) -> tuple[str, str]:
    return str(one.crowd), SERIES[one.topology].label


def _noticed(report: Report, one: Measurement) -> list[RenderableType]:
    late = one.delay
    added = report.added(one)
    return [
        *([milliseconds(late.p50), milliseconds(late.p95)] if late else ["–", "–"]),
        "–" if added is None else f"{added:+.1f}",
        "–" if one.first_audio is None else milliseconds(one.first_audio),
        f"{one.loss:.1%}",
        f"{one.marks - one.marks_missed}/{one.marks}",
        "–" if one.understood is None else f"{one.understood:.2f}",
        Text("yes", style="green") if one.works else Text("no", style="bold red"),
    ]


def _costs(one: Measurement) -> list[RenderableType]:
    speaker, listener = one.links.get("speaker"), one.links.get("listener")
    return [
        "–" if speaker is None else figure(speaker.connections),
        _kilobits(speaker, "up"),
        _kilobits(speaker, "down"),
        _kilobits(listener, "down"),
        per_cent(one.cost.node) if one.sent else "–",
        "–" if one.per_stream is None else per_cent(one.per_stream),
        "–" if one.per_listener is None else per_cent(one.per_listener),
        per_cent(sum(one.cost.people)),
    ]


def _kilobits(link: Link | None, way: str) -> str:
    return "–" if link is None else f"{getattr(link, way) / 1000:.0f}"


def _plan(report: Report) -> str:
    return (
        f"\nSpeakers + listeners, {report.plan.duration:g} s each. Delay is from mouth to ear, found in the sound itself;"
        " links, up and\ndown are a speaker’s, processor is of one core: for a stream, and for each who listens.\n"
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
