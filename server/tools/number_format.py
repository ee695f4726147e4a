"""Numbers for people to read."""

from __future__ import annotations


def figure(value: float) -> str:
    """At most three significant digits for small numbers: 0.13, 4.2, 86, 1240."""
    if value == 0:
        return "0"
    if value < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def milliseconds(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def milliseconds_of(value: float) -> str:
    """With the unit, and three significant digits or all before the point: 0.7 ms, 19.8 ms, 1094 ms."""
    return f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"


def bytes_of(value: float) -> str:
    if value < 1000:
        return f"{value:.0f} B"
    for unit in ("kB", "MB"):
        value /= 1000
        if value < 1000:
            return f"{figure(value)} {unit}"
    return f"{figure(value / 1000)} GB"
