"""The results, as plain values: the shape of the JSON that `docs/lab.md` documents."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ...tools.percentiles import Spread
from .plan import LATE, LOSS, MISSED, MIXED, Crowd, Plan

VERSION: Final = 1
FULL: Final = 0.85  # of a core; a process that needs as much cannot take more
CROWDED: Final = 0.95  # of all cores


@dataclass(frozen=True)
class Link:
    """One person's: connections, and bits per second on the wire (IP and UDP headers included) up and down."""

    connections: float
    up: int
    down: int


@dataclass(frozen=True)
class Cost:
    """Processor over `seconds`: the node's and each process's of people (of one core), the whole machine's (of all cores).

    With an edge `node` is the stage's, the edge's and its Janus's together, and `edge` that of the last two.

    `loop`: how late (ms) people's event loops got to do what was due, which tells when people are what runs out.
    """

    seconds: float
    node: float
    people: list[float]
    machine: float
    loop: Spread | None
    edge: float | None = None


@dataclass(frozen=True)
class Measurement:
    """One topology with one crowd.

    `links` by role; `delay` from mouth to ear in ms; `marks` in the sound that were to be heard; `packets` that came and
    that were `lost`; `deaf` people who did not hear all speakers after `entered` seconds; `first_audio` of a newcomer, ms;
    `understood`: short-time objective intelligibility of what those heard whose audio was decoded, the median (0 to 1).
    """

    topology: str
    speakers: int
    listeners: int
    links: dict[str, Link]
    cost: Cost
    delay: Spread | None
    marks: int
    marks_missed: int
    packets: int
    lost: int
    deaf: int
    entered: float
    first_audio: float | None
    troubles: list[str]
    understood: float | None = None

    @property
    def crowd(self) -> Crowd:
        return Crowd(self.speakers, self.listeners)

    @property
    def loss(self) -> float:
        """Of the packets, 0 to 1."""
        return self.lost / max(1, self.packets + self.lost)

    @property
    def sent(self) -> int:
        """Streams that leave the node."""
        return {"mesh": 0, "sfu": self.crowd.streams, "videoroom": self.crowd.streams}.get(
            self.topology, self.crowd.people
        )

    @property
    def per_stream(self) -> float | None:
        """Of a core, for each stream that leaves the node; everything else it does included."""
        return self.cost.node / self.sent if self.sent else None

    @property
    def per_listener(self) -> float | None:
        """Of a core, for each who listens; the stage included."""
        return self.cost.node / self.listeners if self.sent and self.listeners else None

    @property
    def faults(self) -> list[str]:
        """Why this does not count as working; empty if it does."""
        found = []
        if self.deaf:
            found.append(f"{self.deaf} of {self.crowd.people} did not hear all speakers")
        if self.loss > LOSS:
            found.append(f"{self.loss:.1%} of the packets lost")
        if self.marks and self.marks_missed / self.marks > MISSED:
            found.append(f"{self.marks_missed / self.marks:.0%} of the marks not heard")
        if self.delay is None:
            found.append("no mark was heard")
        elif self.delay.p95 > 1000 * LATE:
            found.append(f"{self.delay.p95:.0f} ms from mouth to ear (p95)")
        return found

    @property
    def works(self) -> bool:
        return not self.faults

    @property
    def ran_out(self) -> str:
        """What had no more to give, as far as the processor tells: the node, the people, the machine, or nothing seen."""
        if self.cost.node >= FULL:
            return "the node"
        if max(self.cost.people, default=0.0) >= FULL:
            return "the people"
        if self.cost.machine >= CROWDED:
            return "the machine"
        return "nothing that the processor tells of"


@dataclass(frozen=True)
class Floors:
    """The same machine with as little as possible in between, in the same run.

    `udp`: datagrams forwarded by a bare loop: of a core per stream, and ms added. `plain`: aiortc's own MediaRelay, nothing
    patched: of a core per stream, ms from mouth to ear, to `plain_streams` people. `codec`: libopus alone,
    {speakers: of a core} for decoding each and encoding a mix for each and one for all who listen.
    """

    udp: float
    udp_delay: float
    plain: float
    plain_delay: float | None
    plain_streams: int
    protect: float
    codec: dict[int, float]


