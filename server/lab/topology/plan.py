"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from ...tools.numbers import PlanError, check, check_list, names_of
from ..quoted.rounds import REPETITIONS, SEEDS

Topology = Literal["mesh", "sfu", "mcu", "edge", "videoroom", "audiobridge"]
TOPOLOGIES: Final[tuple[Topology, ...]] = get_args(Topology)

KINDS: Final[dict[Topology, tuple[str, ...]]] = {
    "mesh": (),
    "sfu": ("sfu",),
    "mcu": ("mcu",),
    "edge": ("mcu", "edge"),
    "videoroom": (),
    "audiobridge": (),
}
"""Which nodes serve a room: with `edge` the stage is on the MCU, and an edge serves all listeners. Rooms of Janus need none of ours."""

MIXED: Final[tuple[Topology, ...]] = ("mcu", "edge", "audiobridge")
"""Where all are heard in one stream."""

USUAL: Final = tuple(topology for topology in TOPOLOGIES if topology != "edge")
"""What is measured if nothing else is said. An edge changes for a while from how many listeners on the whole database has edges."""

_NAMES: Final = ", ".join(TOPOLOGIES)

SPEAKERS: Final = (2, 12)
LISTENERS: Final = (0, 300)
DURATIONS: Final = (2.0, 60.0)  # seconds

LATE: Final = 0.4  # seconds from mouth to ear; beyond it no conversation is planned (ITU-T G.114)
LOSS: Final = 0.02  # of the packets; concealment hides about so much of Opus
MISSED: Final = 0.05  # of the marks in the sound
TOO_LATE: Final = 0.05  # of the marks that were heard


@dataclass(frozen=True, order=True)
class Crowd:
    """The number of people who speak, and of those who only listen."""

    speakers: int
    listeners: int

    @property
    def people(self) -> int:
        return self.speakers + self.listeners

    @property
    def streams(self) -> int:
        """Voices as they are heard: each speaker by all others."""
        return self.speakers * (self.people - 1)

    @property
    def pairs(self) -> int:
        """Connections in a mesh."""
        return self.speakers * (self.speakers - 1) // 2 + self.speakers * self.listeners

    def within(self, other: Crowd) -> bool:
        return self.speakers <= other.speakers and self.listeners <= other.listeners

    def __str__(self) -> str:
        return f"{self.speakers} + {self.listeners}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every number of speakers with every number of listeners in each topology, `repetitions` times `duration` seconds long.

    `seed` orders the repetitions. Raises PlanError.
    """

    speakers: tuple[int, ...] = (3, 12)
    listeners: tuple[int, ...] = (0, 40)
    topologies: tuple[Topology, ...] = USUAL
    duration: float = 4.0
    repetitions: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        check_list("speakers", self.speakers, SPEAKERS)
        check_list("listeners", self.listeners, LISTENERS)
        if not self.topologies or len(set(self.topologies)) != len(self.topologies):
            raise PlanError(f"topologies: name {_NAMES}, each once")
        check("duration", self.duration, DURATIONS, "seconds")
        check("repetitions", self.repetitions, REPETITIONS)
        check("seed", self.seed, SEEDS)

    @property
    def crowds(self) -> tuple[Crowd, ...]:
        """The lightest first, because a topology that fails with few people is not tried with more."""
        every = [Crowd(s, n) for s in self.speakers for n in self.listeners]
        return tuple(sorted(every, key=lambda crowd: (crowd.streams, crowd.people)))

    @property
    def seconds(self) -> float:
        """About how long the run takes, if nothing stops working."""
        each = self.duration + 3.5
        connecting = sum(
            crowd.pairs / 40 if topology == "mesh" else crowd.people / 20
            for crowd in self.crowds
            for topology in self.topologies
        )
        floors = 2.0 * len(self.crowds)
        lanes = len(self.crowds) * len(self.topologies) * each
        return 22 + self.repetitions * (lanes + connecting + floors)


SIZES: Final[dict[str, dict[str, Any]]] = {
    "quick": {"speakers": (3,), "listeners": (0, 20), "duration": 3.0, "repetitions": 3},
    "thorough": {
        "speakers": (3, 12),
        "listeners": (0, 40),
        "duration": 10.0,
        "repetitions": 10,
    },
}
"""For a class: a few minutes. For a paper: over half an hour."""


def topologies_of(text: str) -> tuple[Topology, ...]:
    """`mesh,sfu` as topologies, in the lab's order. Raises PlanError."""
    return names_of("topologies", text, TOPOLOGIES)


def kinds_of(topologies: Iterable[Topology]) -> list[str]:
    """The nodes that these topologies need, each once."""
    return list(dict.fromkeys(kind for topology in topologies for kind in KINDS[topology]))
