"""The report as a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ...tools.bars import Bar, bars
from ...tools.page import Row, bar_chart, definitions, head, numbers, page, soft
from .figures import Report, Result
from .method import method
from .wording import FAULTS, SHOWN, interval, loss


def html(report: Report) -> str:
    """The whole page."""
    return page(
        "Beside other systems · Roomtone lab",
        _head(report),
        f'<h2>What it takes</h2><div class="charts">{"".join(_charts(report))}</div>',
        numbers(LOST, LOSS_HEADINGS, _losses(report), "What is lost"),
        numbers(
            f"Medians, in brackets: {interval(report)}. p50, p95 and p99 are of all receipts.",
            _headings(),
            (_row(report, each) for each in report.results if each.repetitions),
        ),
        _alike(report),
        definitions("How each lane is set", ((r.about.label, _set(r)) for r in _every(report))),
        definitions(
            "What could not be started",
            ((each.label, _why(each.why, each.install)) for each in report.not_started),
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
    missing = ", ".join(each.label for each in report.not_started)
    return head(
        "Roomtone lab",
        "Beside other people’s systems",
        f"The same joins, signals and leaves through each: {plan.rate:g} writes a second, {plan.followers} followers,"
        f" {plan.repetitions} repetitions of {plan.duration:g} s in random order.",
        f'<p class="verdict{" verdict--missed" if failed else ""}">{escape(words)}</p>',
        f'<p class="bad">Not started: {escape(missing)}</p>' if missing else "",
        soft(
            f"{report.made_at} · {report.machine['system']} {report.machine['processor']}, {report.machine['cores']} cores"
            f" · Python {report.machine['python']} · {ran}"
        ),
    )


def _charts(report: Report) -> Iterable[str]:
    floors = report.figures[report.floor.about.name]
    for name, shown in SHOWN.items():
        rows = [
            Bar(each.about.label, found, each.about.system == "roomtone")
            for each in report.results
            if (found := report.figures[each.about.name][name]) is not None
        ]
        lowest = floors[name] if shown.logarithmic else None
        drawing = bars(
            shown.heading,
            rows,
            shown.say,
            logarithmic=shown.logarithmic,
            floor=lowest and lowest.value,
        )
        yield bar_chart(shown.heading, shown.text, drawing)


def _every(report: Report) -> Sequence[Result]:
    return (*report.results, report.floor)


def _losses(report: Report) -> Iterable[Row]:
    for each in report.results:
        if each.losses:
            found = [loss(each.losses.get(fault)) for fault in FAULTS]
            yield Row([each.about.label, each.about.recovery, *found])


def _headings() -> list[str]:
    latencies = [f"{kind} {share}, ms" for kind in ("join", "signal") for share in SHARES]
    others = ("requests/s", "B a delivery", "server ms", "database ms", "memory, kB", "missed")
    return ["system", "setting", *latencies, *others]


SHARES = ("p50", "p95", "p99")


def _row(report: Report, result: Result) -> Row:
    figures = report.figures[result.about.name]
    cells = [result.about.label, result.about.setting]
    for name, found in figures.items():
        scale = 1000 if name == "memory" else 1
        cells.append(
            "–"
            if found is None
            else f"{found.value / scale:.3g} ({found.low / scale:.3g}–{found.high / scale:.3g})"
        )
    missed = sum(each.missed for each in result.repetitions)
    return Row([*cells, str(missed)], bad=missed > 0)


def _alike(report: Report) -> str:
    """The warning: what this run cannot tell apart."""
    labels = {each.about.name: each.about.label for each in report.results}
    pairs = [
        (labels[name], "; ".join(labels[other] for other in others))
        for name, others in report.alike.items()
        if others
    ]
    if not pairs:
        return ""
    heading = "What this run cannot tell apart: the difference of their medians is within chance or the machine’s noise"
    return definitions(heading, pairs)


def _set(result: Result) -> str:
    versions = ", ".join(f"{name} {text}" for name, text in result.versions.items())
    return f"{result.about.set_to}. {versions}"


def _why(why: str, install: str) -> str:
    return f"{why}. Install it: {install}" if install else why
