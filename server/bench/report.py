"""The report as a page."""

from __future__ import annotations

from html import escape
from typing import Final

from ..tools.chart import Series, Shape
from ..tools.number_format import figure, milliseconds
from ..tools.page import Plot, Row, charts, definitions, head, numbers, page, soft
from .figures import Figure, Report, Result
from .method import method
from .wording import EXPLAINED, number, verdict

HEADINGS: Final = (
    "measure",
    "figure",
    "with",
    "value",
    "floors",
    "× the first",
    "budget",
    "verdict",
)
INTRO: Final = (
    "Each figure stands beside its floors, which were measured in the same run on the same machine."
)
SHAPES: Final[tuple[Shape, ...]] = ("circle", "square", "triangle", "diamond")


def html(report: Report) -> str:
    """The whole page."""
    return page(
        "What it costs · Roomtone bench",
        _head(report),
        numbers(INTRO, HEADINGS, (_row(one) for one in report.figures)),
        *(_chart(result) for result in report.results if result.curves),
        definitions(
            "What is measured",
            ((result.measure, EXPLAINED[result.measure].text) for result in report.results),
        ),
        definitions("How it was measured", method(report).items()),
    )


def _head(report: Report) -> str:
    decided = [one.met for one in report.figures if one.met is not None]
    failed = report.missed > 0 or not all(decided)
    words = f"{sum(decided)} of {len(decided)} budgets met"
    if report.missed:
        words += f", {report.missed:,} deliveries missed"
    kind = "verdict verdict--missed" if failed else "verdict"
    return head(
        "Roomtone bench",
        "What it costs, beside the floor",
        "Every figure is compared with what this machine does with next to nothing in between, measured in the same run.",
        f'<p class="{kind}">{escape(words)}</p>',
        *(f'<p class="bad">{escape(note)}</p>' for note in report.notes),
        soft(
            f"{report.made_at} · PostgreSQL {report.machine['postgresql']} · Python {report.machine['python']}"
            f" · {report.machine['cores']} cores"
        ),
    )


def _chart(result: Result) -> str:
    """How long the same took, from the median to the worst, by Roomtone and by each floor."""
    measured = {
        Series(curve.name, SHAPES[place % len(SHAPES)]): [
            (float(share), took) for share, took in curve.times.items()
        ]
        for place, curve in enumerate(result.curves)
    }
    plot = Plot[float](
        EXPLAINED[result.measure].title.capitalize(),
        "Percentiles of the receipts, in milliseconds, on a logarithmic scale.",
        lambda value: value,
        lambda value: f"{value:g} ms",
        logarithmic=True,
    )
    return charts(result.measure.capitalize(), measured, [plot], "of 100 receipts")


def _row(one: Figure) -> Row:
    words = one.budget.words(one.unit)
    floors = ", ".join(f"{name} {_plain(value, one.unit)}" for name, value in one.floors.items())
    cells = [
        one.measure,
        one.what,
        one.of,
        f"{_plain(one.value, one.unit)}",
        floors or "–",
        "–" if one.to_floor is None else figure(one.to_floor),
        words or "–",
        verdict(one.met, words),
    ]
    return Row(cells, bad=one.met is False)


def _plain(value: float, unit: str) -> str:
    return f"{milliseconds(value)} ms" if unit == "ms" and value >= 1 else number(value, unit)
