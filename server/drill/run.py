"""Performing a drill: traffic, damage, traffic, calm, and then the reckoning."""

from __future__ import annotations

import statistics
import time
from typing import Final

from .comparison import longest, reckon, roster_within, settled
from .drill import Drill
from .environment import Scene
from .readiness_probe import Sentry
from .servers import Stage
from .verdict import Unperformed, Verdict

BEFORE: Final = 0.7  # seconds of traffic
AFTER: Final = 0.7
ROSTER_WITHIN: Final = 5.0  # seconds beyond the grace


async def perform(drill: Drill, stage: Stage) -> Verdict | Unperformed:
    """Play it on a fresh scene. What is missing on this machine is said, not skipped."""
    if (missing := drill.needs()) is not None:
        return Unperformed(drill.name, missing)
    began = time.monotonic()
    async with Scene(
        stage, relays=drill.relays, crowd=drill.crowd, settings=dict(drill.settings)
    ) as scene:
        sentry = Sentry(scene, may_be_unready=drill.unready)
        async with sentry.watching(), scene.writers.writing():
            await scene.traffic(BEFORE)
            await drill.play(scene)
            await scene.traffic(AFTER)
        scene.departed()  # some who passed by at the very end
        return await _judge(drill, scene, began)


async def _judge(drill: Drill, scene: Scene, began: float) -> Verdict:
    await scene.until_all_follow()
    roster_s, wrong = await roster_within(scene, scene.grace + ROSTER_WITHIN)
    truth = await settled(scene)
    count = reckon(scene.followers, truth)
    for what, seats in wrong.items():
        scene.faults.append(f"{len(seats)} {what} on the roster: {seats[:3]}")
    for number, what in (
        (count.missed, "events missed"),
        (count.duplicated, "events duplicated"),
        (count.misordered, "events out of order"),
        (count.gaps, "gaps in the log itself"),
    ):
        scene.expect(not number, f"{number} {what}")
    views = count.wrong_rosters
    scene.expect(not views, f"{len(views)} see another roster than the table: {views[:3]}")
    if not scene.fresh_starts:
        scene.expect(not count.snapshots, f"{count.snapshots} snapshots nobody needed")
    unseated = [one for one in scene.followers if one.state == "unseated"]
    for one in unseated[:3]:
        scene.faults.append(f"{one.name} lost its seat: {one.refusal}, {dict(one.byes)}")
    for relay in scene.relays:
        errors = relay.errors()
        scene.expect(not errors, f"a relay logged {len(errors)} errors: {errors[:2]}")
    return Verdict(
        drill=drill.name,
        followers=len(scene.followers),
        rooms=len(scene.rooms),
        written=scene.writers.counted["written"],
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
        figures=scene.figures,
        faults=tuple(scene.faults),
    )
