"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

Technique = Literal["sse", "polling", "long-polling", "websocket"]
TECHNIQUES: Final[tuple[Technique, ...]] = get_args(Technique)

MOST_FOLLOWERS: Final = 2000
MOST_STEPS: Final = 8
RATES: Final = (0.5, 500.0)  # writes per second
DURATIONS: Final = (1.0, 300.0)  # seconds
INTERVALS: Final = (0.05, 20.0)  # seconds
WAIT: Final = 25.0  # seconds that a long poll asks to wait
GRACE: Final = 30.0  # seconds; no seat expires between two polls
Act = Literal["join", "offer", "candidate", "leave"]
VISIT: Final[tuple[Act, ...]] = ("join", "offer", "candidate", "leave")
"""The pattern: what a participant writes, over and over. Every follower gets the join and the leave;
each signal is for a single follower."""
PER_PARTICIPANT: Final = 10.0  # writes per second of one participant, at most


class PlanError(ValueError):
    """A number of the plan is out of bounds; the text says which, and what is possible."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rate` in writes per second, `duration` and `poll_interval` in seconds. Raises PlanError."""

    followers: tuple[int, ...] = (10, 50, 100)
    rate: float = 10.0
    duration: float = 10.0
    poll_interval: float = 1.0
    techniques: tuple[Technique, ...] = TECHNIQUES

    def __post_init__(self) -> None:
        if not 1 <= len(self.followers) <= MOST_STEPS:
            raise PlanError(f"followers: name 1 to {MOST_STEPS} numbers, such as 10,50,100")
        for number in self.followers:
            if not 1 <= number <= MOST_FOLLOWERS:
                raise PlanError(
                    f"followers: {number} cannot follow; each number is 1 to {MOST_FOLLOWERS}"
                )
        if list(self.followers) != sorted(set(self.followers)):
            raise PlanError("followers: each number once, and the smallest first")
        _within("rate", self.rate, RATES, "writes per second")
        _within("duration", self.duration, DURATIONS, "seconds")
        _within("poll-interval", self.poll_interval, INTERVALS, "seconds")

    @property
    def participants(self) -> int:
        """How many write at the same time."""
        return max(1, -int(-self.rate // PER_PARTICIPANT))

    @property
    def visit(self) -> Plan:
        """A single visit of each participant, to warm up."""
        return replace(
            self, duration=DURATIONS[0], rate=self.participants * len(VISIT) / DURATIONS[0]
        )

    @property
    def seconds(self) -> float:
        """About how long the run takes."""
        each = self.duration + self.poll_interval / 2 + 3.0
        crowds = sum(each + number / 60 for number in self.followers)
        return len(self.techniques) * crowds + 2 * (self.duration + 3) + 8


def followers_of(text: str) -> tuple[int, ...]:
    """`10,50,100` as numbers. Raises PlanError."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise PlanError(
            f"followers: {text[:60]!r} is not a list of whole numbers such as 10,50,100"
        ) from None


def _within(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    least, most = bounds
    if not least <= value <= most:
        raise PlanError(f"{name}: {value:g} is not between {least:g} and {most:g} {unit}")
