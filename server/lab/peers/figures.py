"""The results, as plain values: the shape of the JSON that `../report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any, Final

from ..quoted import json_report
from ..quoted.apart import Apart, told_apart
from ..quoted.figures import Observations, figures, observations
from ..quoted.noise import Idle, Noise
from ..quoted.noise import noise as noise_of
from .lane import About
from .plan import Fault, Plan

VERSION: Final = 2

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
KINDS: Final = {"join": attrgetter("joins"), "signal": attrgetter("signals")}
"""Of these there are percentiles."""


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
    apart: Apart = field(init=False)

    def __post_init__(self) -> None:
        """All lanes are compared with each other, the floor too."""
        lanes = {
            each.about.name: observed(each, self.plan.seed) for each in (*self.results, self.floor)
        }
        self.apart = told_apart([(lanes, lambda _lane, name: self.noise.of(name))])

    def heading(self, gone: NotStarted) -> str:
        """What became of a lane: nothing, or less than was planned."""
        begun = any(
            each.about.name == gone.name
            for each in (*self.results, self.floor)
            if each.repetitions or each.losses
        )
        return "not measured to its end" if begun else "not started"

    @property
    def without_waiting(self) -> bool:
        """Whether a lane was measured, and what it waits was not."""
        every = (*self.results, self.floor)
        return any(each.waiting is None for result in every for each in result.repetitions)

    @property
    def missed(self) -> int:
        """Deliveries that were missed though nothing was broken."""
        return sum(each.missed for result in self.results for each in result.repetitions)

    def json(self) -> dict[str, Any]:
        return json_report.head("peers", VERSION, self, UNITS) | {
            "floor": self._lane(self.floor),
            "lanes": [self._lane(result) for result in self.results],
            "not_started": [asdict(each) for each in self.not_started],
        }

    def _lane(self, result: Result) -> dict[str, Any]:
        about = result.about
        lane = json_report.lane(about.name, about.label, self.apart, result.repetitions)
        return lane | {
            "system": about.system,
            "setting": about.setting,
            "set_to": about.set_to,
            "recovery": about.recovery,
            "versions": result.versions,
            "losses": {fault: asdict(loss) for fault, loss in result.losses.items()},
        }


def observed(result: Result, seed: int) -> Observations:
    reads = {name: attrgetter(name) for name in COSTS}
    return observations(result.about.name, result.repetitions, KINDS, reads, seed)


def noise(floor: Result, idles: Sequence[Idle], seed: int) -> Noise:
    """The floor has no database; both are processor of a write, so what the floor's server varies by is the noise of databases too."""
    found = figures(observed(floor, seed))
    return noise_of(found | {"database": found["server"]}, "join_p50", idles)
