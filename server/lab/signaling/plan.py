"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from ...tools.numbers import check, check_list
from ..quoted.rounds import REPETITIONS, SEEDS

Technique = Literal["sse", "polling", "long-polling", "websocket"]
TECHNIQUES: Final[tuple[Technique, ...]] = get_args(Technique)

FOLLOWERS: Final = (1, 2000)
RATES: Final = (0.5, 500.0)  # writes per second
DURATIONS: Final = (1.0, 300.0)  # seconds
INTERVALS: Final = (0.05, 20.0)  # seconds
WAIT: Final = 25.0  # seconds that a long poll asks to wait
Act = Literal["join", "offer", "candidate", "leave"]
VISIT: Final[tuple[Act, ...]] = ("join", "offer", "candidate", "leave")
"""The pattern: what a participant writes, over and over. Every follower gets the join and the leave;
each signal is for a single follower."""
PER_PARTICIPANT: Final = 10.0  # writes per second of one participant, at most


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`rate` in writes per second, `duration` (of each repetition) and `poll_interval` in seconds; `seed` orders them. Raises PlanError."""

    followers: tuple[int, ...] = (10, 50, 100)
    rate: float = 10.0
    duration: float = 5.0
    poll_interval: float = 1.0
    repetitions: int = 3
    seed: int = 1
    techniques: tuple[Technique, ...] = TECHNIQUES

    def __post_init__(self) -> None:
        check_list("followers", self.followers, FOLLOWERS)
        check("rate", self.rate, RATES, "writes per second")
        check("duration", self.duration, DURATIONS, "seconds")
        check("poll-interval", self.poll_interval, INTERVALS, "seconds")
        check("repetitions", self.repetitions, REPETITIONS)
        check("seed", self.seed, SEEDS)

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
        return 8 + self.repetitions * (len(self.techniques) * crowds + 2 * (self.duration + 3) + 2)


SIZES: Final[dict[str, dict[str, Any]]] = {
    "quick": {"followers": (10, 50), "duration": 3.0, "repetitions": 3},
    "thorough": {"followers": (10, 50, 100), "duration": 10.0, "repetitions": 10},
}
"""For a class: under four minutes. For a paper: about half an hour."""
