"""Which lanes cannot be told apart, in each figure, and the letters that say so in a table.

Two values of a column with a letter in common cannot be told apart: the compact letter display of statistics (Piepho, Journal of
Computational and Graphical Statistics 13, 2004).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from string import ascii_letters
from typing import NamedTuple

from ...tools.bootstrap import differ
from .figures import Figures, Observations, figures

Limit = Callable[[str, str], float | None]
"""Of a lane and a figure: a difference that is not larger is the machine's noise; None where nothing can be told apart."""
Noises = dict[str, dict[str, float]]
"""By lane and figure, in the figure's unit."""
Groups = list[list[str]]
"""Lanes of which any two are alike: each group as large as it can be, two lanes at least."""


class Apart(NamedTuple):
    """Figures by lane, and by lane and figure: `alike` names the lanes that it cannot be told from, `letters` are those it shares with them.

    `noises` are the limits; of two lanes the larger one counts. `groups`, by figure. Where nothing was measured twice, all lanes are alike, and letters would say nothing: there are none.
    """

    figures: dict[str, Figures]
    alike: dict[str, dict[str, list[str]]]
    letters: dict[str, dict[str, str]]
    groups: dict[str, Groups]
    noises: Noises


def told_apart(crowds: Iterable[tuple[Mapping[str, Observations], Limit]]) -> Apart:
    """Lanes are compared with those of the same crowd only; `crowds` are these, each with its limit."""
    found = Apart({}, {}, {}, {}, {})
    for lanes, limit in crowds:
        found.figures.update({lane: figures(each) for lane, each in lanes.items()})
        found.alike.update({lane: {} for lane in lanes})
        found.letters.update({lane: {} for lane in lanes})
        found.noises.update({lane: {} for lane in lanes})
        for name in dict.fromkeys(name for each in lanes.values() for name in each):
            limits = {lane: limit(lane, name) for lane in lanes}
            noises = {lane: noise for lane, noise in limits.items() if noise is not None}
            for lane, noise in noises.items():
                found.noises[lane][name] = noise
            alike = _alike(lanes, name, noises, found.figures)
            for lane, others in alike.items():
                found.alike[lane][name] = others
            before = found.groups.setdefault(name, [])
            groups = _groups(alike) if noises else []
            for number, group in enumerate(groups, len(before)):
                for lane in group:
                    found.letters[lane][name] = found.letters[lane].get(name, "") + _letter(number)
            before += groups
    return found


def _alike(
    lanes: Mapping[str, Observations],
    name: str,
    noises: Mapping[str, float],
    values: Mapping[str, Figures],
) -> dict[str, list[str]]:
    """Of lanes that have the figure, the smallest value first."""
    having = {lane: found for lane in lanes if (found := values[lane].get(name)) is not None}
    ranked = sorted(having, key=lambda lane: having[lane].value)
    return {
        one: [
            other
            for other in ranked
            if other != one
            and not differ(
                lanes[one][name].sample,
                lanes[other][name].sample,
                max(noises[one], noises[other]) if noises else None,
                lanes[one][name].share,
            )
        ]
        for one in ranked
    }


def _groups(alike: Mapping[str, Sequence[str]]) -> Groups:
    """The largest sets of which any two are alike, those of small values first (Bron and Kerbosch, Communications of the ACM 16, 1973)."""
    rank = {lane: place for place, lane in enumerate(alike)}
    near = {lane: {*others} for lane, others in alike.items()}
    found: Groups = []

    def grow(group: list[str], open_: set[str], done: set[str]) -> None:
        if not open_ and not done:
            if len(group) > 1:
                found.append(sorted(group, key=rank.__getitem__))
            return
        most = max(open_ | done, key=lambda lane: (len(near[lane] & open_), -rank[lane]))
        for lane in sorted(open_ - near[most], key=rank.__getitem__):
            grow([*group, lane], open_ & near[lane], done & near[lane])
            open_ = open_ - {lane}
            done = done | {lane}

    grow([], {*alike}, set())
    return sorted(found, key=lambda group: [rank[lane] for lane in group])


def _letter(number: int) -> str:
    return ascii_letters[number] if number < len(ascii_letters) else f"({number + 1})"


def short(letters: str) -> str:
    """Four letters or more that follow each other as the first and the last, with a dash between."""
    follow = len(letters) > 3 and all(ord(b) - ord(a) == 1 for a, b in pairwise(letters))
    return f"{letters[0]}–{letters[-1]}" if follow else letters
