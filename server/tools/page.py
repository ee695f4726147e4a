"""The parts of a report as one HTML file that needs nothing else: its style sheet and its charts are inside.

All text may hold any character; only what a parameter calls HTML is inserted as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from html import escape
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from .bars import Bar, bars
from .bootstrap import Interval
from .chart import Points, Series, chart, mark

STYLE: Final = Path(__file__).with_name("page.css")

T = TypeVar("T")
Measured = Mapping[Series, Sequence[tuple[float, T]]]
"""The measurements of each series, with their place on the x axis."""


@dataclass(frozen=True)
class Plot(Generic[T]):
    """A chart of one value of each measurement, with its interval or without, None where it has none; `say` writes a value.

    The others are as in `chart`. Of one place on the x axis it is bars, with their numbers.
    """

    heading: str
    text: str
    value: Callable[[T], Interval | float | None]
    say: Callable[[float], str]
    _: KW_ONLY
    logarithmic: bool = False
    floor: float | None = None
    note: Callable[[T], str] = lambda _: ""
    """What stands behind a bar's value."""

    def drawn(self, measured: Measured[T], of: str) -> str:
        lines: dict[Series, Points] = {
            series: [(x, _interval(y)) for x, one in ones if (y := self.value(one)) is not None]
            for series, ones in measured.items()
        }
        if len({x for points in lines.values() for x, _ in points}) == 1:
            rows = [
                Bar(series.label, _interval(y), series.shape, self.note(one))
                for series, ones in measured.items()
                for _, one in ones
                if (y := self.value(one)) is not None
            ]
            drawing = bars(
                self.heading, rows, self.say, logarithmic=self.logarithmic, floor=self.floor
            )
        else:
            drawing = chart(
                self.heading,
                lines,
                floor=self.floor,
                logarithmic=self.logarithmic,
                say=self.say,
                of=of,
            )
            drawing = _scrolled(self.heading, drawing) if drawing else ""
        return figure_of(self.heading, self.text, drawing)


def _scrolled(name: str, drawing: str) -> str:
    """On a small screen a chart is wider than the page, so that its text can be read."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">{drawing}</div>'


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval(value, value, value, 1)


class Row(NamedTuple):
    """Cells of a table: the first two say what was measured; `bad` if the last one tells of a failure."""

    cells: Sequence[str]
    bad: bool = False


def page(title: str, *parts_as_html: str) -> str:
    """A page without scripts and external files; light or dark as its reader prefers."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>"
        f"{''.join(parts_as_html)}</main></body></html>\n"
    )


def head(caption: str, title: str, lead: str, *parts_as_html: str) -> str:
    """The top of the page; the parts say what came out of it."""
    return (
        f'<p class="caps">{escape(caption)}</p><h1>{escape(title)}</h1>'
        f'<p class="lead">{escape(lead)}</p>{"".join(parts_as_html)}'
    )


def soft(words: str) -> str:
    """A line in a fainter colour; without words, nothing."""
    return f'<p class="soft">{escape(words)}</p>' if words else ""


def definitions(heading: str, items: Iterable[tuple[str | Series, str]]) -> str:
    """Terms, or series with their marks, and what they are."""

    def term(name: str | Series) -> str:
        if isinstance(name, str):
            return escape(name)
        return f"{mark(name)} {escape(name.label[:1].upper() + name.label[1:])}"

    described = "".join(
        f"<div><dt>{term(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in items
    )
    return f"<h2>{escape(heading)}</h2><dl>{described}</dl>"


def charts(heading: str, measured: Measured[T], plots: Iterable[Plot[T]], of: str) -> str:
    """Charts with a common legend; a plot without any value is left out. `of` names what is counted on the x axes."""
    names = "".join(f"<li>{mark(series)} {escape(series.label)}</li>" for series in measured)
    return (
        f'<h2>{escape(heading)}</h2><ul class="legend">{names}</ul>'
        f'<div class="charts">{"".join(plot.drawn(measured, of) for plot in plots)}</div>'
    )


def figure_of(heading: str, text: str, drawing: str) -> str:
    """A drawing with what it shows; without a drawing, nothing."""
    if not drawing:
        return ""
    return f"<figure><h3>{escape(heading)}</h3><p>{escape(text)}</p>{drawing}</figure>"


def numbers(
    intro: str, headings: Sequence[str], rows: Iterable[Row], heading: str = "The numbers"
) -> str:
    """A table of figures."""

    def cells(row: Row) -> str:
        first, name, *others, last = map(escape, row.cells)
        middle = "".join(f"<td>{cell}</td>" for cell in others)
        kind = ' class="bad"' if row.bad else ""
        return f'<tr><th scope="row">{first}</th><td class="name">{name}</td>{middle}<td{kind}>{last}</td></tr>'

    titles = "".join(
        f'<th scope="col"{" class=name" if place == 1 else ""}>{escape(name)}</th>'
        for place, name in enumerate(headings)
    )
    return (
        f"<h2>{escape(heading)}</h2><p>{escape(intro)}</p>"
        '<div class="wide" tabindex="0" role="region" aria-label="'
        f'{escape(heading)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(map(cells, rows))}</tbody></table></div>"
    )
