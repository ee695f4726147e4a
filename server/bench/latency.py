"""`latency`: from the POST of a join until others in the room see it, bare sockets at both ends; floor: a bare LISTEN."""

from __future__ import annotations

import json
import time
from typing import Final

from ..tools.http import ask
from ..tools.network import Place
from ..tools.notifications import bare_listen
from ..tools.percentiles import Spread, percentiles, spread
from ..tools.usage import processor
from ..tools.workbench import Workbench
from .budgets import join
from .figures import Curve, Figure, Result
from .plan import Plan
from .servers import Server, Users, joined_room, relay_for
from .streams import NOTHING, opened_streams

WARM: Final = 3
"""Joins before the counting begins."""
NUMBERS: Final = 1000  # of joins in one room, at most


async def latency(bench: Workbench, plan: Plan) -> Result:
    heard = await bare_listen(bench)
    listen = spread(heard) or NOTHING
    parts = []
    async with await bench.psql() as psql:
        users = Users(bench, psql)
        async with relay_for(bench, users, 1) as relay:
            for followers in plan.followers:
                async with joined_room(bench, psql, users, relay, followers) as (room, server):
                    new = await users.make(f"room {room} newcomer", plan.joins + WARM)
                    parts.append(await _joins(bench, server, room, list(new.values()), listen))
    floor = Curve("latency", "LISTEN", "", percentiles(heard))
    return Result(
        "latency",
        [figure for part in parts for figure in part.figures],
        curves=[*(curve for part in parts for curve in part.curves), floor],
        sent=sum(part.sent for part in parts),
        missed=sum(part.missed for part in parts),
        generator=max(part.generator for part in parts),
    )


async def _joins(
    bench: Workbench, server: Server, room: int, newcomers: list[str], listen: Spread
) -> Result:
    """These users, given by their tokens, join one after the other, each when all have seen the one before."""
    followers = len(server.requests)
    # a peer_id, which ends with the number of the join
    session = f"{bench.run[-8:]:0>8}-0000-4000-8000-"
    seen: list[float] = []
    answered: list[float] = []
    async with opened_streams(bench) as streams:
        await streams.open(server, pattern=session + r"(\d{12})")

        async def join_next(number: int, token: str) -> None:
            # as a page has asked for something before its user joins
            (await ask(Place(server.port), "GET", "/session", token=token)).accepted()
            mark = room * NUMBERS + number
            request = _post(token, {"room_id": room, "peer_id": f"{session}{mark:012}"})
            one = await streams.post(server.port, request, mark, followers)
            if number >= WARM:
                seen.extend(one["times"])
                answered.append(one["answered"])

        for number, token in enumerate(newcomers[:WARM]):
            await join_next(number, token)
        began, used = time.monotonic(), processor(streams.process)
        for number, token in enumerate(newcomers[WARM:], WARM):
            await join_next(number, token)
        share = (processor(streams.process) - used) / (time.monotonic() - began)
    owed = followers * len(answered)
    of = f"{followers} followers"
    shown, done = spread(seen) or NOTHING, spread(answered) or NOTHING
    return Result(
        "latency",
        [
            Figure(
                "latency",
                "join seen, p50",
                of,
                shown.p50,
                "ms",
                {"LISTEN": listen.p50},
                join(followers),
            ),
            Figure("latency", "join seen, p99", of, shown.p99, "ms", {"LISTEN": listen.p99}),
            Figure("latency", "POST answered, p50", of, done.p50, "ms", {"LISTEN": listen.p50}),
        ],
        curves=[Curve("latency", f"Roomtone, {of}", of, percentiles(seen))],
        sent=owed,
        missed=owed - len(seen),
        generator=round(min(1.0, share), 3),
    )


def _post(token: str, row: dict[str, object]) -> str:
    body = json.dumps(row)
    return (
        f"POST /rows/participants HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
