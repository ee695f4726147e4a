"""The results of a run, as plain values: the shape of the JSON that `../report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ..quoted import json_report
from ..quoted.apart import Apart, told_apart
from ..quoted.figures import figures, names, observations
from ..quoted.noise import Idle, Noise
from ..quoted.noise import noise as noise_of
from .figures import Floors, Measurement
from .floors import Forward
from .plan import LATE, LOSS, MISSED, MIXED, Crowd, Plan, Topology
from .wording import SERIES

VERSION: Final = 3
Read = Callable[[Measurement], float | None]


def _link(role: str, what: str) -> Read:
    return lambda one: float(getattr(one.links[role], what)) if role in one.links else None


FIGURES: Final[dict[str, tuple[str, Read]]] = {
    "first_audio": ("ms", lambda one: one.first_audio),
    "loss": ("share of the packets", lambda one: one.loss),
    "understood": ("STOI, 0 to 1", lambda one: one.understood),
    "connections": ("of a speaker", _link("speaker", "connections")),
    "speaker_up": ("bits a second", _link("speaker", "up")),
    "speaker_down": ("bits a second", _link("speaker", "down")),
    "listener_down": ("bits a second", _link("listener", "down")),
    "node": ("share of one core", lambda one: one.cost.node if one.sent else None),
    "per_stream": ("share of one core", lambda one: one.per_stream),
    "per_listener": ("share of one core", lambda one: one.per_listener),
    "people": ("share of one core", lambda one: sum(one.cost.people)),
    "machine": ("share of all cores", lambda one: one.cost.machine),
}
"""{figure: its unit, and how it is read in a repetition}."""
UNITS: Final = dict.fromkeys(names("delay"), "ms") | {
    name: unit for name, (unit, _) in FIGURES.items()
}
READS: Final = {name: read for name, (_, read) in FIGURES.items()}


@dataclass
class Result:
    """One lane: a topology with a crowd, and its repetitions."""

    topology: Topology
    crowd: Crowd
    repetitions: list[Measurement] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.topology}-{self.crowd.speakers}-{self.crowd.listeners}"

    @property
    def label(self) -> str:
        return f"{SERIES[self.topology].label}, {self.crowd.speakers} speak and {self.crowd.listeners} listen"

    @property
    def failed(self) -> list[Measurement]:
        return [each for each in self.repetitions if not each.works]

    def gave_up(self, repetitions: int) -> bool:
        """Whether so many failed that it cannot work in most of so many repetitions any more."""
        return 2 * len(self.failed) >= repetitions

    @property
    def works(self) -> bool:
        """In most of its repetitions."""
        return not self.gave_up(len(self.repetitions))

    @property
    def faults(self) -> list[str]:
        """Why it does not count as working, in the first repetition that failed; empty if it does."""
        return [] if self.works else self.failed[0].faults

    @property
    def ran_out(self) -> str:
        """What had no more to give, where it did not work."""
        return "" if self.works else self.failed[0].ran_out

    def total(self, of: str) -> int:
        """Of all repetitions: `marks`, `marks_missed` and the like."""
        return sum(getattr(each, of) for each in self.repetitions)


@dataclass
class Report:
    """One run. `idle` is the cost of a node without rooms, subtracted everywhere; `skipped` are crowds that were not tried.

    `unavailable`: which topologies could not be started, or ended by themselves, and why.
    """

    made_at: str
    machine: dict[str, object]
    versions: dict[str, str]
    plan: Plan
    noise: Noise
    floors: Floors
    idle: dict[str, float]
    results: list[Result]
    skipped: list[tuple[str, Crowd]]
    unavailable: dict[str, str] = field(default_factory=dict)
    apart: Apart = field(init=False)

    def __post_init__(self) -> None:
        """Lanes with the same crowd are compared."""
        kinds = {"delay": lambda one: one.delays}
        self.apart = told_apart(
            (
                {
                    each.name: observations(
                        each.name, each.repetitions, kinds, READS, self.plan.seed
                    )
                    for each in self.results
                    if each.crowd == crowd
                },
                self._limit,
            )
            for crowd in self.plan.crowds
        )

    def _limit(self, lane: str, name: str) -> float | None:
        """The noise of a forwarded stream, for as many as leave a node, and for each listener's share of these."""
        (result,) = (each for each in self.results if each.name == lane)
        streams, listeners = result.repetitions[0].sent, result.crowd.listeners
        match name:
            case "node":
                whole, share = self.noise.of("per_stream"), float(streams)
            case "per_listener" if listeners:
                whole, share = self.noise.of("per_stream"), streams / listeners
            case _:
                whole, share = self.noise.of(name), 1.0
        return None if whole is None else whole * share

    def of(self, topology: str, crowd: Crowd) -> Result | None:
        return next((r for r in self.results if r.topology == topology and r.crowd == crowd), None)

    def figure(self, one: Result, name: str) -> float | None:
        """The median alone."""
        found = self.apart.figures[one.name][name]
        return None if found is None else found.value

    def stops_at(self, topology: str) -> Result | None:
        """The smallest crowd with which a topology did not work, if any."""
        return next((r for r in self.results if r.topology == topology and not r.works), None)

    def largest_working(self, topology: str) -> Result | None:
        """The largest crowd with which it worked."""
        working = [r for r in self.results if r.topology == topology and r.works]
        return max(working, key=lambda r: (r.crowd.streams, r.crowd.people), default=None)

    @property
    def edge_to_mcu(self) -> dict[str, Any] | None:
        """The largest audience that worked both on the MCU and on an edge, and what it cost each (of a core)."""
        both = [
            (mcu, edge)
            for edge in self.results
            if edge.topology == "edge" and edge.works and edge.crowd.listeners
            and (mcu := self.of("mcu", edge.crowd)) is not None and mcu.works
        ]  # fmt: skip
        if not both:
            return None
        mcu, edge = max(both, key=lambda pair: (pair[0].crowd.listeners, pair[0].crowd.speakers))
        mixed, spread = self.figure(mcu, "node") or 0.0, self.figure(edge, "node") or 0.0
        return {
            "speakers": mcu.crowd.speakers,
            "listeners": mcu.crowd.listeners,
            "mcu": mixed,
            "edge": spread,
            "ratio": round(spread / mixed, 2) if mixed else None,
        }

    def added(self, one: Result) -> float | None:
        """Milliseconds (median) that a node adds to what the same crowd has in a mesh."""
        direct = self.of("mesh", one.crowd)
        if one.topology == "mesh" or direct is None or not direct.works:
            return None
        theirs, ours = self.figure(direct, "delay_p50"), self.figure(one, "delay_p50")
        return None if theirs is None or ours is None else round(ours - theirs, 2)

    def ratios(self, one: Result) -> dict[str, float | None]:
        """The node's processor to the floors', and the first audio to a mesh's."""
        direct = self.of("mesh", one.crowd)
        each, node = self.figure(one, "per_stream"), self.figure(one, "node")
        first = self.figure(one, "first_audio")
        in_mesh = None if direct is None else self.figure(direct, "first_audio")
        stream = each if one.topology in ("sfu", "videoroom") else None
        mix = node if one.topology in MIXED else None
        return {
            "per_stream_to_udp": _ratio(stream, self.floors.udp, 1),
            "per_stream_to_plain": _ratio(stream, self.floors.plain, 4),
            "node_to_codec": _ratio(mix, self.floors.codec.get(one.crowd.speakers), 2),
            "first_audio_to_mesh": _ratio(first, in_mesh, 2),
        }

    def json(self) -> dict[str, Any]:
        """`{"what", "version", …}`; everything derived is in it too."""
        return json_report.head("topology", VERSION, self, UNITS) | {
            "versions": self.versions,
            "floors": asdict(self.floors),
            "idle": self.idle,
            "lanes": [self._lane(each) for each in self.results],
            "skipped": [
                {"topology": topology, **asdict(crowd)} for topology, crowd in self.skipped
            ],
            "unavailable": self.unavailable,
            "criterion": {"loss": LOSS, "marks_missed": MISSED, "delay": 1000 * LATE},
            "edge_to_mcu": self.edge_to_mcu,
        }

    def _lane(self, one: Result) -> dict[str, Any]:
        return json_report.lane(one.name, one.label, self.apart, one.repetitions) | {
            "topology": one.topology,
            **asdict(one.crowd),
            "works": one.works,
            "faults": one.faults,
            "ran_out": one.ran_out or None,
            "added": self.added(one),
            "ratios": self.ratios(one),
        }


def _ratio(value: float | None, of: float | None, digits: int) -> float | None:
    return round(value / of, digits) if value is not None and of else None


def noise(forwards: Sequence[Forward], idles: Sequence[Idle], seed: int) -> Noise:
    """The idle lane is a bare forward of datagrams; of what all cores do while nothing runs, how much that varies."""
    kinds = {"delay": lambda one: [[late] for late in one.delays]}
    forwarding = observations("floor", forwards, kinds, {"per_stream": lambda one: one.cpu}, seed)
    resting = observations("idle", idles, {}, {"machine": lambda one: one.busy}, seed)
    return noise_of(figures(forwarding | resting), "delay_p50", idles)
