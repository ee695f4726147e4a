"""A small line chart as SVG (SVG 2): each series has a mark of its own shape as well as its colour, and a line across its interval.

Marks that would hide each other stand side by side.

Colours are those of the page's style sheet, so that charts are light or dark with it (docs/libraries.md weighs libraries).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Final, Literal, NamedTuple

from .bars import said
from .bootstrap import Interval

WIDTH: Final = 560
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 104, 18, 16, 44

MARK: Final = 12
"""The width that a mark needs: nearer ones stand side by side."""

Points = Sequence[tuple[float, Interval]]
Shape = Literal["circle", "square", "triangle", "diamond", "cross", "wedge"]


class Series(NamedTuple):
    """How a series is called, and the shape (and with it the colour) of its marks."""

    label: str
    shape: Shape


def chart(
    title: str,
    lines: Mapping[Series, Points],
    *,
    floor: float | None = None,
    logarithmic: bool = False,
    say: Callable[[float], str],
    of: str,
) -> str:
    """`lines` are {series: (x, its value with the interval)…}; `of` names what is counted on the x axis; `floor` is a value that is drawn dashed.

    The chart's `title` is its name for screen readers. A logarithmic axis has no zero: a value of 0
    is drawn at its lowest tick. Without points there is no chart, but an empty text.
    """
    across = sorted({x for points in lines.values() for x, _ in points})
    if not across:
        return ""
    values = [y for points in lines.values() for _, one in points for y in one[:3]]
    values += [] if floor is None else [floor]
    ticks = _decades(values) if logarithmic else _steps(max([*values, 0.0]))
    low, high = ticks[0], ticks[-1]
    least, most = min(0.0, *across), across[-1]

    def place_x(x: float) -> float:
        share = 0.5 if len(across) == 1 else (x - least) / (most - least)
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def place_y(y: float) -> float:
        share = (
            math.log10(max(y, low) / low) / math.log10(high / low)
            if logarithmic
            else max(y, 0.0) / high
        )
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def path(points: Iterable[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in points)

    def text(kind: str, x: float, y: float, words: str, anchor: str = "middle") -> str:
        return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'

    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    ]
    for tick in ticks:
        y = place_y(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text("tick", LEFT - 8, y + 4, say(tick), "end"))
    parts += [text("tick", place_x(x), HEIGHT - BOTTOM + 18, f"{x:g}") for x in across]
    parts.append(text("axis", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, of))
    if floor is not None:
        level = path([(across[0], floor), (across[-1], floor)])
        parts.append(f'<path class="floor" d="{level}"/>')
    aside = _side_by_side(
        {
            (s, x): (place_x(x), place_y(one.value))
            for s, points in lines.items()
            for x, one in points
        }
    )
    for series, points in lines.items():
        marks = []
        for x, one in points:
            across_at = place_x(x) + aside[series, x]
            marks.append(_whisker(across_at, place_y(one.low), place_y(one.high)))
            words = f"{series.label}, {x:g} {of}: {said(one, say)}"
            marks.append(_mark(series, across_at, place_y(one.value), words))
        if points:
            parts.append(_line(series, path((x, one.value) for x, one in points), marks))
    return "".join([*parts, "</svg>"])


def mark(series: Series) -> str:
    """The mark of a series alone, for the legend."""
    drawn = _line(series, "M1 6H29", [_mark(series, 15, 6)])
    return f'<svg class="key" viewBox="0 0 30 12" aria-hidden="true">{drawn}</svg>'


def _side_by_side(
    places: Mapping[tuple[Series, float], tuple[float, float]],
) -> dict[tuple[Series, float], float]:
    """{mark: how far it is moved aside}: those of one x whose heights are nearer than a mark's share its width."""
    moved: dict[tuple[Series, float], float] = {}
    ranked = sorted(places, key=lambda each: (each[1], places[each][1]))
    group: list[tuple[Series, float]] = []
    for each in ranked:
        before = group[-1] if group else None
        if before is None or before[1] != each[1] or places[each][1] - places[before][1] >= MARK:
            group = []
        group.append(each)
        for number, member in enumerate(group):
            moved[member] = MARK * (number - (len(group) - 1) / 2)
    return moved


def _whisker(x: float, low: float, high: float) -> str:
    return f'<path class="across" d="M{x:.1f} {low:.1f}V{high:.1f}"/>' if low != high else ""


def _line(series: Series, path: str, marks: Iterable[str]) -> str:
    return f'<g class="line line--{series.shape}"><path d="{path}"/>{"".join(marks)}</g>'


def _mark(series: Series, x: float, y: float, says: str = "") -> str:
    title = f"<title>{escape(says)}</title>" if says else ""
    shapes: dict[Shape, str] = {
        "circle": f"M{x - 5:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
        "square": f"M{x - 4.5:.1f} {y - 4.5:.1f}h9v9h-9Z",
        "triangle": f"M{x:.1f} {y - 6:.1f}l6 10.5h-12Z",
        "diamond": f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6Z",
        "cross": f"M{x - 2:.1f} {y - 6:.1f}h4v4h4v4h-4v4h-4v-4h-4v-4h4Z",
        "wedge": f"M{x - 6:.1f} {y - 5:.1f}h12l-6 10.5Z",
    }
    return f'<path class="mark" d="{shapes[series.shape]}">{title}</path>'


def _steps(most: float) -> list[float]:
    """Round numbers from 0 to beyond the largest."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / 4
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough)
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


def _decades(values: Sequence[float]) -> list[float]:
    positive = [value for value in values if value > 0] or [1.0]
    low = math.floor(math.log10(min(positive)))
    high = math.ceil(math.log10(max(positive)))
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]
