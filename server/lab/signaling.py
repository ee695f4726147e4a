"""A whole run: the floors, the writing alone, then every technique with every number of followers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

from .bench import Bench
from .figures import Report
from .floors import clock, floors
from .measurement import Through, baseline, directly, measure
from .plan import Plan, Technique

Progress = Callable[[str], None]
"""Called with the name of the next step, once for each of `steps(plan)`."""

WORDS: Final = {
    "sse": "push (SSE)",
    "polling": "polling",
    "long-polling": "long-polling",
    "websocket": "WebSocket",
}


def steps(plan: Plan) -> int:
    return 3 + len(plan.techniques) * len(plan.followers)


async def run(
    bench: Bench,
    plan: Plan,
    on_progress: Progress = lambda line: None,
    *,
    through: Through = directly,
) -> Report:
    """Raises Refused, OSError, EOFError, TimeoutError, RuntimeError and psycopg errors."""
    async with AsyncExitStack() as finally_:
        finally_.push_async_callback(bench.forget)
        on_progress("the floors: a bare LISTEN, bare writes to sockets")
        clocks = await clock(bench)
        lowest = await floors(bench, plan.followers, clocks.correction)
        async with await bench.psql() as psql:
            answer = await (await psql.execute("show server_version")).fetchone()
        baselines = {}
        ways: dict[str, Technique] = {"rows": "sse", "websocket": "websocket"}
        for way, technique in ways.items():
            on_progress(f"the writing alone, by {way}")
            baselines[way] = await baseline(bench, technique, plan)
        measurements = []
        for number in plan.followers:
            for technique in plan.techniques:
                on_progress(f"{WORDS[technique]}, {number} followers")
                measurements.append(
                    await measure(
                        bench,
                        technique,
                        number,
                        plan,
                        correction=clocks.correction,
                        through=through,
                    )
                )
    return Report(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=bench.machine(str(answer[0]) if answer else "?"),
        plan=plan,
        clock=clocks,
        floors=lowest,
        baselines=baselines,
        measurements=measurements,
    )
