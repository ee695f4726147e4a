"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from ...tools.numbers import check, names_of
from ..quoted.rounds import REPETITIONS, SEEDS

Act = Literal["join", "offer", "candidate", "leave"]
VISIT: Final[tuple[Act, ...]] = ("join", "offer", "candidate", "leave")
Fault = Literal["cut", "server_killed", "database_killed", "database_restarted"]
FAULTS: Final[tuple[Fault, ...]] = (
    "cut",
    "server_killed",
    "database_killed",
    "database_restarted",
)

FOLLOWERS: Final = (1, 500)
RATES: Final = (4.0, 200.0)  # writes a second
DURATIONS: Final = (0.5, 60.0)  # seconds
LANES: Final = {
    "roomtone": (4, 4, 4), "socket.io": (2, 1, 2), "socket.io-postgres": (2, 1, 4), "peerjs": (1, 1, 2), "nchan": (2, 1, 2),
    "nats": (2, 1, 2), "redis": (2, 1, 4), "listen": (2, 1, 3), "decoding": (1, 1, 3),
}  # fmt: skip
"""How many lanes of each system `catalogue.py` has that are timed, how many whose losses are counted, and how many faults each of these can have."""
SYSTEMS: Final = tuple(LANES)
AT_ONCE: Final = 4  # lanes whose losses are counted beside each other


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`duration` is the seconds of each repetition, `rate` writes a second. `seed` orders the repetitions. Raises PlanError."""

    systems: tuple[str, ...] = SYSTEMS
    followers: int = 20
    rate: float = 20.0
    duration: float = 4.0
    repetitions: int = 5
    faults: tuple[Fault, ...] = FAULTS
    seed: int = 1

    def __post_init__(self) -> None:
        check("followers", self.followers, FOLLOWERS)
        check("rate", self.rate, RATES, "writes a second")
        check("duration", self.duration, DURATIONS, "seconds")
        check("repetitions", self.repetitions, REPETITIONS)
        check("seed", self.seed, SEEDS)

    @property
    def seconds(self) -> float:
        """About how long the run takes."""
        measured = sum(LANES[system][0] for system in self.systems) + 1
        faults = sum(
            lanes * min(possible, len(self.faults))
            for _, lanes, possible in (LANES[system] for system in self.systems)
        )
        return 10 + measured * self.repetitions * (self.duration + 2.9) + 5.6 * faults / AT_ONCE


SIZES: Final[dict[str, dict[str, Any]]] = {
    "quick": {"followers": 20, "rate": 20.0, "duration": 1.0, "repetitions": 3},
    "thorough": {"followers": 50, "rate": 20.0, "duration": 10.0, "repetitions": 15},
}
"""For a class: under five minutes on two cores. For a paper: about an hour."""


def systems_of(text: str) -> tuple[str, ...]:
    """`socket.io,nats`, in the lab's order. Raises PlanError."""
    return names_of("systems", text, SYSTEMS)
