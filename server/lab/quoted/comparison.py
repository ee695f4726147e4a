"""Whether two runs of a lab agree: for each figure of each lane that both have, whether their intervals overlap."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...tools.bootstrap import FEW, Interval

BY_CHANCE: Final = 0.05
"""How often two runs of the same may be said to disagree."""
TRULY_95: Final = 0.006
"""How often two 95 % intervals of the same value lie apart: their ends are 1.96 of their errors away, the difference varies by √2 of one."""


class ReportError(Exception):
    """A file that is no report, or two that cannot be compared; the text says why."""


class Pair(NamedTuple):
    """A figure of a lane, in both runs. `apart`: the intervals do not overlap, not even with the machine's noise of both runs."""

    lane: str
    figure: str
    unit: str
    one: Interval
    other: Interval
    apart: bool


@dataclass(frozen=True)
class Comparison:
    """`pairs` are all figures that both have; `expected` how many of them lie apart by chance, and `most` how many at most, 95 times of 100."""

    what: str
    pairs: list[Pair]
    expected: float
    most: int
    only_in_one: list[str]

    @property
    def apart(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.apart]

    @property
    def agree(self) -> bool:
        return len(self.apart) <= self.most


def compared(one: Path, other: Path) -> Comparison:
    """Two reports of one lab, as JSON. Raises ReportError."""
    first, second = _read(one), _read(other)
    if (first["what"], first["version"]) != (second["what"], second["version"]):
        raise ReportError(
            f"{one} is of {first['what']}, version {first['version']}, and {other} of {second['what']}, version {second['version']}:"
            " compare two of one lab"
        )
    noise = sum(each["noise"]["latency"] or 0.0 for each in (first, second))
    lanes, others = _lanes(first), _lanes(second)
    pairs = [
        _pair(lane, name, first["units"][name], lanes[lane][name], others[lane][name], noise)
        for lane in lanes
        if lane in others
        for name in lanes[lane]
        if name in others[lane]
    ]
    if not pairs:
        raise ReportError(f"{one} and {other} have no figure of the same lane")
    share = max(_by_chance(pair) for pair in pairs)
    return Comparison(
        what=first["what"],
        pairs=pairs,
        expected=round(share * len(pairs), 1),
        most=_most(len(pairs), share),
        only_in_one=sorted({*lanes} ^ {*others}),
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        float(report["noise"]["latency"] or 0.0)
        return {name: report[name] for name in ("what", "version", "noise", "units", "lanes")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{file} is no report of roomtone lab: {error!r}") from error


def _lanes(report: dict[str, Any]) -> dict[str, dict[str, Interval]]:
    """{lane: {figure: its interval}}, without figures that a lane has not. Raises ReportError."""
    try:
        return {
            lane["label"]: {
                name: _interval(found) for name, found in lane["figures"].items() if found
            }
            for lane in report["lanes"]
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"a lane of {report['what']} has no figures: {error!r}") from error


def _interval(found: dict[str, Any]) -> Interval:
    value, low, high = (float(found[name]) for name in ("value", "low", "high"))
    return Interval(value, low, high, int(found["repetitions"]))


def _pair(lane: str, figure: str, unit: str, one: Interval, other: Interval, noise: float) -> Pair:
    """The machine's noise is in milliseconds of latency, so it widens only these."""
    gap = max(one.low, other.low) - min(one.high, other.high)
    return Pair(lane, figure, unit, one, other, gap > (noise if unit == "ms" else 0.0))


def _by_chance(pair: Pair) -> float:
    """How often these two lie apart if nothing has changed.

    Ranges of m and n values of the same kind have nothing in common in 2 of the comb(m + n, m) orders in which they may fall.
    """
    m, n = pair.one.repetitions, pair.other.repetitions
    return TRULY_95 if min(m, n) >= FEW else min(1.0, 2 / comb(m + n, m))


def _most(many: int, share: float) -> int:
    """So many of `many` or fewer are apart in 95 of 100 comparisons, if each is with this share, and for itself."""
    likely, most = (1 - share) ** many, 0
    while likely < 1 - BY_CHANCE and most < many:
        most += 1
        likely += comb(many, most) * share**most * (1 - share) ** (many - most)
    return most
