"""The numbers of a run; fixed before it begins, and printed with the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ..tools.numbers import PlanError, check, check_list
from ..tools.open_files import allow_open_files, most_open_files

Measure = Literal[
    "fanout",
    "latency",
    "writes",
    "joins",
    "memory",
    "rooms",
    "media",
    "arrivals",
    "hallway",
    "relays",
]
CROWD: Final[tuple[Measure, ...]] = ("arrivals", "hallway", "relays")
"""What `crowd` measures; not part of `all`."""
MEASURES: Final[tuple[Measure, ...]] = tuple(one for one in get_args(Measure) if one not in CROWD)
COUNTED: Final = 101
"""Seats with which a roster is counted."""

STREAMS: Final = (10, 20_000)
EVENTS: Final = (2, 500)
FOLLOWERS: Final = (1, 500)
JOINS: Final = (5, 500)
ROOM: Final = (10, 10_000)
LISTENERS: Final = (1, 40)
CROWDS: Final = (150, 20_000)
ARRIVE: Final = (1.0, 120.0)  # seconds
LOOKERS: Final = (10, 20_000)
ROOMS: Final = (10, 20_000)
CHURN: Final = (1.0, 5000.0)  # seats a second
RELAYS: Final = (1, 32)
DURATIONS: Final = (1.0, 60.0)  # seconds
LEAVING: Final = 256
"""Connections by which those of arrivals leave, at any time."""
OTHER_FILES: Final = 250
"""Files that a process has open beside its streams."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`duration` is the seconds of each run of pgbench and of the hallway's churn, `idle` those in which idle streams are watched.

    `crowd` people join within `arrive` seconds; `lookers` follow the hallway of `rooms` in which `churn` seats a second change.
    Raises PlanError.
    """

    measures: tuple[Measure, ...] = MEASURES
    streams: int = 5000
    events: int = 20
    followers: tuple[int, ...] = (2, 50)
    joins: int = 40
    room: int = 3000
    listeners: int = 40
    duration: float = 4.0
    idle: float = 16.0
    crowd: int = 5000
    arrive: float = 10.0
    rooms: int = 5000
    lookers: int = 10_000
    churn: float = 500.0
    relays: tuple[int, ...] = (1, 4, 16)

    def __post_init__(self) -> None:
        check("streams", self.streams, STREAMS)
        check("events", self.events, EVENTS)
        check_list("followers", self.followers, FOLLOWERS)
        check("joins", self.joins, JOINS)
        check("room", self.room, ROOM)
        check("listeners", self.listeners, LISTENERS)
        check("crowd", self.crowd, CROWDS)
        check("arrive", self.arrive, ARRIVE, "seconds")
        check("rooms", self.rooms, ROOMS)
        check("lookers", self.lookers, LOOKERS)
        check("churn", self.churn, CHURN, "seats a second")
        check_list("relays", self.relays, RELAYS)
        check("duration", self.duration, DURATIONS, "seconds")
        check("idle", self.idle, DURATIONS, "seconds")

    @property
    def most_streams(self) -> int:
        """Of one measure."""
        each = {"arrivals": self.crowd + LEAVING, "hallway": self.lookers}
        others = 0 if {*self.measures} <= {*CROWD} else max(self.streams, self.room)
        return max(others, *(each.get(measure, 0) for measure in self.measures))

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
            "arrivals": 20 + 2.5 * self.arrive + self.crowd / 200,
            "hallway": 15 + self.rooms / 150 + self.lookers / 250 + 2 * self.duration,
            "relays": 2 * sum(10 + 3 * relays + self.events / 2 for relays in self.relays),
        }
        return 8 + sum(each[measure] for measure in self.measures)


def measures_of(names: Sequence[str]) -> tuple[Measure, ...]:
    """The measures with these names, each once; without names, or with `all`, every one but those of `crowd`, which is three.

    Raises PlanError.
    """
    every = (*MEASURES, *CROWD)
    unknown = [name for name in names if name not in (*every, "all", "crowd")]
    if unknown:
        raise PlanError(
            f"There is no measure {unknown[0][:60]!r}. There are: {', '.join(every)}, all, crowd"
        )
    wanted = {*names, *(MEASURES if not names or "all" in names else ())}
    wanted |= {*(CROWD if "crowd" in names else ())}
    return tuple(measure for measure in every if measure in wanted)


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
