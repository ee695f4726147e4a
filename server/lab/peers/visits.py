"""The pattern, through any lane: a participant joins, offers to one follower, sends it a candidate, and leaves."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple

from ...supervision import begin, stop
from ...tools.waiting import bounded
from .lane import PARTICIPANTS, Lane
from .plan import VISIT, Act
from .refusals import NotAccepted

OVERDUE: Final = 30.0  # seconds that the writing may take longer than planned


class Write(NamedTuple):
    """A write that was acknowledged: its key, what it was, its only recipient, and when it was begun (Unix time)."""

    key: str
    act: Act
    to: int | None
    began: float


@dataclass
class Written:
    """What the participants wrote. `refused` were not acknowledged, so nobody can rely on them."""

    accepted: list[Write]
    refused: int = 0


class Participants:
    """They visit at a steady rate: writes are due at fixed times, however long earlier ones took."""

    def __init__(self, lane: Lane, followers: int, rate: float) -> None:
        self.written = Written([])
        self._lane = lane
        self._followers = followers
        self._pause = 1 / rate
        self._turns = count()
        self._last: int | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, seconds: float | None = None) -> None:
        """Whole visits for about so many seconds, or until `end`."""
        if seconds is not None:
            self._last = max(1, round(seconds / self._pause / len(VISIT)))
        began = asyncio.get_running_loop().time()
        self._tasks = [begin(self._run(n, began), f"participant {n}") for n in range(PARTICIPANTS)]

    async def end(self) -> Written:
        """No visit begins any more; those under way are finished. Raises TimeoutError."""
        self._last = 0 if self._last is None else self._last
        try:
            async with bounded("the last writes", OVERDUE):
                await asyncio.gather(*self._tasks)
        finally:
            for each in self._tasks:
                await stop(each)
        return self.written

    async def _run(self, participant: int, began: float) -> None:
        while True:
            turn = next(self._turns)
            if self._last is not None and turn >= self._last:
                return
            await self._visit(participant, turn, began + turn * len(VISIT) * self._pause)

    async def _visit(self, participant: int, turn: int, due: float) -> None:
        """After a write that was not accepted, the rest of the visit is left out."""
        loop = asyncio.get_running_loop()
        to = turn % self._followers
        for act in VISIT:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due += self._pause
            at = time.time()
            try:
                key = await self._act(act, participant, to)
            except NotAccepted:
                self.written.refused += 1
                return
            recipient = None if act in ("join", "leave") else to
            self.written.accepted.append(Write(key, act, recipient, self._lane.began.pop(key, at)))

    async def _act(self, act: Act, participant: int, to: int) -> str:
        match act:
            case "join":
                return await self._lane.join(participant)
            case "leave":
                return await self._lane.leave(participant)
            case _:
                return await self._lane.signal(participant, act, to)


async def visits(lane: Lane, followers: int, rate: float, seconds: float) -> Written:
    """Whole visits for about so many seconds. Raises TimeoutError."""
    participants = Participants(lane, followers, rate)
    participants.start(seconds)
    await asyncio.sleep(seconds)
    return await participants.end()
