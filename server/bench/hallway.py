"""`hallway`: thousands follow the hallway of thousands of rooms, in which seats change all the time."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Final

import psutil

from ..tools.relays import RelayProcess
from ..tools.usage import processor
from ..tools.workbench import Psql, Workbench
from ..tools.worker import Worker
from .arrivals import late, parts, people
from .budgets import ROWS, SNAPSHOT
from .figures import Figure, Result
from .plan import Plan
from .processors import Processors
from .servers import Users, relay_for

TOGETHER: Final = 10  # seats in one transaction
SEATED: Final = 2000  # users who sit in the rooms
OPEN_PER_SECOND: Final = 500  # streams
CALM: Final = 2.0  # seconds


async def hallway(bench: Workbench, plan: Plan) -> Result:
    async with await bench.psql() as psql:
        users = Users(bench, psql)
        rooms = await _rooms(bench, psql, plan.rooms)
        seated = list(await users.make("hallway seat", min(SEATED, 2 * plan.rooms)))
        await _seat(psql, rooms, seated)
        lookers = list((await users.make("hallway looker", plan.lookers)).values())
        async with relay_for(bench, users, 10) as relay, people(bench) as crowd:
            for part in parts(lookers):
                await crowd.ask("load", tokens=part)
            return await _measure(psql, relay, crowd, rooms, seated, plan)


async def _measure(
    psql: Psql,
    relay: RelayProcess,
    crowd: Worker,
    rooms: list[int],
    seated: list[int],
    plan: Plan,
) -> Result:
    seconds = plan.lookers / OPEN_PER_SECOND
    opened = await crowd.ask("watch", within=600.0, port=relay.place.port, seconds=seconds)
    await asyncio.sleep(CALM)
    used = await Processors.of(psql, [relay.pid])
    generator = psutil.Process(crowd.pid)
    before, own = await crowd.ask("received"), processor(generator)
    cpu, sql_cpu, began = used.relays(), used.postgres(), time.monotonic()
    changed = await _churn(psql, rooms, seated, plan)
    took = time.monotonic() - began
    await asyncio.sleep(CALM)  # what is sent late belongs to it
    cpu, postgres = used.relays() - cpu, (used.postgres() or 0.0) - (sql_cpu or 0.0)
    share = (processor(generator) - own) / (took + CALM)
    got = await crowd.ask("received")
    many, took = plan.lookers, took + CALM
    of = f"{plan.rooms} rooms"
    at = f"{changed / (took - CALM):.0f} seats/s"
    rows = (got["rows"] - before["rows"]) / many / took
    figures = [
        Figure(
            "hallway", "snapshot", of, round(opened["snapshot"] / 1000, 2), "kB", budget=SNAPSHOT
        ),
        Figure("hallway", "until all opened", f"{many} follow", round(opened["opened"], 2), "s"),
        Figure("hallway", "rows to each", at, round(rows, 2), "/s", budget=ROWS),
        Figure(
            "hallway",
            "bytes to each",
            at,
            round((got["bytes"] - before["bytes"]) / many / took / 1000, 3),
            "kB/s",
        ),
        Figure("hallway", "CPU relay, each", at, round(cpu / took / many * 1e6, 1), "µs/s"),
    ]
    if sql_cpu is not None:
        each = round(postgres / changed * 1e6)
        figures.append(Figure("hallway", "CPU SQL, change", at, each, "µs"))
    lost = many - got["following"]
    return Result(
        "hallway",
        figures,
        sent=many,
        missed=lost,
        generator=round(min(1.0, share), 3),
        notes=late(opened, "hallway"),
    )


async def _rooms(bench: Workbench, psql: Psql, many: int) -> list[int]:
    made = await psql.execute(
        "insert into rooms (name, host_id) select 'Lab ' || n, (sign_in(%s)).id from generate_series(1, %s) n returning id",
        (f"lab {bench.run} host", many),
    )
    return [room for (room,) in await made.fetchall()]


async def _seat(psql: Psql, rooms: list[int], users: list[int]) -> None:
    """Everybody sits in one room."""
    await psql.execute(
        "insert into participants (room_id, user_id)"
        " select (%s::bigint[])[1 + n %% %s], u from unnest(%s::bigint[]) with ordinality x (u, n)",
        (rooms, len(rooms), users),
    )


async def _churn(psql: Psql, rooms: list[int], users: list[int], plan: Plan) -> int:
    """Users leave where they sit and join another room, at the planned rate; how many seats changed."""
    chosen = random.Random(20261127)
    began = time.monotonic()
    changed = 0
    while time.monotonic() - began < plan.duration:
        who = chosen.sample(users, min(len(users), TOGETHER // 2))
        async with psql.transaction():
            gone = await psql.execute("delete from participants where user_id = any (%s)", (who,))
            await psql.execute(
                "insert into participants (room_id, user_id) select * from unnest(%s::bigint[], %s::bigint[])",
                ([chosen.choice(rooms) for _ in who], who),
            )
        changed += gone.rowcount + len(who)
        await asyncio.sleep(max(0.0, began + changed / plan.churn - time.monotonic()))
    return changed
