"""The result of a drill: figures, and the faults found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """`missed`, `duplicated`, `misordered` count events over all followers; times are in milliseconds
    (`behind_ms`: the longest time from a commit to its receipt) and seconds (`roster_s`: until the roster
    held exactly the active followers). `faults` are sentences; the drill passed if there are none."""

    drill: str
    followers: int
    rooms: int
    written: int
    events: int
    missed: int
    duplicated: int
    misordered: int
    snapshots: int
    reconnections: int
    behind_ms: int
    usually_ms: int
    roster_s: float
    seconds: float
    figures: dict[str, float] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, **asdict(self)}


@dataclass(frozen=True)
class NotPerformed:
    """A drill that could not run, because this machine lacks what it needs. It fails."""

    drill: str
    needs: str
    passed: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"passed": False, "drill": self.drill, "needs": self.needs}
