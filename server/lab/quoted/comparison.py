"""Whether two runs of a lab agree: for each figure of each lane that both have, whether their intervals overlap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...tools.bootstrap import FEW, Interval

BY_CHANCE: Final = 0.05
"""How often two runs of the same may be said to disagree."""
TRULY_95: Final = 0.006
"""How often two 95 % intervals of the same value lie apart: their ends are 1.96 of their errors away, the difference varies by √2 of one."""


READ: Final = ("what", "version", "machine", "plan", "units", "lanes")
MUST_BE_ALIKE: Final = ("followers", "rate", "duration", "poll_interval", "speakers", "listeners")
"""Numbers of a plan without which two runs measured two things."""


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
    """`pairs` are the figures that both have; `expected` how many of them lie apart by chance, and `most` how many at most, 95 times of 100.

    `once` are not among them: measured once in both runs, they say nothing. `unlike` names what the two plans and machines have not in common.
    """

    what: str
    pairs: list[Pair]
    once: int
    expected: float
    most: int
    only_in_one: list[str]
    unlike: list[str]

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
    unlike = _unlike(first, second)
    lanes, others = _lanes(first), _lanes(second)
    noises = [_noises(each) for each in (first, second)]
    every = [
        Pair(
            lane,
            name,
            first["units"][name],
            lanes[lane][name],
            others[lane][name],
            _gap(lanes[lane][name], others[lane][name])
            > sum(each[lane].get(name, 0.0) for each in noises),
        )
        for lane in lanes
        if lane in others
        for name in lanes[lane]
        if name in others[lane]
    ]
    pairs = [pair for pair in every if _by_chance(pair) < 1]
    if not pairs:
        raise ReportError(
            f"{one} and {other} have no figure of the same lane that was measured more than once"
        )
    shares = [_by_chance(pair) for pair in pairs]
    return Comparison(
        what=first["what"],
        pairs=pairs,
        once=len(every) - len(pairs),
        expected=round(sum(shares), 1),
        most=_most(shares),
        only_in_one=sorted({*lanes} ^ {*others}),
        unlike=unlike,
    )


def _unlike(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """What differs in the plans, but for the seed, and in the machines. Raises ReportError if that is what was measured."""
    found = []
    for part in ("plan", "machine"):
        one, other = first[part], second[part]
        for name in sorted(({*one} | {*other}) - {"seed"}):
            if one.get(name) != other.get(name):
                said = f"{name}: {one.get(name)} and {other.get(name)}"
                if part == "plan" and name in MUST_BE_ALIKE:
                    raise ReportError(
                        f"these runs measured two things ({said}): nothing to compare"
                    )
                found.append(said)
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if not all("noise" in lane for lane in report["lanes"]):
            raise ReportError(
                f"{file} is of an older release, which did not say each figure's noise: measure again"
            )
        dict(report["plan"]), dict(report["machine"])
        return {name: report[name] for name in READ}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
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


def _noises(report: dict[str, Any]) -> dict[str, dict[str, float]]:
    """{lane: {figure: how large a difference may be that is the machine's}}. Raises ReportError."""
    try:
        return {
            lane["label"]: {name: float(width) for name, width in lane["noise"].items()}
            for lane in report["lanes"]
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"a lane of {report['what']} has no noise: {error!r}") from error


def _interval(found: dict[str, Any]) -> Interval:
    value, low, high = (float(found[name]) for name in ("value", "low", "high"))
    return Interval(value, low, high, int(found["repetitions"]))


def _gap(one: Interval, other: Interval) -> float:
    """How far apart two intervals are; less than 0 where they overlap."""
    return max(one.low, other.low) - min(one.high, other.high)


def _by_chance(pair: Pair) -> float:
    """How often these two lie apart if nothing has changed.

    Ranges of m and n values of the same kind have nothing in common in 2 of the comb(m + n, m) orders in which they may fall. What is the
    same number in each repetition of both runs never does.
    """
    one, other = pair.one, pair.other
    m, n = one.repetitions, other.repetitions
    if max(m, n) > 1 and one.low == one.high == other.low == other.high:
        return 0.0
    return TRULY_95 if min(m, n) >= FEW else 2 / comb(m + n, m)


def _most(shares: Sequence[float]) -> int:
    """So many or fewer are apart in 95 of 100 comparisons, if each is with its own share, and for itself (Poisson's binomial distribution)."""
    likely = [1.0]  # that so many are apart, of the shares seen so far
    for share in shares:
        likely = [
            none * (1 - share) + one * share
            for none, one in zip([*likely, 0.0], [0.0, *likely], strict=True)
        ]
    sums = accumulate(likely)
    return next((many for many, total in enumerate(sums) if total >= 1 - BY_CHANCE), len(shares))
