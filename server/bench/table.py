"""The report as a table on a terminal."""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from ..tools.grid import grid
from ..tools.number_format import figure
from .figures import Figure, Report
from .wording import number, verdict

HEADINGS: Final = ("value", "floor", "× floor", "budget")
STYLES: Final = {True: "green", False: "bold red", None: "dim"}


def table(report: Report) -> RenderableType:
    """Every figure beside its floor; below it the floors of which there are several, and what to know."""
    return Group(
        grid("", "figure", HEADINGS, (_row(one) for one in report.figures)),
        *(
            Text(_more(one), style="dim")
            for one in report.figures
            if one.met is not None or len(one.floors) > 1
        ),
        *(Text(note, style="yellow") for note in report.notes),
    )


def _more(one: Figure) -> str:
    """Its budget, and its floors after the first."""
    others = [f"{name} {number(value, one.unit)}" for name, value in one.floors.items()][1:]
    words = one.budget.words(one.unit)
    return f"{one.what}, {one.of}: {'; '.join([*([f'budget {words}'] if words else []), *others])}"


def _row(one: Figure) -> list[RenderableType]:
    words = one.budget.words(one.unit)
    name, value = next(iter(one.floors.items()), ("", 0.0))
    return [
        one.of,
        one.what,
        number(one.value, one.unit),
        f"{name} {figure(value)}" if name else "–",
        "–" if one.to_floor is None else figure(one.to_floor),
        Text(verdict(one.met, words), style=STYLES[one.met]),
    ]
