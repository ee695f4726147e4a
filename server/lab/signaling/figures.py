"""What is measured: one technique with one crowd, once, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from statistics import median

from ...tools.bootstrap import Sample
from ...tools.network import Tally
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

    `latencies` are, for each event, the milliseconds until each follower had it. `opening` is what it took until all followed and were
    warm, `running` from then on, summed over the followers.
    `owed` events were to arrive at followers meanwhile. In all, the warming up included, `missed` did
    not, `duplicated` came twice, `misordered` out of turn. `grown` is by how many bytes the whole relay grew meanwhile.
    """

    technique: Technique
    followers: int
    latencies: list[list[float]]
    opening: Tally
    running: Tally
    owed: int
    delivered: int
    missed: int
    duplicated: int
    misordered: int
    work: Work
    grown: int

    def memory(self, alone: Alone) -> float:
        """Bytes for each follower, beyond those by which a relay grows that nobody follows."""
        return (self.grown - alone.grown) / self.followers

    def core(self, alone: Alone) -> float:
        """Of a core, beyond what the writing took."""
        return self.work.cpu / self.work.seconds - alone.work.cpu / alone.work.seconds

    def cpu_each(self, alone: Alone) -> float:
        """Processor milliseconds per second and follower, beyond those that the writing took."""
        return 1000 * self.core(alone) / self.followers

    def delivery(self, alone: Alone) -> float | None:
        """The relay's processor microseconds per event delivered, beyond those of the writing."""
        spent = 1e6 * self.core(alone) * self.work.seconds
        return round(spent / self.delivered, 1) if self.delivered else None

    def transactions_beyond(self, alone: Alone) -> float:
        """Transactions per second that the following took, beyond the writing."""
        with_followers = self.work.transactions / self.work.seconds
        return with_followers - alone.work.transactions / alone.work.seconds


@dataclass(frozen=True)
class Alone:
    """The writing alone, without followers, in one round; `grown` is by how many bytes the relay grew meanwhile."""

    work: Work
    grown: int

    @staticmethod
    def of_all(rounds: list[Alone]) -> Alone:
        """The work of all rounds one after the other, and the median growth."""
        return Alone(
            reduce(Work.__add__, (each.work for each in rounds)),
            round(median(each.grown for each in rounds)),
        )


@dataclass(frozen=True)
class Floors:
    """Lower bounds of this machine: a bare LISTEN, and bare writes to as many sockets.

    `listen`: of each round, the milliseconds of each notification from before the commit to receipt; `writes` {followers: µs per write}.
    """

    listen: list[list[float]]
    writes: dict[int, float]
    frame: int

    def late(self, share: int) -> float:
        """Milliseconds that so many of 100 notifications did not exceed, of all rounds."""
        found = Sample([[[each] for each in one] for one in self.listen]).interval(share)
        return 0.0 if found is None else found.value


@dataclass(frozen=True)
class Clock:
    """The database's clock minus this one, and the uncertainty of that difference, in milliseconds."""

    ahead: float
    within: float

    @property
    def correction(self) -> float:
        """The ms that are added to latencies: 0 if the difference is within its uncertainty."""
        return self.ahead if abs(self.ahead) > self.within else 0.0
