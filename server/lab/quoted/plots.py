"""A chart of one figure of all lanes, with the letters of those that cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ...tools.page import Plot
from .apart import Apart
from .wording import Cells


class Named(Protocol):
    """What was measured of one lane."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def plot_of(
    apart: Apart,
    name: str,
    heading: str,
    text: str,
    say: Callable[[float], str],
    *,
    logarithmic: bool = False,
    floor: float | None = None,
) -> Plot[N]:
    """`name` is the figure; the others are as in `Plot`."""
    return Plot(
        heading,
        text,
        lambda one: apart.figures[one.name][name],
        say,
        logarithmic=logarithmic,
        floor=floor,
        note=lambda one: Cells(apart, one.name).letters(name),
    )
