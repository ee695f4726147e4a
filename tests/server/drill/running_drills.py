"""Which drills each file performs, so that the files can be run beside each other, and what is asked of every one."""

from __future__ import annotations

import uvloop
from roomtone.drill import browser_faults, client_faults, database_faults, relay_faults
from roomtone.drill.catalogue import DRILLS
from roomtone.drill.drill import Drill
from roomtone.drill.run import perform
from roomtone.drill.verdict import Verdict

from .conftest import StageFor


def _told_in(module: object) -> list[str]:
    drills = [each for each in vars(module).values() if isinstance(each, Drill)]
    return [name for name, drill in DRILLS.items() if drill in drills]


OF_SERVERS = _told_in(database_faults) + _told_in(relay_faults)
OF_BROWSERS = _told_in(browser_faults) + _told_in(client_faults)
OF_THE_WAY_BETWEEN = [name for name in DRILLS if name not in OF_SERVERS + OF_BROWSERS]
"""Whatever is none of the others, so that none is left out."""


def finds_nothing_missed_doubled_or_misplaced(name: str, stage_for: StageFor) -> None:
    drill = DRILLS[name]
    verdict = uvloop.run(perform(drill, stage_for(drill)))
    assert isinstance(verdict, Verdict), verdict
    assert verdict.faults == (), verdict.faults
    assert (verdict.missed, verdict.duplicated, verdict.misordered) == (0, 0, 0), verdict
    assert verdict.followers >= 50
    assert verdict.rooms >= 4
    assert verdict.written > 20
    assert verdict.events > 500
