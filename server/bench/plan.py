"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ..tools.numbers import PlanError, check, check_list
from ..tools.open_files import allow_open_files, most_open_files

Measure = Literal["fanout", "latency", "writes", "joins", "memory", "rooms", "media"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

STREAMS: Final = (10, 20_000)
EVENTS: Final = (2, 500)
FOLLOWERS: Final = (1, 500)
JOINS: Final = (5, 500)
ROOM: Final = (10, 10_000)
LISTENERS: Final = (1, 40)
DURATIONS: Final = (1.0, 60.0)  # seconds
OTHER_FILES: Final = 250
"""Files that a process has open beside its streams."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`duration` is the seconds of each run of pgbench, `idle` those in which idle streams are watched. Raises PlanError."""

    measures: tuple[Measure, ...] = MEASURES
    streams: int = 5000
    events: int = 20
    followers: tuple[int, ...] = (2, 50)
    joins: int = 40
    room: int = 3000
    listeners: int = 40
    duration: float = 4.0
    idle: float = 16.0

    def __post_init__(self) -> None:
        check("streams", self.streams, STREAMS)
        check("events", self.events, EVENTS)
        check_list("followers", self.followers, FOLLOWERS)
        check("joins", self.joins, JOINS)
        check("room", self.room, ROOM)
        check("listeners", self.listeners, LISTENERS)
        check("duration", self.duration, DURATIONS, "seconds")
        check("idle", self.idle, DURATIONS, "seconds")

    @property
    def seconds(self) -> float:
        """About how long the run takes."""
        opening = self.streams / 350
        each: dict[Measure, float] = {
            "fanout": opening + 6 + self.events * (0.3 + self.streams / 4000),
            "latency": 5 + len(self.followers) * (2 + self.joins / 20),
            "writes": 4 + 4 * self.duration,
            "joins": opening + 6,
            "memory": opening + 8 + 2 * self.idle,
            "rooms": 8 + self.room / 150 + self.events / 4,
            "media": 36 + 2 * self.duration,
        }
        return 8 + sum(each[measure] for measure in self.measures)


def measures_of(names: Sequence[str]) -> tuple[Measure, ...]:
    """The measures with these names, each once; without names, or with `all`, every one. Raises PlanError."""
    unknown = [name for name in names if name not in (*MEASURES, "all")]
    if unknown:
        raise PlanError(
            f"There is no measure {unknown[0][:60]!r}. There are: {', '.join(MEASURES)}, all"
        )
    if not names or "all" in names:
        return MEASURES
    return tuple(measure for measure in MEASURES if measure in names)


def require_open_files(streams: int) -> None:
    """Allow the files of these streams. Raises PlanError if the system does not."""
    needed = streams + OTHER_FILES
    allowed = most_open_files()
    if allowed < needed:
        raise PlanError(
            f"streams: {streams} need {needed} open files in a process, and this system allows {allowed}."
            f" Raise the limit first (ulimit -Hn {needed}, as root), or pass --streams {max(10, allowed - OTHER_FILES)}"
        )
    allow_open_files(needed)
