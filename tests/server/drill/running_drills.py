"""Which drills each file performs, so that the files can run in parallel, and what each drill has to show."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace

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
from roomtone.drill.environment import DISCONNECTED, DrillEnvironment
from roomtone.drill.run import perform
from roomtone.drill.verdict import Verdict
from roomtone.tools.waiting import until

from ... import namespaces
from .conftest import ServerFor


def _drills_in(module: object) -> list[str]:
    drills = [each for each in vars(module).values() if isinstance(each, Drill)]
    return [name for name, drill in DRILLS.items() if drill in drills]


ONE_AFTER_THE_OTHER = (
    ("large-sdp", "out-of-order-commits", "frozen-network", "buffering-proxy", "sleeping-laptop", "relay-killed"),
    ("second-node-killed", "edge-killed"),
    ("hostile-notify", "read-only-minute", "listener-terminated", "relay-takeover"),
    ("seven-tabs", "hidden-tab"),
    ("postgres-crash", "restored"),
    ("bus-killed", "bus-frozen", "pump-killed", "two-pumps", "primary-promoted"),
)  # fmt: skip
"""Their faults happen to the same relays and followers, in this order, because to start those takes most of the time. The first has as many relays as any of
them, and the last the environment that all of them need."""

OTHERS = 16
"""Followers whom no fault is about, of each relay: one by each technique in each room."""


def _in_turn(names: list[str]) -> list[str]:
    """Those that happen one after the other as one name, in the place of the first."""
    turns = {turn[0]: turn for turn in ONE_AFTER_THE_OTHER}
    later = {name for turn in ONE_AFTER_THE_OTHER for name in turn[1:]}
    return ["+".join(turns.get(name, (name,))) for name in names if name not in later]


OF_SERVERS = [
    name
    for module in (database_faults, full_disk, read_only, relay_faults, restoration, upgrades)
    for name in _drills_in(module)
]
OF_BROWSERS = _drills_in(browser_faults) + _drills_in(client_faults)
OF_BUS = [name for module in (bus_faults, pooler, promotion) for name in _drills_in(module)]
OF_NETWORKS = [name for name in DRILLS if name not in OF_SERVERS + OF_BROWSERS + OF_BUS]
"""All other drills, so that none is left out."""

OF_SERVERS, OF_BROWSERS, OF_BUS, OF_NETWORKS = map(
    _in_turn, (OF_SERVERS, OF_BROWSERS, OF_BUS, OF_NETWORKS)
)


def _drill(name: str) -> Drill:
    """One drill, or one with the faults of several, each of which follows as much traffic as in its own, and forbids the same. Its faults say whose they are."""
    drills = [DRILLS[each] for each in name.split("+")]
    first, last = drills[0], drills[-1]
    assert first.relays == max(drill.relays for drill in drills), name
    assert {drill.environment for drill in drills} <= {first.environment, last.environment}, name

    async def cause_all(environment: DrillEnvironment) -> None:
        for drill in drills:
            known, snapshots = len(environment.faults), _unnecessary_snapshots(environment)
            environment.may_be_unready = drill.unready
            await drill.cause_fault(environment)
            if drill is not last:
                await environment.until_all_follow()
                for relay in environment.relays:
                    await until(relay.ready)
                await environment.ordinary_traffic()
            if not drill.new_snapshots:
                snapshots = _unnecessary_snapshots(environment) - snapshots
                environment.expect(not snapshots, f"{snapshots} unnecessary snapshots")
            environment.faults[known:] = [
                f"{drill.name}: {each}" for each in environment.faults[known:]
            ]

    def missing() -> str | None:
        return next(filter(None, (drill.needs() for drill in drills)), None)

    return replace(
        last,
        name=name,
        cause_fault=cause_all,
        crowd=OTHERS * first.relays + DISCONNECTED * len(drills),
        settings=dict(ChainMap(*(dict(drill.settings) for drill in drills))),
        durable=any(drill.durable for drill in drills),
        unready=first.unready,
        new_snapshots=any(drill.new_snapshots for drill in drills),
        needs=missing,
    )


def _unnecessary_snapshots(environment: DrillEnvironment) -> int:
    return sum(follower.observed.unnecessary_snapshots for follower in environment.followers)


def finds_no_missed_duplicated_or_misordered_event(name: str, server_for: ServerFor) -> None:
    drill = _drill(name)
    if drill.environment is full_disk.DISK_FULL.environment:
        namespaces.require(*namespaces.MOUNT)
    verdict = uvloop.run(perform(drill, server_for(drill)))
    assert isinstance(verdict, Verdict), verdict
    assert verdict.faults == (), verdict.faults
    assert (verdict.missed, verdict.duplicated, verdict.misordered) == (0, 0, 0), verdict
    assert verdict.followers >= drill.crowd
    assert verdict.rooms >= 4
    assert verdict.written > 20
    assert verdict.events > 2 * verdict.written
