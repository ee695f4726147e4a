"""A small line chart as SVG (SVG 2): a line for each technique (or topology), marked by shape as well as colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 74, 18, 16, 44

Points = Sequence[tuple[float, float]]


def chart(
    title: str,
    lines: Mapping[str, Points],
    *,
    floor: Points = (),
    logarithmic: bool = False,
    say: Callable[[float], str],
    of: str = "followers",
) -> str:
    """`lines` are {technique: (number of followers, value)…}; `of` names what is counted on the x axis; `floor` is drawn dashed.

    The chart's `title` is its name for screen readers. A logarithmic axis has no zero: a value of 0
    is drawn at its lowest tick.
    """
    values = [y for points in [*lines.values(), floor] for _, y in points]
    across = sorted({x for points in lines.values() for x, _ in points})
    ticks = _decades(values) if logarithmic else _steps(max([*values, 0.0]))
    low, high = ticks[0], ticks[-1]

    def place_x(x: float) -> float:
        most = max(across)
        if len(across) == 1:  # in the middle
            return (LEFT + WIDTH - RIGHT) / 2
        least = min(0.0, *across)
        span = most - least
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - least) / span

    def place_y(y: float) -> float:
        share = math.log10(max(y, low) / low) / math.log10(high / low) if logarithmic else y / high
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    if not across:
        return ""
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    ]
    for tick in ticks:
        y = place_y(tick)
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(say(tick))}</text>'
        )
    for x in across:
        parts.append(
            f'<text class="tick" x="{place_x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:g}</text>'
        )
    parts.append(
        f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(of)}</text>'
    )
    if floor:
        parts.append(f'<path class="floor" d="{_path(floor, place_x, place_y)}"/>')
    for name, points in lines.items():
        parts.append(
            f'<g class="line line--{name}"><path d="{_path(points, place_x, place_y)}"/>'
            + "".join(
                _mark(name, place_x(x), place_y(y), f"{name}, {x:g} {of}: {say(y)}")
                for x, y in points
            )
            + "</g>"
        )
    return "".join([*parts, "</svg>"])


def mark(name: str) -> str:
    """The technique's mark alone, for the legend."""
    return (
        f'<svg class="key" viewBox="0 0 30 12" aria-hidden="true"><g class="line line--{name}">'
        f'<path d="M1 6H29"/>{_mark(name, 15, 6, "")}</g></svg>'
    )


def _path(
    points: Points, place_x: Callable[[float], float], place_y: Callable[[float], float]
) -> str:
    return "M" + "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in points)


def _mark(name: str, x: float, y: float, says: str) -> str:
    title = f"<title>{escape(says)}</title>" if says else ""
    shapes = {
        "sse": f"M{x - 5:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
        "polling": f"M{x - 4.5:.1f} {y - 4.5:.1f}h9v9h-9Z",
        "long-polling": f"M{x:.1f} {y - 6:.1f}l6 10.5h-12Z",
        "websocket": f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6Z",
    }
    shapes |= {"mesh": shapes["polling"], "sfu": shapes["sse"], "mcu": shapes["websocket"]}
    return f'<path class="mark" d="{shapes[name]}">{title}</path>'


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
