"""The report as a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ...tools.bars import Bar, bars
from ...tools.number_format import bytes_of, figure, milliseconds
from ...tools.page import Row, definitions, figure_of, head, numbers, page, soft
from ..quoted.wording import Cells, interval, notes
from .figures import Report, Result
from .method import method
from .wording import FAULTS, SHOWN, loss


def html(report: Report) -> str:
    """The whole page."""
    lost = list(_losses(report))
    timed = [each for each in _every(report) if each.repetitions]
    return page(
        "Beside other systems · Roomtone lab",
        _head(report),
        f'<h2>What it takes</h2>{soft(notes(report.apart))}<div class="charts">{"".join(_charts(report))}</div>',
        numbers(LOST, LOSS_HEADINGS, lost, "What is lost") if lost else "",
        numbers(
            f"{TIMES} {notes(report.apart)}",
            TIMES_HEADINGS,
            (_times(report, each) for each in timed),
            "The times",
        ),
        numbers(
            f"{interval(report.plan.repetitions)} {notes(report.apart)}",
            COSTS_HEADINGS,
            (_costs(report, each) for each in timed),
            "The costs",
        ),
        definitions("How each lane is set", ((r.about.label, _set(r)) for r in _every(report))),
        definitions(
            "What was not measured to its end, or not started",
            ((each.label, f"{report.heading(each)}: {each}") for each in report.not_started),
        )
        if report.not_started
        else "",
        definitions("How it was measured", method(report).items()),
    )


LOST = "Deliveries of acknowledged writes that a follower never saw, with the system’s own recovery switched on, where it has one."
LOSS_HEADINGS = ("system", "resumes by", *FAULTS.values())


def _head(report: Report) -> str:
    plan = report.plan
    failed = bool(report.missed)
    words = (
        f"{report.missed:,} events missed though nothing was broken"
        if failed
        else "no event missed while nothing was broken"
    )
    versions = {name: text for each in _every(report) for name, text in each.versions.items()}
    ran = " · ".join(f"{name} {text}" for name, text in sorted(versions.items()))
    missing = ", ".join(f"{report.heading(each)}: {each.label}" for each in report.not_started)
    return head(
        "Roomtone lab",
        "Beside other people’s systems",
        f"The same joins, signals and leaves through each: {plan.rate:g} writes a second, {plan.followers} followers,"
        f" {plan.repetitions} repetitions of {plan.duration:g} s in random order.",
        f'<p class="verdict{" verdict--missed" if failed else ""}">{escape(words)}</p>',
        f'<p class="bad">{escape(missing)}</p>' if missing else "",
        soft(
            f"{report.made_at} · {report.machine['system']} {report.machine['processor']}, {report.machine['cores']} cores"
            f" · Python {report.machine['python']} · {ran}"
        ),
    )


def _charts(report: Report) -> Iterable[str]:
    figures = report.apart.figures
    floors = figures[report.floor.about.name]
    for name, shown in SHOWN.items():
        rows = [
            Bar(
                each.about.label,
                found,
                "strong" if each.about.system == "roomtone" else "",
                Cells(report.apart, each.about.name).letters(name),
            )
            for each in report.results
            if (found := figures[each.about.name][name]) is not None
        ]
        if not rows:
            continue  # as the slowest of few joins
        lowest = floors[name] if shown.logarithmic else None
        drawing = bars(
            shown.heading,
            rows,
            shown.say,
            logarithmic=shown.logarithmic,
            floor=lowest and lowest.value,
        )
        yield figure_of(shown.heading, shown.text, drawing)


def _every(report: Report) -> Sequence[Result]:
    return (*report.results, report.floor)


def _losses(report: Report) -> Iterable[Row]:
    for each in report.results:
        if each.losses:
            found = [loss(each.losses.get(fault)) for fault in FAULTS]
            yield Row([each.about.label, each.about.recovery, *found])


SHARES = ("p50", "p95", "p99")
TIMES = "Milliseconds until a follower sees a join, and its only follower an offer or a candidate, of all receipts; intervals in brackets."
TIMES_HEADINGS = (
    "system",
    "setting",
    *(f"{kind} {share}" for kind in ("join", "signal") for share in SHARES),
)
COSTS_HEADINGS = (
    "system",
    "setting",
    "requests/s",
    "bytes a delivery",
    "server ms",
    "database ms",
    "waits ms",
    "memory",
    "missed",
)


def _times(report: Report, result: Result) -> Row:
    found = Cells(report.apart, result.about.name)
    names = (f"{kind}_{share}" for kind in ("join", "signal") for share in SHARES)
    times = (found.ranged(name, milliseconds) for name in names)
    return Row([result.about.label, result.about.setting, *times])


def _costs(report: Report, result: Result) -> Row:
    found = Cells(report.apart, result.about.name)
    missed = sum(each.missed for each in result.repetitions)
    cells = [
        result.about.label,
        result.about.setting,
        *(
            found.ranged(name, figure)
            for name in ("requests", "bytes", "server", "database", "waiting")
        ),
        found.ranged("memory", bytes_of),
        str(missed),
    ]
    return Row(cells, bad=missed > 0)


def _set(result: Result) -> str:
    versions = ", ".join(f"{name} {text}" for name, text in result.versions.items())
    return f"{result.about.set_to}. {versions}"
