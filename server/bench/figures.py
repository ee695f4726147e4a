"""The results, as plain values: the shape of the JSON that `docs/bench.md` documents."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from .budgets import Budget
from .plan import Measure, Plan

VERSION: Final = 1
LIMIT: Final = 0.85
"""The share of a core from which on a process is the limit."""


@dataclass(frozen=True)
class Figure:
    """One number: `what` with `of` (how many streams, followers or clients), in `unit`.

    `floors` are {name: value in the same unit}; the first is the one it is compared with.
    """

    measure: Measure
    what: str
    of: str
    value: float
    unit: str
    floors: dict[str, float] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    @property
    def to_floor(self) -> float | None:
        """How many times the first floor it is."""
        first = next(iter(self.floors.values()), 0.0)
        return round(self.value / first, 2) if first else None

    @property
    def met(self) -> bool | None:
        """Whether it keeps its budget; None if that has none, or names a floor that was not measured."""
        return self.budget.met(self.value, self.floors) if self.budget != Budget() else None

    def json(self) -> dict[str, Any]:
        derived = {"to_floor": self.to_floor, "met": self.met}
        return asdict(self) | {"budget": self.budget.words(self.unit)} | derived


@dataclass(frozen=True)
class Curve:
    """How long the same took, by Roomtone or by a floor: {percentile: milliseconds}."""

    measure: Measure
    name: str
    of: str
    times: dict[int, float]


@dataclass(frozen=True)
class Result:
    """What one measure found. `generator` is the share of a core that the load generator took.

    `sent` and `missed` count deliveries; `notes` are sentences for the reader.
    """

    measure: Measure
    figures: list[Figure]
    curves: list[Curve] = field(default_factory=list)
    sent: int = 0
    missed: int = 0
    generator: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """One run. `busy` is the share of the machine that other work took before it began."""

    made_at: str
    machine: dict[str, object]
    busy: float
    plan: Plan
    results: list[Result]

    @property
    def figures(self) -> list[Figure]:
        return [figure for result in self.results for figure in result.figures]

    @property
    def missed(self) -> int:
        return sum(result.missed for result in self.results)

    @property
    def notes(self) -> list[str]:
        """What to know before the figures are believed."""
        notes = [note for result in self.results for note in result.notes]
        notes += [
            f"{result.measure}: the load generator itself took {result.generator:.0%} of a core, so it is part of what was measured."
            for result in self.results
            if result.generator >= LIMIT
        ]
        if self.busy >= 0.2:
            notes.insert(
                0, f"Other work took {self.busy:.0%} of this machine before the run began."
            )
        return notes

    def json(self) -> dict[str, Any]:
        """`{"what", "version", …}`; everything derived is in it too."""
        results = [
            asdict(result) | {"figures": [figure.json() for figure in result.figures]}
            for result in self.results
        ]
        head = {"what": "roomtone bench", "version": VERSION}
        return head | asdict(self) | {"results": results, "notes": self.notes}
