"""Bars as SVG (SVG 2), one for each thing that was measured: its name above it, its number and its interval beside it.

Each bar has a row of its own, so values that coincide stay visible, and no colour has to be told from another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Final, NamedTuple

from .bootstrap import Interval

WIDTH: Final = 560
ROW: Final = 46
TOP: Final = 4
BOTTOM: Final = 30
SAYS: Final = 270
"""The width that is kept for the numbers, right of the bars."""


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
    across = WIDTH - SAYS

    def place(value: float) -> float:
        if logarithmic:
            share = math.log(max(value, low) / low) / math.log(max(high / low, 1.0001))
        else:
            share = (
                max(value, 0.0) / high
            )  # less than nothing, where chance is larger than what is measured
        return across * share

    height = TOP + ROW * len(rows) + BOTTOM
    parts = [
        f'<svg class="chart bars" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    ]
    if floor is not None:
        end = height - BOTTOM
        parts.append(f'<path class="floor" d="M{place(floor):.1f} {TOP}V{end}"/>')
    for number, row in enumerate(rows):
        parts += _row(row, TOP + ROW * number, place, say)
    scale = f"logarithmic, from {say(low)}" if logarithmic else f"from 0 to {say(high)}"
    parts.append(f'<text class="axis" x="0" y="{height - 8}">{escape(scale)}</text></svg>')
    return "".join(parts)


def said(found: Interval, say: Callable[[float], str]) -> str:
    """The value and its interval; of one repetition its value alone."""
    if found.repetitions < 2:
        return say(found.value)
    return f"{say(found.value)} ({say(found.low)} – {say(found.high)})"


def _row(
    row: Bar, top: float, place: Callable[[float], float], say: Callable[[float], str]
) -> list[str]:
    value, low, high, repetitions = row.value
    middle, end = top + 31, place(value)
    kind = f"bar bar--{row.kind}" if row.kind else "bar"
    words = f"{said(row.value, say)} {row.note}".strip()
    beside = max(end, place(high)) + 8
    drawn = [
        f'<text class="name" x="0" y="{top + 16:.1f}">{escape(row.label)}</text>',
        f'<path class="{kind}" d="M0 {middle - 7:.1f}H{max(end, 1.5):.1f}V{middle + 7:.1f}H0Z">'
        f"<title>{escape(f'{row.label}: {words}')}</title></path>",
        f'<text class="said" x="{beside:.1f}" y="{middle + 5:.1f}">{escape(words)}</text>',
    ]
    if repetitions > 1:
        limits = f"M{place(low):.1f} {middle - 4:.1f}v8m0 -4H{place(high):.1f}m0 -4v8"
        drawn.append(f'<path class="whisker" d="{limits}"/>')
    return drawn
