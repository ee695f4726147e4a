"""`arrivals`: thousands join one counted room within seconds, each with a stream, and leave again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psutil

from ..tools.relays import RelayProcess
from ..tools.usage import processor
from ..tools.workbench import Psql, Workbench
from ..tools.worker import Worker, worker
from .budgets import AGREES, NUMBERS, SNAPSHOT
from .figures import Curve, Figure, Result
from .plan import COUNTED, Plan
from .processors import Processors, calls, counted_calls
from .servers import Users, relay_for, take_seats
from .techniques import TECHNIQUES, Followers, followers_of_each

EACH: Final = 10  # followers by each technique
KEPT: Final = COUNTED + 20  # of those who joined stay, so that the roster stays counted
PART: Final = 500  # tokens in one command
CALM: Final = 1.5  # seconds before the counting begins


async def arrivals(bench: Workbench, plan: Plan) -> Result:
    async with await bench.psql() as psql, counted_calls(bench) as counts:
        users = Users(bench, psql)
        async with relay_for(bench, users, 10) as relay, people(bench) as crowd:
            room = await counted_room(bench, psql, users)
            tokens = await users.make(f"room {room} joins", plan.crowd)
            for part in parts(list(tokens.values())):
                await crowd.ask("load", tokens=part)
            by_technique = await users.make(f"room {room} technique", EACH * len(TECHNIQUES))
            await take_seats(psql, room, list(by_technique))
            listening = list(by_technique.values())
            async with followers_of_each(relay.place, room, listening) as each:
                await asyncio.sleep(CALM)
                result = await _measure(psql, relay, crowd, each, room, plan, counts=counts)
            await bench.clear(psql, room)
    return result


async def _measure(
    psql: Psql,
    relay: RelayProcess,
    crowd: Worker,
    each: Followers,
    room: int,
    plan: Plan,
    *,
    counts: bool,
) -> Result:
    used = await Processors.of(psql, [relay.pid])
    generator = psutil.Process(crowd.pid)
    port, within = relay.place.port, 300.0 + plan.arrive
    reads = await calls(psql, "relay_read") if counts else 0
    before, own, bytes_before = await _log(psql, room), processor(generator), each.bytes_each()
    cpu, sql_cpu = used.relays(), used.postgres()

    came = await crowd.ask("arrive", within=within, port=port, room=room, seconds=plan.arrive)
    here = (await _log(psql, room))[1]
    agreed = await crowd.ask("agree", here=here, since=came["joined"])
    wrong, by_technique = await each.agree(here, came["joined"])
    took = came["joined"] - came["began"] + agreed["last"]
    share = (processor(generator) - own) / took
    cpu = used.relays() - cpu
    postgres = None if sql_cpu is None else (used.postgres() or 0.0) - sql_cpu
    events = (await _log(psql, room))[0] - before[0]
    read = (await calls(psql, "relay_read") - reads) if counts else 0
    got = await crowd.ask("received")
    spent = {
        technique: (many - bytes_before[technique]) / took
        for technique, many in each.bytes_each().items()
    }

    left = await crowd.ask(
        "leave", within=within, port=port, room=room, keep=KEPT, seconds=plan.arrive
    )
    here = (await _log(psql, room))[1]
    after = await crowd.ask("agree", here=here, since=left["left"])
    also_wrong, _ = await each.agree(here, left["left"])

    of, many = f"{plan.crowd} join", plan.crowd
    figures = [
        _figure("all joined", of, round(came["seconds"], 2), "s", {"plan": plan.arrive}),
        _figure("number right", of, round(agreed["last"], 3), "s", budget=AGREES),
        _figure(
            "numbers to each", of, round(max(0, got["numbers"] - 1) / took, 2), "/s", budget=NUMBERS
        ),
        _figure("a join to others", of, round(got["bytes"] / many / 1000, 3), "kB"),
        _figure("snapshot", of, round(came["snapshot"] / 1000, 2), "kB", budget=SNAPSHOT),
        _figure("CPU relay, join", of, round(cpu / many * 1e6), "µs"),
    ]
    if postgres is not None:
        figures.append(_figure("CPU SQL, join", of, round(postgres / many * 1e6), "µs"))
    if counts:
        figures.append(_figure("reads, an event", of, round(read / events, 3), "calls"))
    for technique, many_bytes in spent.items():
        each_second = round(many_bytes / 1000, 3)
        figures.append(_figure("bytes each", technique, each_second, "kB/s"))
        figures.append(_figure("number right", technique, round(by_technique[technique], 3), "s"))
    of = f"{plan.crowd - KEPT} leave"
    figures += [
        _figure("all left", of, round(left["seconds"], 2), "s", {"plan": plan.arrive}),
        _figure("number right", of, round(after["last"], 3), "s", budget=AGREES),
    ]
    return Result(
        "arrivals",
        figures,
        curves=[
            Curve("arrivals", "join answered", of, {int(k): v for k, v in came["times"].items()})
        ],
        sent=2 * (many + EACH * len(TECHNIQUES)),
        missed=agreed["wrong"] + after["wrong"] + wrong + also_wrong,
        generator=round(min(1.0, share), 3),
        notes=late(came, "arrivals"),
    )


def _figure(
    what: str, of: str, value: float, unit: str, floors: Any = None, budget: Any = None
) -> Figure:
    rest = {} if budget is None else {"budget": budget}
    return Figure("arrivals", what, of, value, unit, floors or {}, **rest)


def late(came: dict[str, Any], measure: str) -> list[str]:
    """That the generator could not keep the pace, or that the relay was too busy to answer."""
    notes = []
    if came["late"] >= 1:
        notes.append(
            f"{measure}: some were asked for {came['late']:.1f} s later than planned, because earlier ones were not answered yet."
        )
    if came["again"]:
        notes.append(f"{measure}: the relay was busy {came['again']} times, and was asked again.")
    return notes


async def _log(psql: Psql, room: int) -> tuple[int, int]:
    """The log's newest position, and how many are in the room."""
    found = await psql.execute("select head_seq, here from logs where room_id = %s", (room,))
    row = await found.fetchone()
    assert row is not None
    return row[0], row[1]


async def counted_room(bench: Workbench, psql: Psql, users: Users) -> int:
    """A new room with a moderated stage, whose roster is counted; nobody in it follows."""
    room = await bench.room(psql)
    await psql.execute("update rooms set stage = 'moderated' where id = %s", (room,))
    await take_seats(psql, room, list(await users.make(f"room {room} seat", COUNTED)))
    return room


def parts(tokens: list[str]) -> list[list[str]]:
    return [tokens[start : start + PART] for start in range(0, len(tokens), PART)]


@asynccontextmanager
async def people(bench: Workbench) -> AsyncIterator[Worker]:
    """A new process with nobody in it."""
    async with worker(
        "the crowd", f"{__package__}.crowd_process", bench.folder / "crowd.log"
    ) as process:
        yield process
