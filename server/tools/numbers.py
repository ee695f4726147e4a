"""The numbers of a plan: read from the command line, and refused if they cannot be run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

MOST_STEPS: Final = 8  # numbers in one list

Name = TypeVar("Name", bound=str)


class PlanError(ValueError):
    """A number of the plan is out of bounds; the text says which, and what is possible."""


def numbers_of(name: str, text: str) -> tuple[int, ...]:
    """`0,10,40` as numbers. Raises PlanError."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise PlanError(
            f"{name}: {text[:60]!r} is not a list of whole numbers such as 3,12"
        ) from None


def check(name: str, value: float, bounds: tuple[float, float], unit: str = "") -> None:
    """Raises PlanError unless the value, perhaps no number at all, is within the bounds."""
    least, most = bounds
    if not least <= value <= most:
        words = f"{name}: {value:.12g} is not between {least:g} and {most:g} {unit}"
        raise PlanError(words.rstrip())


def check_list(name: str, numbers: tuple[int, ...], bounds: tuple[int, int]) -> None:
    """Raises PlanError unless it is a list of a few numbers within the bounds, the smallest first."""
    if not 1 <= len(numbers) <= MOST_STEPS:
        raise PlanError(f"{name}: name 1 to {MOST_STEPS} numbers")
    for number in numbers:
        check(name, number, bounds)
    if list(numbers) != sorted(set(numbers)):
        raise PlanError(f"{name}: each number once, and the smallest first")


def names_of(what: str, text: str, known: Sequence[Name]) -> tuple[Name, ...]:
    """`mesh, sfu` as names, in the order in which they are known. Raises PlanError."""
    wanted = [name.strip() for name in text.split(",")]
    if not {*wanted} <= {*known} or len({*wanted}) != len(wanted):
        raise PlanError(f"{what}: {text[:60]!r} is not a list of {', '.join(known)}, each once")
    return tuple(name for name in known if name in wanted)
