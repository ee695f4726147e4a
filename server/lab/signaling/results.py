"""The results of a run, as plain values: the shape of the JSON that `../report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

from ..quoted.figures import Figures, alike, figures, plain, sample
from ..quoted.noise import Noise
from .figures import Clock, Floors, Measurement, Work
from .plan import Plan, Technique
from .wording import SERIES

VERSION: Final = 2
Read = Callable[[Measurement, Work], float | None]
"""A figure of one repetition; beside it, what the writing alone takes."""


def _late(share: str) -> Read:
    return lambda one, _: None if one.latency is None else float(getattr(one.latency, share))


FIGURES: Final[dict[str, tuple[str, Read]]] = {
    "latency_p50": ("ms", _late("p50")),
    "latency_p95": ("ms", _late("p95")),
    "latency_p99": ("ms", _late("p99")),
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
    "core": (
        "share of one core",
        lambda one, before: one.cpu_each(before) * one.followers / 1000,
    ),
    "processor_per_event": ("µs an event", Measurement.delivery),
    "memory": ("bytes a follower", lambda one, _: one.memory_each),
}
"""{figure: its unit, and how it is read}. Requests, bytes, transactions, statements and `core` are of all followers together."""
UNITS: Final = {name: unit for name, (unit, _) in FIGURES.items()}


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
    """One run. `baselines` are the same writing without followers, by `rows` and by `websocket`, of all rounds together."""

    made_at: str
    machine: dict[str, object]
    versions: dict[str, str]
    plan: Plan
    noise: Noise
    clock: Clock
    floors: Floors
    baselines: dict[str, Work]
    results: list[Result]
    figures: dict[str, Figures] = field(init=False)
    alike: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Lanes with the same followers are compared by the median latency."""
        seed = self.plan.seed
        self.figures = {}
        for each in self.results:
            reads = {name: partial(self._read, name) for name in FIGURES}
            self.figures[each.name] = figures(each.name, each.repetitions, reads, seed)
        self.alike = {}
        for number in self.plan.followers:
            lanes = [each for each in self.results if each.followers == number]
            read = partial(self._read, "latency_p50")
            samples = {each.name: sample(each.name, each.repetitions, read, seed) for each in lanes}
            self.alike |= alike(samples, self.noise.latency)

    def _read(self, name: str, one: Measurement) -> float | None:
        _, read = FIGURES[name]
        return read(one, self.baseline(one.technique))

    def baseline(self, technique: Technique) -> Work:
        return self.baselines["websocket" if technique == "websocket" else "rows"]

    @property
    def missed(self) -> int:
        return sum(each.total("missed") for each in self.results)

    @property
    def owed(self) -> int:
        return sum(each.total("owed") for each in self.results)

    def json(self) -> dict[str, Any]:
        """`{"what", "version", …}`; everything derived is in it too."""
        head = {"what": "roomtone lab signaling", "version": VERSION, "made_at": self.made_at}
        return head | {
            "machine": self.machine,
            "versions": self.versions,
            "plan": asdict(self.plan),
            "noise": asdict(self.noise),
            "units": UNITS,
            "clock": asdict(self.clock),
            "floors": asdict(self.floors),
            "baselines": {way: asdict(work) for way, work in self.baselines.items()},
            "lanes": [
                {
                    "name": each.name,
                    "label": each.label,
                    "technique": each.technique,
                    "followers": each.followers,
                    "figures": plain(self.figures[each.name]),
                    "alike": self.alike[each.name],
                    "repetitions": [asdict(one) for one in each.repetitions],
                }
                for each in self.results
            ],
        }