@dataclass(frozen=True)
class Report:
    """One run. `idle` is the cost of a node without rooms, subtracted everywhere; `skipped` are crowds that were not tried.

    `unavailable`: which topologies could not be started, or ended by themselves, and why.
    """

    made_at: str
    machine: dict[str, object]
    plan: Plan
    floors: Floors
    idle: dict[str, float]
    measurements: list[Measurement]
    skipped: list[tuple[str, Crowd]]
    unavailable: dict[str, str] = field(default_factory=dict)

    def of(self, topology: str, crowd: Crowd) -> Measurement | None:
        return next(
            (m for m in self.measurements if m.topology == topology and m.crowd == crowd), None
        )

    def stops_at(self, topology: str) -> Measurement | None:
        """The smallest crowd with which a topology did not work, if any."""
        return next((m for m in self.measurements if m.topology == topology and not m.works), None)

    def largest_working(self, topology: str) -> Measurement | None:
        """The largest crowd with which it worked."""
        working = [m for m in self.measurements if m.topology == topology and m.works]
        return max(working, key=lambda m: (m.crowd.streams, m.crowd.people), default=None)

    @property
    def edge_to_mcu(self) -> dict[str, Any] | None:
        """The largest audience that worked both on the MCU and on an edge, and what it cost each (of a core)."""
        both = [
            (mcu, edge)
            for edge in self.measurements
            if edge.topology == "edge" and edge.works and edge.listeners
            and (mcu := self.of("mcu", edge.crowd)) is not None and mcu.works
        ]  # fmt: skip
        if not both:
            return None
        mcu, edge = max(both, key=lambda pair: (pair[0].listeners, pair[0].speakers))
        return {
            "speakers": mcu.speakers,
            "listeners": mcu.listeners,
            "mcu": mcu.cost.node,
            "edge": edge.cost.node,
            "ratio": round(edge.cost.node / mcu.cost.node, 2) if mcu.cost.node else None,
        }

    def added(self, one: Measurement) -> float | None:
        """Milliseconds (median) that a node adds to what the same crowd has in a mesh."""
        direct = self.of("mesh", one.crowd)
        if one.topology == "mesh" or direct is None or direct.delay is None or one.delay is None:
            return None
        if not direct.works:
            return None
        return round(one.delay.p50 - direct.delay.p50, 2)

    def ratios(self, one: Measurement) -> dict[str, float | None]:
        """The node's processor to the floors', and the first audio to a mesh's."""
        direct = self.of("mesh", one.crowd)
        each = one.per_stream
        first = (
            one.first_audio / direct.first_audio
            if direct and direct.first_audio and one.first_audio
            else None
        )
        codec = self.floors.codec.get(one.speakers)
        forwards = one.topology in ("sfu", "videoroom") and each is not None
        return {
            "per_stream_to_udp": round(each / self.floors.udp, 1) if forwards and each is not None and self.floors.udp else None,
            "per_stream_to_plain": round(each / self.floors.plain, 4) if forwards and each is not None and self.floors.plain else None,
            "node_to_codec": round(one.cost.node / codec, 2) if one.topology in MIXED and codec else None,
            "first_audio_to_mesh": None if first is None else round(first, 2),
        }  # fmt: skip

    def json(self) -> dict[str, Any]:
        """`{"what", "version", …}`; everything derived is in it too."""
        measurements = [
            asdict(one)
            | {
                "loss": round(one.loss, 5),
                "works": one.works,
                "faults": one.faults,
                "ran_out": None if one.works else one.ran_out,
                "per_stream": None if one.per_stream is None else round(one.per_stream, 6),
                "per_listener": None if one.per_listener is None else round(one.per_listener, 6),
                "added": self.added(one),
                "ratios": self.ratios(one),
            }
            for one in self.measurements
        ]
        skipped = [{"topology": topology, **asdict(crowd)} for topology, crowd in self.skipped]
        head = {"what": "roomtone lab topology", "version": VERSION}
        criterion = {"loss": LOSS, "marks_missed": MISSED, "delay": 1000 * LATE}
        body = asdict(self) | {"measurements": measurements, "skipped": skipped}
        return head | body | {"criterion": criterion, "edge_to_mcu": self.edge_to_mcu}
