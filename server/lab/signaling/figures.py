"""What is measured: one technique with one crowd, once, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from ...tools.network import Tally
from ...tools.percentiles import Spread
from .plan import Technique


@dataclass(frozen=True)
class Work:
    """What the relay did in `seconds`: processor seconds, statements and transactions."""

    seconds: float
    cpu: float
    statements: int
    transactions: int
    writes: int

    def __add__(self, other: Work) -> Work:
        """Both one after the other."""
        return Work(
            round(self.seconds + other.seconds, 3),
            round(self.cpu + other.cpu, 3),
            self.statements + other.statements,
            self.transactions + other.transactions,
            self.writes + other.writes,
        )


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

    def delivery(self, baseline: Work) -> float | None:
        """The relay's processor microseconds per event delivered, beyond those of the writing."""
        spent = self.cpu_each(baseline) * self.followers * self.work.seconds * 1000
        return round(spent / self.delivered, 1) if self.delivered else None

    def transactions_beyond(self, baseline: Work) -> float:
        """Transactions per second that the following took, beyond the writing."""
        with_followers = self.work.transactions / self.work.seconds
        return max(0.0, with_followers - baseline.transactions / baseline.seconds)


@dataclass(frozen=True)
class Floors:
    """Lower bounds of this machine: a bare LISTEN, and bare writes to as many sockets.

    `listen` in milliseconds from before the commit to receipt, once in each round; `writes` {followers: µs per write}.
    """

    listen: list[Spread]
    writes: dict[int, float]
    frame: int

    @property
    def median(self) -> float:
        """Milliseconds of half of the notifications, the median of the rounds."""
        return median(each.p50 for each in self.listen)

    @property
    def p95(self) -> float:
        return median(each.p95 for each in self.listen)


@dataclass(frozen=True)
class Clock:
    """The database's clock minus this one, and the uncertainty of that difference, in milliseconds."""

    ahead: float
    within: float

    @property
    def correction(self) -> float:
        """The ms that are added to latencies: 0 if the difference is within its uncertainty."""
        return self.ahead if abs(self.ahead) > self.within else 0.0
