"""Which drills each file performs, so that the files can run in parallel, and what each drill has to show."""

from __future__ import annotations

import uvloop
from roomtone.drill import (
    browser_faults,
    bus_faults,
    client_faults,
    database_faults,
    full_disk,
    pooler,
    promotion,
    read_only,
    relay_faults,
    restoration,
    upgrades,
)
from roomtone.drill.catalogue import DRILLS
from roomtone.drill.drill import Drill
from roomtone.drill.run import perform
from roomtone.drill.verdict import Verdict

from ... import namespaces
from .conftest import ServerFor


def _drills_in(module: object) -> list[str]:
    drills = [each for each in vars(module).values() if isinstance(each, Drill)]
    return [name for name, drill in DRILLS.items() if drill in drills]


OF_SERVERS = [
    name
    for module in (database_faults, full_disk, read_only, relay_faults, restoration, upgrades)
    for name in _drills_in(module)
]
OF_BROWSERS = _drills_in(browser_faults) + _drills_in(client_faults)
OF_BUS = [name for module in (bus_faults, pooler, promotion) for name in _drills_in(module)]
OF_NETWORKS = [name for name in DRILLS if name not in OF_SERVERS + OF_BROWSERS + OF_BUS]
"""All other drills, so that none is left out."""


def finds_no_missed_duplicated_or_misordered_event(name: str, server_for: ServerFor) -> None:
    drill = DRILLS[name]
    if drill is full_disk.DISK_FULL:
        namespaces.require(*namespaces.MOUNT)
    verdict = uvloop.run(perform(drill, server_for(drill)))
    assert isinstance(verdict, Verdict), verdict
    assert verdict.faults == (), verdict.faults
    assert (verdict.missed, verdict.duplicated, verdict.misordered) == (0, 0, 0), verdict
    assert verdict.followers >= 50
    assert verdict.rooms >= 4
    assert verdict.written > 20
    assert verdict.events > 2 * verdict.written
