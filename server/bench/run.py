"""A whole run: one measure after the other, each with its floors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import psutil

from ..tools.output import Step
from ..tools.workbench import Workbench
from .arrivals import arrivals
from .fanout import fanout
from .figures import Report, Result
from .hallway import hallway
from .joins import joins
from .latency import latency
from .media import media
from .memory import memory
from .plan import Measure, Plan
from .relays import relays
from .rooms import rooms
from .wording import EXPLAINED
from .writes import writes

PERFORM: Final[dict[Measure, Callable[[Workbench, Plan], Awaitable[Result]]]] = {
    "fanout": fanout,
    "latency": latency,
    "writes": writes,
    "joins": joins,
    "memory": memory,
    "rooms": rooms,
    "media": media,
    "arrivals": arrivals,
    "hallway": hallway,
    "relays": relays,
}
LOOKS_FOR: Final = 1.0  # seconds


def steps(plan: Plan) -> int:
    return 1 + len(plan.measures)


async def run(bench: Workbench, plan: Plan, on_step: Step = lambda words: None) -> Report:
    """Raises Broken, Refused, one of `UNREACHABLE`, RuntimeError and psycopg errors."""
    on_step("how busy the machine is")
    busy = await asyncio.to_thread(psutil.cpu_percent, LOOKS_FOR)
    results = []
    for measure in plan.measures:
        on_step(f"{measure}: {EXPLAINED[measure].title}")
        results.append(await PERFORM[measure](bench, plan))
    return Report(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=await bench.machine(),
        busy=round(busy / 100, 2),
        plan=plan,
        results=results,
    )
