"""Bars as HTML, one for each thing that was measured: its name and its number with the interval above it.

Each bar has a row of its own, so values that coincide stay visible, and no colour has to be told from another. Places are per cent of the
width, so text is as large on a phone as elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Final, NamedTuple

from .bootstrap import Interval

LEAST: Final = 0.5
"""Per cent of the width that a bar of nothing has."""


class Bar(NamedTuple):
    """A name and its value; `kind` is how the bar is coloured (`page.css`): `strong`, or as the marks of a series are. `note` stands behind the value."""

    label: str
    value: Interval
    kind: str = ""
    note: str = ""


def bars(
    title: str,
    rows: Sequence[Bar],
    say: Callable[[float], str],
    *,
    logarithmic: bool = False,
    floor: float | None = None,
) -> str:
    """`say` writes a value with its unit; `floor` is drawn dashed over all rows. The title is the chart's name for screen readers.

    On a logarithmic scale, bars begin at the decade below the smallest value. Without rows there is no chart, but an empty text.
    """
    if not rows:
        return ""
    values = [number for row in rows for number in (row.value.value, row.value.low, row.value.high)]
    values += [] if floor is None else [floor]
    positive = [value for value in values if value > 0] or [1.0]
    low = 10.0 ** math.floor(math.log10(min(positive))) if logarithmic else 0.0
    high = max(positive)

    def place(value: float) -> float:
        if logarithmic:
            share = math.log(max(value, low) / low) / math.log(max(high / low, 1.0001))
        else:
            share = (
                max(value, 0.0) / high
            )  # less than nothing, where chance is larger than what is measured
        return 100 * share

    dashed = "" if floor is None else _upright("floor", place(floor), 0, 24)
    drawn = "".join(_row(row, place, say, dashed) for row in rows)
    scale = (
        f"logarithmic, from {say(low)} to {say(high)}" if logarithmic else f"from 0 to {say(high)}"
    )
    return (
        f'<ul class="chart bars" aria-label="{escape(title)}">{drawn}</ul>'
        f'<p class="scale">{escape(scale)}</p>'
    )


def said(found: Interval, say: Callable[[float], str]) -> str:
    """The value and its interval; of one repetition its value alone."""
    if found.repetitions < 2:
        return say(found.value)
    return f"{say(found.value)} ({say(found.low)} – {say(found.high)})"


def _row(
    row: Bar, place: Callable[[float], float], say: Callable[[float], str], dashed: str
) -> str:
    value, low, high, repetitions = row.value
    kind = f"bar bar--{row.kind}" if row.kind else "bar"
    words = f"{said(row.value, say)} {row.note}".strip()
    drawn = f'<rect class="{kind}" y="5" width="{max(place(value), LEAST):.2f}%" height="14"/>'
    if repetitions > 1:
        ends = (place(low), place(high))
        drawn += _line("whisker", ends, (12, 12))
        drawn += "".join(_upright("whisker", end, 8, 16) for end in ends)
    return (
        f'<li><span class="name">{escape(row.label)}</span> <span class="said">{escape(words)}</span>'
        f'<svg aria-hidden="true">{drawn}{dashed}</svg></li>'
    )


def _upright(kind: str, x: float, top: float, bottom: float) -> str:
    return _line(kind, (x, x), (top, bottom))


def _line(kind: str, across: tuple[float, float], down: tuple[float, float]) -> str:
    """`across` in per cent, `down` in pixels."""
    (left, right), (top, bottom) = across, down
    return f'<line class="{kind}" x1="{left:.2f}%" x2="{right:.2f}%" y1="{top:g}" y2="{bottom:g}"/>'
