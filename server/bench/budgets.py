"""What each figure may be: the budgets of the project, for one machine with two cores that does nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..tools.number_format import figure


@dataclass(frozen=True)
class Budget:
    """`most` is the largest value, `times` {floor: the most times of it}, `share` {floor: the least share of it}."""

    most: float | None = None
    times: Mapping[str, float] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)

    def met(self, value: float, floors: Mapping[str, float]) -> bool | None:
        """None if what can be checked is met, and a floor that the budget names was not measured."""
        checks = [self.most is None or value <= self.most]
        checks += [
            value <= most * floors[name] for name, most in self.times.items() if name in floors
        ]
        checks += [
            value >= least * floors[name] for name, least in self.share.items() if name in floors
        ]
        if not all(checks):
            return False
        return True if {*self.times, *self.share} <= {*floors} else None

    def words(self, unit: str) -> str:
        """As a formula, with the names of the floors."""
        most = [] if self.most is None else [f"≤ {figure(self.most)} {unit}"]
        times = [f"≤ {_times(most)}{name}" for name, most in self.times.items()]
        share = [f"≥ {_times(least)}{name}" for name, least in self.share.items()]
        return ", ".join([*most, *times, *share])


def _times(number: float) -> str:
    return "" if number == 1 else f"{number:g} × "


DELIVERY: Final = Budget(times={"loop": 1.5, "nchan": 1.0})
RECEIPT: Final = Budget(times={"nchan": 1.0})
STREAM: Final = Budget(most=12.0)  # kB
PAUSE: Final = Budget(most=50.0)  # ms
SNAPSHOT: Final = Budget(most=64.0)  # kB
AGREES: Final = Budget(most=1.0)  # s
NUMBERS: Final = Budget(most=4.0)  # /s, after the first
ROWS: Final = Budget(most=5.0)  # /s
SIGNAL: Final = Budget(times={"room of 3": 1.2})
FORWARD: Final = Budget(most=0.07)  # % of a core
MIX: Final = Budget(times={"codec": 10.0})
SIGNALS: Final = Budget(share={"bare": 0.5})


def opening(streams: int) -> Budget:
    """Three seconds for 5,000 streams."""
    return Budget(most=round(3.0 * streams / 5000, 3))


def join(followers: int) -> Budget:
    """2 ms with 2 followers, 3 ms with 50; no budget for others."""
    return {2: Budget(most=2.0), 50: Budget(most=3.0)}.get(followers, Budget())
