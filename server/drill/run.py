"""Performs a drill: traffic, the fault, traffic, and then the comparison."""

from __future__ import annotations

import statistics
import time
from typing import Final

from ..tools.database_server import DatabaseServer
from ..tools.waiting import bounded, in_thread
from .comparison import compare, longest, wait_for_roster, wait_until_caught_up
from .drill import Drill
from .environment import DrillEnvironment, opened
from .readiness_probe import ReadinessProbe
from .verdict import NotPerformed, Verdict

TAKES_AT_MOST: Final = 900.0  # seconds; the longest one takes about 70 on a quiet machine


async def perform(drill: Drill, server: DatabaseServer) -> Verdict | NotPerformed:
    """Perform it in a new environment. If this machine lacks something, the drill fails and says so. Raises TimeoutError when it does not end."""
    if (missing := drill.needs()) is not None:
        return NotPerformed(drill.name, missing)
    async with bounded(f"the drill {drill.name}", TAKES_AT_MOST):
        return await _perform(drill, server)


async def _perform(drill: Drill, server: DatabaseServer) -> Verdict:
    began = time.monotonic()
    environment = await in_thread(drill.environment, server, drill)
    async with opened(environment):
        environment.may_be_unready = drill.unready
        probe = ReadinessProbe(environment)
        async with probe.watching(), environment.writers.writing():
            await environment.ordinary_traffic()
            await drill.cause_fault(environment)
            await environment.ordinary_traffic()
        environment.note_departure()  # some brief participants left at the very end
        return await _judge(drill, environment, began)


async def _judge(drill: Drill, environment: DrillEnvironment, began: float) -> Verdict:
    await environment.until_all_follow()
    roster_s, wrong = await wait_for_roster(environment)
    tables = await wait_until_caught_up(environment)
    count = compare(environment.followers, tables)
    for what, seats in wrong.items():
        environment.faults.append(f"{len(seats)} {what} on the roster: {seats[:3]}")
    for number, what in (
        (count.missed, "events missed"),
        (count.duplicated, "events duplicated"),
        (count.misordered, "events out of order"),
        (count.gaps, "gaps in the log itself"),
    ):
        environment.expect(not number, f"{number} {what}")
    environment.expect(
        environment.counted <= tables.counted, "the audience of a room is not counted any more"
    )
    views = count.wrong_rosters
    environment.expect(not views, f"{len(views)} have another roster than the table: {views[:3]}")
    if not drill.new_snapshots:
        environment.expect(not count.snapshots, f"{count.snapshots} unnecessary snapshots")
    unseated = [follower for follower in environment.followers if follower.state == "unseated"]
    for follower in unseated[:3]:
        environment.faults.append(
            f"{follower.name} lost its seat: {follower.refusal}, {dict(follower.byes)}"
        )
    for relay in environment.relays:
        errors = relay.errors()
        environment.expect(not errors, f"a relay logged {len(errors)} errors: {errors[:2]}")
    return Verdict(
        drill=drill.name,
        followers=len(environment.followers),
        rooms=len(environment.rooms),
        written=environment.writers.counted["written"],
        events=count.events,
        missed=count.missed,
        duplicated=count.duplicated,
        misordered=count.misordered,
        snapshots=count.snapshots,
        reconnections=count.reconnections,
        behind_ms=round(longest(count.behind)),
        usually_ms=round(statistics.median(count.behind) * 1000) if count.behind else 0,
        roster_s=round(roster_s, 1),
        seconds=round(time.monotonic() - began, 1),
        figures=environment.figures,
        faults=tuple(environment.faults),
    )
