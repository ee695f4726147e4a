"""The results of a run, as plain values: the shape of the JSON that `../report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

from ..quoted import json_report
from ..quoted.apart import Apart, Limit, told_apart
from ..quoted.figures import Observations, figures, names, observations
from ..quoted.noise import Idle, Noise
from ..quoted.noise import noise as noise_of
from .figures import Alone, Clock, Floors, Measurement, Work
from .plan import Plan, Technique
from .wording import SERIES

VERSION: Final = 3
Read = Callable[[Measurement, Alone], float | None]
"""A figure of one repetition; beside it, what the writing alone takes."""

FIGURES: Final[dict[str, tuple[str, Read]]] = {
    "requests": ("a second", lambda one, _: one.running.requests / one.work.seconds),
    "received": ("bytes a second", lambda one, _: one.running.received / one.work.seconds),
    "sent": ("bytes a second", lambda one, _: one.running.sent / one.work.seconds),
    "bytes": (
        "bytes a second",
        lambda one, _: (one.running.received + one.running.sent) / one.work.seconds,
    ),
    "transactions": ("a second", lambda one, _: one.work.transactions / one.work.seconds),
    "transactions_beyond_writing": ("a second", Measurement.transactions_beyond),
    "statements": ("a second", lambda one, _: one.work.statements / one.work.seconds),
    "processor": ("ms a second and follower", Measurement.cpu_each),
    "core": ("share of one core", Measurement.core),
    "processor_per_event": ("µs an event", Measurement.delivery),
    "memory": ("bytes a follower", Measurement.memory),
}
"""{figure: its unit, and how it is read}. Requests, bytes, transactions, statements and `core` are of all followers together."""
UNITS: Final = dict.fromkeys(names("latency"), "ms") | {
    name: unit for name, (unit, _) in FIGURES.items()
}


@dataclass
class Result:
    """One lane: a technique with so many followers, and its repetitions."""

    technique: Technique
    followers: int
    repetitions: list[Measurement] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.technique}-{self.followers}"

    @property
    def label(self) -> str:
        return f"{SERIES[self.technique].label}, {self.followers} followers"

    def total(self, of: str) -> int:
        """Of all repetitions: `owed`, `missed` and the like."""
        return sum(getattr(each, of) for each in self.repetitions)


@dataclass
class Report:
    """One run. `baselines` are the same writing without followers in each round, by `rows` and by `websocket`."""

    made_at: str
    machine: dict[str, object]
    versions: dict[str, str]
    plan: Plan
    noise: Noise
    clock: Clock
    floors: Floors
    baselines: dict[str, list[Alone]]
    results: list[Result]
    apart: Apart = field(init=False)

    def __post_init__(self) -> None:
        """Lanes with the same followers are compared."""
        self.apart = told_apart(
            (
                {
                    each.name: self._observed(each)
                    for each in self.results
                    if each.followers == number
                },
                self._limit(number),
            )
            for number in self.plan.followers
        )

    def _observed(self, result: Result) -> Observations:
        alone = self.alone(result.technique)
        reads = {name: partial(_reading, read, alone) for name, (_, read) in FIGURES.items()}
        kinds = {"latency": lambda one: one.latencies}
        return observations(result.name, result.repetitions, kinds, reads, self.plan.seed)

    def _limit(self, followers: int) -> Limit:
        """The noise of the whole relay, for each follower where the figure is."""
        noise = self.noise.of

        def limit(_lane: str, name: str) -> float | None:
            match name:
                case "processor":
                    whole, share = noise("core"), 1000 / followers
                case "processor_per_event":
                    whole, share = noise("core"), 1e6 / self._events_a_second(followers)
                case "memory":
                    whole, share = noise("grown"), 1 / followers
                case _:
                    whole, share = noise(name), 1.0
            return None if whole is None else whole * share

        return limit

    def _events_a_second(self, followers: int) -> float:
        """That arrived, in the slowest of these measurements."""
        every = [
            one for each in self.results if each.followers == followers for one in each.repetitions
        ]
        return min((max(1, one.delivered) / one.work.seconds for one in every), default=1.0)

    @property
    def writing(self) -> dict[str, Work]:
        """The writing alone, of all rounds, by its way."""
        return {way: Alone.of_all(rounds).work for way, rounds in self.baselines.items()}

    def alone(self, technique: Technique) -> Alone:
        """The writing alone, of all rounds together."""
        return Alone.of_all(self.baselines[way_of(technique)])

    @property
    def missed(self) -> int:
        return sum(each.total("missed") for each in self.results)

    @property
    def owed(self) -> int:
        return sum(each.total("owed") for each in self.results)

    def json(self) -> dict[str, Any]:
        return json_report.head("signaling", VERSION, self, UNITS) | {
            "versions": self.versions,
            "clock": asdict(self.clock),
            "floors": asdict(self.floors),
            "baselines": {
                way: [asdict(each) for each in rounds] for way, rounds in self.baselines.items()
            },
            "lanes": [
                json_report.lane(each.name, each.label, self.apart, each.repetitions)
                | {"technique": each.technique, "followers": each.followers}
                for each in self.results
            ],
        }


def way_of(technique: Technique) -> str:
    """How clients of this technique write."""
    return "websocket" if technique == "websocket" else "rows"


def _reading(read: Read, alone: Alone, one: Measurement) -> float | None:
    return read(one, alone)


def noise(
    listen: Sequence[Sequence[float]],
    baselines: Mapping[str, Sequence[Alone]],
    idles: Sequence[Idle],
    seed: int,
) -> Noise:
    """The idle lane is a bare LISTEN, and a relay that nobody follows: of its two ways of writing, what varies more.

    `core` in a share of one core, `grown` in bytes of the whole relay, transactions and statements a second.
    """
    floor = figures(
        observations("floor", listen, {"latency": lambda one: [[each] for each in one]}, {}, seed)
    )
    found = noise_of(floor, "latency_p50", idles)
    reads = {
        "core": lambda one: one.work.cpu / one.work.seconds,
        "transactions": lambda one: one.work.transactions / one.work.seconds,
        "transactions_beyond_writing": lambda one: one.work.transactions / one.work.seconds,
        "statements": lambda one: one.work.statements / one.work.seconds,
        "grown": lambda one: float(one.grown),
    }
    for way, rounds in baselines.items():
        alone = noise_of(figures(observations(way, rounds, {}, reads, seed)), "core", idles)
        for name, width in alone.figures.items():
            found.figures[name] = max(width, found.figures.get(name, 0.0))
    return found
