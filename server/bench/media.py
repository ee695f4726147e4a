"""`media`: what an SFU and an MCU take for three who speak and others who listen, by the lab of topologies."""

from __future__ import annotations

from typing import Final

from ..lab.topology import plan as lab
from ..lab.topology.run import run
from ..lab.topology.wording import SERIES
from ..tools.workbench import Workbench
from .budgets import FORWARD, MIX
from .figures import Figure, Result
from .plan import Plan

SPEAKERS: Final = 3


async def media(bench: Workbench, plan: Plan) -> Result:
    report = await run(
        bench,
        lab.Plan(
            speakers=(SPEAKERS,),
            listeners=(plan.listeners,),
            topologies=("sfu", "mcu"),
            duration=max(plan.duration, lab.DURATIONS[0]),
            repetitions=1,
        ),
        lambda words: None,
    )
    (sfu,), (mcu,) = (each.repetitions for each in report.results)
    of, floors = f"{SPEAKERS} + {plan.listeners}", report.floors
    udp = {"UDP": 100 * floors.udp, "SRTP": 100 * floors.protect}
    codec = {"codec": 100 * floors.codec[SPEAKERS]}
    return Result(
        "media",
        [
            Figure(
                "media", "SFU, a stream", of, 100 * (sfu.per_stream or 0), "% CPU", udp, FORWARD
            ),
            Figure("media", "MCU, the room", of, 100 * mcu.cost.node, "% CPU", codec, MIX),
        ],
        generator=max(*sfu.cost.people, *mcu.cost.people),
        notes=[
            f"media: {SERIES[one.topology].label}: {fault}."
            for one in report.results
            for fault in one.faults
        ],
    )
