"""A whole run: the floors, the writing alone, then every technique with every number of followers."""

from __future__ import annotations

from datetime import UTC, datetime

from ...tools.output import Step
from ...tools.workbench import Workbench
from .figures import Report
from .floors import clock, floors
from .measurement import Through, baseline, directly, measure
from .plan import Plan, Technique
from .wording import SERIES


def steps(plan: Plan) -> int:
    return 3 + len(plan.techniques) * len(plan.followers)


async def run(
    bench: Workbench,
    plan: Plan,
    on_step: Step = lambda words: None,
    *,
    through: Through = directly,
) -> Report:
    """Raises Refused, one of `UNREACHABLE`, RuntimeError and psycopg errors."""
    on_step("the floors: a bare LISTEN, bare writes to sockets")
    clocks = await clock(bench)
    lowest = await floors(bench, plan.followers, clocks.correction)
    baselines = {}
    ways: dict[str, Technique] = {"rows": "sse", "websocket": "websocket"}
    for way, technique in ways.items():
        on_step(f"the writing alone, by {way}")
        baselines[way] = await baseline(bench, technique, plan)
    measurements = []
    for number in plan.followers:
        for technique in plan.techniques:
            on_step(f"{SERIES[technique].label}, {number} followers")
            one = await measure(
                bench, technique, number, plan, correction=clocks.correction, through=through
            )
            measurements.append(one)
    return Report(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=await bench.machine(),
        plan=plan,
        clock=clocks,
        floors=lowest,
        baselines=baselines,
        measurements=measurements,
    )
