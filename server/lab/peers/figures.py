"""The results, as plain values: the shape of the JSON that `../report.schema.json` describes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any, Final

from ...tools.bootstrap import Sample
from ..quoted.figures import Figures, alike, figures, plain, seed_of
from ..quoted.noise import Noise
from .lane import About
from .plan import Fault, Plan

VERSION: Final = 2
SHARES: Final = (50, 95, 99)

UNITS: Final[dict[str, str]] = {
    "join_p50": "ms",
    "join_p95": "ms",
    "join_p99": "ms",
    "signal_p50": "ms",
    "signal_p95": "ms",
    "signal_p99": "ms",
    "requests": "a second and follower",
    "bytes": "bytes a delivery",
    "server": "ms of processor a write",
    "database": "ms of processor a write",
    "waiting": "ms a write",
    "memory": "bytes a follower",
}
"""All figures of a lane, each a median or a percentile with its interval."""
COSTS: Final = ("requests", "bytes", "server", "database", "waiting", "memory")
"""Of these a repetition has one value."""


@dataclass(frozen=True)
class Repetition:
    """What one repetition of a lane measured. `joins` and `signals` are, for each write, the milliseconds until each follower saw it.

    `server` and `database` are milliseconds of processor for each write, `memory` bytes for each follower; None where there is none.
    `waiting` is milliseconds for each write that nothing worked (`waiting.py`); None where that cannot be measured.
    """

    joins: list[list[float]]
    signals: list[list[float]]
    writes: int
    refused: int
    owed: int
    missed: int
    requests: float
    bytes: float
    server: float | None
    database: float | None
    memory: float | None
    waiting: float | None


@dataclass(frozen=True)
class Loss:
    """What a fault cost: `owed` deliveries of acknowledged writes, of which `lost` never came, and `repeated` came twice.

    `refused` writes were not acknowledged meanwhile. `back` is whether all followers followed again; `ended` that the server ended by
    itself, and was started again, as a service manager would. `snapshots` followers were sent the whole state instead of what they missed.
    """

    written: int
    refused: int
    owed: int
    lost: int
    repeated: int
    back: bool = True
    ended: bool = False
    snapshots: int = 0


@dataclass
class Result:
    """One lane: its repetitions, its losses by fault, and what ran."""

    about: About
    versions: dict[str, str] = field(default_factory=dict)
    repetitions: list[Repetition] = field(default_factory=list)
    losses: dict[Fault, Loss] = field(default_factory=dict)


@dataclass(frozen=True)
class NotStarted:
    """A lane that could not be started, or not measured to its end: why, what would help, and its programs' last words.

    `why` and `install` are sentences of ours, for everybody; `words` are for who runs the lab.
    """

    name: str
    label: str
    why: str
    install: str
    words: str = ""

    def __str__(self) -> str:
        """All of it, for who runs the lab."""
        return ". ".join(filter(None, (self.why, self.install, self.words)))


@dataclass
class Report:
    """One run; `floor` is the result of the idle lane, `results` those of all others."""

    made_at: str
    machine: dict[str, object]
    plan: Plan
    noise: Noise
    floor: Result
    results: list[Result]
    not_started: list[NotStarted]
    alike: dict[str, list[str]] = field(init=False)
    figures: dict[str, Figures] = field(init=False)

    def __post_init__(self) -> None:
        every = (self.floor, *self.results)
        seed = self.plan.seed
        samples = {each.about.name: _samples(each, seed) for each in every}
        self.figures = {
            each.about.name: _figures(each, samples[each.about.name], seed) for each in every
        }
        # by their joins, and where a lane has none, by the signals of both
        named = [each.about.name for each in self.results]
        joins, signals = (
            alike({name: samples[name][kind] for name in named}, self.noise.latency)
            for kind in (0, 1)
        )
        joined = {name for name in named if len(samples[name][0])}
        self.alike = {
            name: [
                other
                for other in named
                if other in (joins if {name, other} <= joined else signals)[name]
            ]
            for name in named
        }

    def heading(self, gone: NotStarted) -> str:
        """What became of a lane: nothing, or less than was planned."""
        begun = any(
            each.about.name == gone.name
            for each in (*self.results, self.floor)
            if each.repetitions or each.losses
        )
        return "not measured to its end" if begun else "not started"

    @property
    def missed(self) -> int:
        """Deliveries that were missed though nothing was broken."""
        return sum(each.missed for result in self.results for each in result.repetitions)

    def json(self) -> dict[str, Any]:
        head = {"what": "roomtone lab peers", "version": VERSION, "made_at": self.made_at}
        return head | {
            "machine": self.machine,
            "plan": asdict(self.plan),
            "noise": asdict(self.noise),
            "units": UNITS,
            "floor": self._lane(self.floor),
            "lanes": [self._lane(result) for result in self.results],
            "not_started": [asdict(each) for each in self.not_started],
        }

    def _lane(self, result: Result) -> dict[str, Any]:
        about = result.about
        name = about.name
        return {
            "name": name,
            "system": about.system,
            "label": about.label,
            "setting": about.setting,
            "set_to": about.set_to,
            "recovery": about.recovery,
            "versions": result.versions,
            "figures": plain(self.figures[name]),
            "alike": self.alike.get(name, []),
            "losses": {fault: asdict(loss) for fault, loss in result.losses.items()},
            "repetitions": [asdict(each) for each in result.repetitions],
        }


def _samples(result: Result, seed: int) -> tuple[Sample, Sample]:
    """Of its joins and of its signals."""
    seed = seed_of(result.about.name, seed)
    joins = Sample([each.joins for each in result.repetitions], SHARES, seed=seed)
    signals = Sample([each.signals for each in result.repetitions], SHARES, seed=seed)
    return joins, signals


def _figures(result: Result, samples: tuple[Sample, Sample], seed: int) -> Figures:
    found: Figures = {}
    for kind, sample in zip(("join", "signal"), samples, strict=True):
        for share in SHARES:
            found[f"{kind}_p{share}"] = sample.interval(share)
    reads = {name: attrgetter(name) for name in COSTS}
    return found | figures(result.about.name, result.repetitions, reads, seed)
