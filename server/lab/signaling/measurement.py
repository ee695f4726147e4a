"""Measures one technique with a number of followers, on a new relay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import reduce
from typing import Final

import psutil

from ...tools.network import Place, Tally
from ...tools.relays import RelayProcess
from ...tools.usage import memory, processor
from ...tools.workbench import Psql, Workbench
from ..quoted.figures import kept
from .figures import Alone, Measurement, Work
from .followers import FOLLOWERS, Follower, start_all, stop_all
from .participants import Participant, Written, participants_of, write
from .plan import Plan, Technique

CALM: Final = 0.5  # seconds after all follow, before the counting begins
ARRIVES_WITHIN: Final = 60.0  # seconds, beyond a poll interval, for the last event

Through = Callable[[Place], Awaitable[Place]]
"""Returns the address that followers use: the relay's, or that of a proxy that a test watches."""


async def directly(place: Place) -> Place:
    return place


class Meter:
    """Reads a relay's cost between two moments: from its metrics, and from the kernel for its process."""

    def __init__(self, relay: RelayProcess) -> None:
        self._relay = relay
        self._process = psutil.Process(relay.pid)

    async def start(self) -> None:
        self._began, self._at = await self._read(), time.monotonic()

    async def stop(self, written: Written) -> Work:
        ended = await self._read()
        cpu, statements, transactions = (b - a for a, b in zip(self._began, ended, strict=True))
        return Work(
            round(time.monotonic() - self._at, 3),
            round(cpu, 3),
            int(statements),
            int(transactions),
            written.writes,
        )

    def memory(self) -> int:
        """Bytes of memory that only this process has (USS)."""
        return memory(self._process)

    async def _read(self) -> tuple[float, float, float]:
        return (
            processor(self._process),
            await self._relay.metric("roomtone_statements_total"),
            await self._relay.metric("roomtone_transactions_total"),
        )


async def measure(
    bench: Workbench,
    technique: Technique,
    number: int,
    plan: Plan,
    *,
    correction: float = 0.0,
    through: Through = directly,
) -> Measurement:
    """Raises Refused, one of `UNREACHABLE`, and RuntimeError."""
    async with await bench.psql() as psql, bench.relay() as relay:
        room = await bench.room(psql)
        people = await bench.people(relay.place, "follower", number)
        people = await bench.seat(psql, room, people)
        writers = await bench.people(relay.place, "participant", plan.participants)
        participants = participants_of(technique, relay.place, room, writers)
        place = await through(relay.place)
        followers = [FOLLOWERS[technique](place, room, person, plan) for person in people]
        meter = Meter(relay)
        before = meter.memory()
        try:
            await start_all(followers)
            peers = [person.peer for person in people]
            await write(participants, peers, plan.visit)
            await _until_all_arrived(bench, psql, room, followers, plan)
            await asyncio.sleep(CALM)
            warm = max((await bench.log(psql, room))[1])
            opening = _sum(followers)
            await meter.start()
            written = await write(participants, peers, plan)
            await _until_all_arrived(bench, psql, room, followers, plan)
            work = await meter.stop(written)
            running = _sum(followers) - opening
            after = meter.memory()
        finally:
            await _close(participants)
            await stop_all(followers)
        epoch, log = await bench.log(psql, room)
        await bench.clear(psql, room)
    owed = [follower.observed.owed(epoch, log, follower.person.user) for follower in followers]
    seen = [follower.seen for follower in followers]
    return Measurement(
        technique=technique,
        followers=number,
        latencies=_latencies(followers, warm, correction),
        opening=opening,
        running=running,
        owed=sum(seq > warm for each in owed for seq in each),
        delivered=sum(seq > warm for each in seen for seq in each),
        missed=sum(len(each - had) for each, had in zip(owed, seen, strict=True)),
        duplicated=sum(follower.observed.duplicated for follower in followers),
        misordered=sum(follower.observed.misordered for follower in followers),
        work=work,
        grown=after - before,
    )


async def baseline(bench: Workbench, technique: Technique, plan: Plan) -> Alone:
    """The cost of the writing alone, as clients of this technique write, without followers."""
    async with await bench.psql() as psql, bench.relay() as relay:
        room = await bench.room(psql)
        target = await bench.seat(psql, room, await bench.people(relay.place, "follower", 1))
        writers = await bench.people(relay.place, "participant", plan.participants)
        participants = participants_of(technique, relay.place, room, writers)
        meter = Meter(relay)
        before = meter.memory()
        try:
            await write(participants, [target[0].peer], plan.visit)
            await asyncio.sleep(CALM)
            await meter.start()
            written = await write(participants, [target[0].peer], plan)
            work = await meter.stop(written)
            grown = meter.memory() - before
        finally:
            await _close(participants)
        await bench.clear(psql, room)
    return Alone(work, grown)


async def _until_all_arrived(
    bench: Workbench, psql: Psql, room: int, followers: list[Follower], plan: Plan
) -> None:
    """Wait until all events have arrived; those that are absent after the deadline are missed."""
    deadline = time.monotonic() + plan.poll_interval + ARRIVES_WITHIN
    epoch, log = await bench.log(psql, room)
    while time.monotonic() < deadline:
        if not any(
            follower.observed.owed(epoch, log, follower.person.user) - follower.seen
            for follower in followers
        ):
            return
        await asyncio.sleep(0.05)


def _latencies(followers: list[Follower], warm: int, correction: float) -> list[list[float]]:
    """Of each event, how late each follower got it, in ms."""
    found: dict[int, list[float]] = {}
    for follower in followers:
        for event in follower.observed.events():
            if event.cursor.seq > warm:
                behind = round(event.behind * 1000 + correction, 3)
                found.setdefault(event.cursor.seq, []).append(behind)
    return kept(found.values())


async def _close(participants: list[Participant]) -> None:
    await asyncio.gather(*(participant.close() for participant in participants))


def _sum(followers: list[Follower]) -> Tally:
    return reduce(Tally.__add__, (follower.tally for follower in followers), Tally())
