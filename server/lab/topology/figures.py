"""What is measured: one topology with one crowd, once, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...tools.bootstrap import Moments
from ...tools.percentiles import Spread
from .plan import LATE, LOSS, MISSED, TOO_LATE, Crowd

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

    `links` by role; `delays` from mouth to ear in ms, of each mark those of all who heard it; `marks` in the sound that were to be heard; `packets` that came and
    that were `lost`; `deaf` people who did not hear all speakers after `entered` seconds; `first_audio` of a newcomer, ms;
    `understood`: short-time objective intelligibility of what those heard whose audio was decoded, the median (0 to 1).
    """

    topology: str
    speakers: int
    listeners: int
    links: dict[str, Link]
    cost: Cost
    delays: Moments
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
        every = [late for mark in self.delays for late in mark]
        late = sum(each > 1000 * LATE for each in every)
        if not every:
            found.append("no mark was heard")
        elif late / len(every) > TOO_LATE:
            found.append(f"{late / len(every):.0%} of the marks later than {1000 * LATE:.0f} ms")
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

    `udp`: datagrams forwarded by a bare loop: of a core per stream, the median of all rounds, and ms added, of half of all. `plain`: aiortc's own MediaRelay, nothing
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
