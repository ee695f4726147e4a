"""`rooms`: what the size of a room adds: to a signal for one participant, to a newcomer's snapshot, and to the join that others receive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Final

import psutil

from ..log.sse_parser import SseParser
from ..supervision import begin, stop
from ..tools.http import Client
from ..tools.network import Tally
from ..tools.relays import RelayProcess
from ..tools.workbench import Psql, Workbench
from .budgets import SIGNAL, SNAPSHOT
from .figures import Figure, Result
from .plan import Plan
from .servers import READY, SEATS, Server, Users, relay_for, stream_request, take_seats
from .streams import Deliveries, opened_streams

SMALL: Final = 3
TURNS: Final = 5
"""Of each room, so that both see the same machine. In each turn are as many signals as the plan has events."""

JOINS: Final = 10
CALM: Final = 1.5  # seconds after the last join: what arrives later is not counted


@dataclass(frozen=True)
class _Signals:
    """What signals took in one room: milliseconds until half had arrived (the median of the turns), microseconds of the relay's processor for each."""

    p50: float
    each: float
    sent: int
    missed: int
    generator: float

    @classmethod
    def of(cls, turns: Sequence[Deliveries]) -> _Signals:
        return cls(
            p50=median(one.times.p50 for one in turns),
            each=round(fmean(one.each for one in turns), 2),
            sent=sum(one.sent for one in turns),
            missed=sum(one.missed for one in turns),
            generator=max(one.generator for one in turns),
        )


@dataclass(frozen=True)
class _Costs:
    """Bytes: of a stream until its snapshot has arrived, and of one join to another's stream."""

    snapshot: float
    join: float


async def rooms(bench: Workbench, plan: Plan) -> Result:
    big = plan.room
    async with await bench.psql() as psql:
        users = Users(bench, psql)
        async with relay_for(bench, users, big) as relay:
            few, many = await _signals(bench, psql, users, relay, plan)
            small = await _measure(bench, psql, users, relay, SMALL)
            large = await _measure(bench, psql, users, relay, big)
    of, floor = f"room of {big}", f"room of {SMALL}"
    return Result(
        "rooms",
        [
            Figure("rooms", "signal, p50", of, many.p50, "ms", {floor: few.p50}, SIGNAL),
            Figure("rooms", "CPU per signal", of, many.each, "µs", {floor: few.each}),
            Figure(
                "rooms", "snapshot", of, large.snapshot, "kB", {floor: small.snapshot}, SNAPSHOT
            ),
            Figure("rooms", "join to each", of, large.join, "kB", {floor: small.join}),
        ],
        sent=few.sent + many.sent,
        missed=few.missed + many.missed,
        generator=max(few.generator, many.generator),
    )


async def _signals(
    bench: Workbench, psql: Psql, users: Users, relay: RelayProcess, plan: Plan
) -> list[_Signals]:
    """Signals in a small room and in a large one, in turns."""
    async with (
        _signalled(bench, psql, users, relay, SMALL) as few,
        _signalled(bench, psql, users, relay, plan.room) as many,
    ):
        turns: list[list[Deliveries]] = [[], []]
        for turn in range(TURNS):
            for send, done in zip((few, many), turns, strict=True):
                done.append(await send(plan.events, turn * (plan.events + 1)))
    return [_Signals.of(done) for done in turns]


@asynccontextmanager
async def _signalled(
    bench: Workbench, psql: Psql, users: Users, relay: RelayProcess, size: int
) -> AsyncIterator[Callable[[int, int], Coroutine[Any, Any, Deliveries]]]:
    """A room with this many streams, and a function that sends a number of signals; its second argument is the number of the first.

    They are candidates from one participant to another, who has one stream; the others have all other streams.
    """
    room = await bench.room(psql)
    tokens = await users.make(f"room {room} follower", min(SEATS, size))
    await take_seats(psql, room, list(tokens))
    requests = [stream_request(room, token) for token in tokens.values()]
    opened = [requests[0], *(requests[1 + n % (len(requests) - 1)] for n in range(size - 1))]
    found = await psql.execute(
        "select peer_id from participants where room_id = %s order by user_id limit 2", (room,)
    )
    (to_peer,), (from_peer,) = await found.fetchall()

    async def write(mark: int) -> None:
        body = json.dumps({"candidate": f"mark-{mark}!", "sdpMid": "0"})
        await psql.execute(
            "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'candidate', %s)",
            (room, from_peer, to_peer, body),
        )

    server = Server(psutil.Process(relay.pid), relay.place.port, opened, READY, write)
    async with opened_streams(bench) as streams:
        await streams.open(server)

        async def send(signals: int, first: int) -> Deliveries:
            return await streams.deliver(server, signals, receivers=1, first=first)

        yield send
    await bench.clear(psql, room)


async def _measure(
    bench: Workbench, psql: Psql, users: Users, relay: RelayProcess, size: int
) -> _Costs:
    """One participant of a room with this many seats, three of them on stage, opens a stream, and others join the audience."""
    room = await bench.room(psql)
    tokens = await users.make(f"room {room} seat", size)
    seats = list(tokens)
    await take_seats(psql, room, seats[:SMALL])
    await take_seats(psql, room, seats[SMALL:], role="AUDIENCE")
    newcomers = await users.make(f"room {room} newcomer", JOINS)
    tally = Tally()
    token = next(iter(tokens.values()))
    async with (
        Client(relay.place, token, tally=tally) as client,
        client.follow(f"/rooms/{room}/events") as response,
    ):
        chunks = response.aiter_stream()
        await _until_snapshot(chunks)
        snapshot = tally.received
        reading = begin(_read(chunks), "the reading of a room's events")
        for user in newcomers:
            await psql.execute(
                "insert into participants (room_id, user_id, role) values (%s, %s, 'AUDIENCE')",
                (room, user),
            )
        await asyncio.sleep(CALM)
        await stop(reading)
    joins = (tally.received - snapshot) / JOINS
    await bench.clear(psql, room)
    return _Costs(round(snapshot / 1000, 3), round(joins / 1000, 3))


async def _until_snapshot(chunks: Any) -> None:
    parser = SseParser()
    async for chunk in chunks:
        if any(event.type == "snapshot" for event in parser.feed(chunk)):
            return
    raise RuntimeError("the stream ended before its snapshot")


async def _read(chunks: Any) -> None:
    async for _ in chunks:
        pass
