"""The results, as plain values: the shape of the JSON that `docs/lab.md` documents."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from ...tools.network import Tally
from ...tools.percentiles import Spread
from .plan import Plan, Technique

VERSION: Final = 1


@dataclass(frozen=True)
class Work:
    """What the relay did in `seconds`: processor seconds, statements and transactions."""

    seconds: float
    cpu: float
    statements: int
    transactions: int
    writes: int


@dataclass(frozen=True)
class Measurement:
    """The figures of one technique with `followers` followers.

    `opening` is what it took until all followed and were warm, `running` from then on, summed over the followers.
    `owed` events were to arrive at followers meanwhile. In all, the warming up included, `missed` did
    not, `duplicated` came twice, `misordered` out of turn. Memory is in bytes, of the whole relay.
    """

    technique: Technique
    followers: int
    latency: Spread | None
    opening: Tally
    running: Tally
    owed: int
    delivered: int
    missed: int
    duplicated: int
    misordered: int
    work: Work
    memory_before: int
    memory_after: int

    @property
    def memory_each(self) -> float:
        """Bytes per follower."""
        return max(0, self.memory_after - self.memory_before) / self.followers

    def cpu_each(self, baseline: Work) -> float:
        """Processor milliseconds per second and follower, beyond those that the writing took."""
        spent = self.work.cpu / self.work.seconds - baseline.cpu / baseline.seconds
        return max(0.0, 1000 * spent / self.followers)

    def transactions_beyond(self, baseline: Work) -> float:
        """Transactions per second that the following took, beyond the writing."""
        with_followers = self.work.transactions / self.work.seconds
        return max(0.0, with_followers - baseline.transactions / baseline.seconds)


@dataclass(frozen=True)
class Floors:
    """Lower bounds of this machine: a bare LISTEN, and bare writes to as many sockets.

    `listen` in milliseconds from before the commit to receipt; `writes` {followers: µs per write}.
    """

    listen: Spread
    writes: dict[int, float]
    frame: int


@dataclass(frozen=True)
class Clock:
    """The database's clock minus this one, and the uncertainty of that difference, in milliseconds."""

    ahead: float
    within: float

    @property
    def correction(self) -> float:
        """The ms that are added to latencies: 0 if the difference is within its uncertainty."""
        return self.ahead if abs(self.ahead) > self.within else 0.0


@dataclass(frozen=True)
class Report:
    """One run. `baselines` are the same writing without followers, by `rows` and by `websocket`."""

    made_at: str
    machine: dict[str, object]
    plan: Plan
    clock: Clock
    floors: Floors
    baselines: dict[str, Work]
    measurements: list[Measurement]

    def baseline(self, measurement: Measurement) -> Work:
        return self.baselines["websocket" if measurement.technique == "websocket" else "rows"]

    @property
    def missed(self) -> int:
        return sum(measurement.missed for measurement in self.measurements)

    def json(self) -> dict[str, Any]:
        """`{"what", "version", …}`; everything derived is in it too."""
        measurements = []
        for one in self.measurements:
            before = self.baseline(one)
            floor = self.floors.listen.p50
            measurements.append(
                asdict(one)
                | {
                    "per_follower": {
                        "requests_per_second": one.running.requests
                        / one.work.seconds
                        / one.followers,
                        "received_per_second": one.running.received
                        / one.work.seconds
                        / one.followers,
                        "sent_per_second": one.running.sent / one.work.seconds / one.followers,
                        "cpu_ms_per_second": one.cpu_each(before),
                        "memory": one.memory_each,
                    },
                    "transactions_beyond_writing_per_second": one.transactions_beyond(before),
                    "latency_to_floor": one.latency and round(one.latency.p50 / floor, 2),
                    "cpu_us_per_delivery": self.delivery(one),
                }
            )
        head = {"what": "roomtone lab signaling", "version": VERSION}
        return head | asdict(self) | {"measurements": measurements}

    def delivery(self, one: Measurement) -> float | None:
        """The relay's processor microseconds per event delivered, beyond those of the writing."""
        spent = one.cpu_each(self.baseline(one)) * one.followers * one.work.seconds * 1000
        return round(spent / one.delivered, 1) if one.delivered else None
