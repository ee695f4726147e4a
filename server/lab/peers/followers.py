"""Followers in this process: each keeps when every event arrived, and follows again whenever its connection ends."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import psycopg

from ...log.sse_parser import SseEvent, SseParser
from ...supervision import begin, stop
from ...tools.http import UNREACHABLE, Client, Refused, arrived_at
from ...tools.network import Place, Tally
from .lane import Arrivals, Lane, Surroundings
from .refusals import CannotStart

AGAIN_AFTER: Final = 0.25
"""Seconds until a follower connects again, of every system: some clients wait longer by default, which no count depends on."""
STARTING: Final = 8  # followers that connect at the same time
START_WITHIN: Final = 60.0  # seconds until all follow

LOST = (Refused, psycopg.OperationalError, *UNREACHABLE)
"""The errors after which a follower connects again."""


class Follower(ABC):
    """Follows by its own connection; `follows` while it does."""

    def __init__(self) -> None:
        self.arrivals: Arrivals = {}
        self.tally = Tally()
        self.follows = asyncio.Event()
        self.fault = ""
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = begin(self._run(), "follower")

    async def stop(self) -> None:
        if self._task is not None:
            await stop(self._task)

    def arrived(self, key: str, at: float) -> None:
        self.arrivals.setdefault(key, []).append(at)
        self._more.set()

    async def seen(self, key: str) -> None:
        """Returns when it has this event; one task at a time may wait."""
        while key not in self.arrivals:
            self._more.clear()
            await self._more.wait()

    async def _run(self) -> None:
        while True:
            try:
                await self.follow()
            except LOST as error:
                self.fault = f"{type(error).__name__}: {error}"
            self.follows.clear()
            await asyncio.sleep(AGAIN_AFTER)

    @abstractmethod
    async def follow(self) -> None:
        """Connect and follow until the connection ends; sets `follows`. Raises one of `LOST`."""


class StreamFollower(Follower):
    """By server-sent events, resumed by Last-Event-ID, as browsers do (HTML standard, 9.2.3)."""

    def __init__(self, place: Place, path: str, token: str | None = None) -> None:
        super().__init__()
        self._place = place
        self._path = path
        self._token = token
        self._last_id = ""

    async def follow(self) -> None:
        parser = SseParser()
        resume = {"Last-Event-ID": self._last_id} if self._last_id else {}
        async with (
            Client(self._place, self._token, tally=self.tally) as client,
            client.follow(self._path, resume) as response,
        ):
            if response.status != 200:
                raise Refused(f"GET {self._path}: {response.status}")
            self.began()
            async for chunk in response.aiter_stream():
                for event in parser.feed(chunk):
                    if event.id is not None:
                        self._last_id = event.id
                    self.received(event, arrived_at(response))

    def began(self) -> None:
        """The answer has begun."""
        self.follows.set()

    def received(self, event: SseEvent, at: float) -> None:
        if event.data:
            message: dict[str, Any] = json.loads(event.data)
            self.arrived(message["key"], at)


class Followers:
    """All followers of a lane."""

    def __init__(self) -> None:
        self._all: list[Follower] = []

    async def start(self, followers: Sequence[Follower]) -> None:
        """These follow as well: wait until they do. Raises CannotStart."""
        self._all += followers
        gate = asyncio.Semaphore(STARTING)

        async def start(follower: Follower) -> None:
            async with gate:
                follower.start()
                await follower.follows.wait()

        try:
            async with asyncio.timeout(START_WITHIN):
                await asyncio.gather(*(start(follower) for follower in followers))
        except TimeoutError:
            faults = [each.fault for each in followers if not each.follows.is_set()]
            why = f"{len(faults)} of {len(followers)} could not follow"
            raise CannotStart(why, words=str(faults[0])) from None

    async def stop(self) -> None:
        await asyncio.gather(*(follower.stop() for follower in self._all), return_exceptions=True)
        self._all.clear()

    async def seen(self, follower: int, key: str) -> None:
        await self._all[follower].seen(key)

    def arrivals(self) -> list[Arrivals]:
        return [follower.arrivals for follower in self._all]

    def following(self) -> int:
        return sum(follower.follows.is_set() for follower in self._all)

    def tally(self) -> Tally:
        return reduce(Tally.__add__, (follower.tally for follower in self._all), Tally())


class FollowedHere(Lane):
    """A lane whose followers are in this process."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.followers = Followers()

    @abstractmethod
    async def close_participants(self) -> None:
        """Close the connections by which participants write."""

    async def stop(self) -> None:
        await self.followers.stop()
        await self.close_participants()
        await super().stop()

    async def arrivals(self) -> list[Arrivals]:
        return self.followers.arrivals()

    async def seen(self, follower: int, key: str) -> None:
        await self.followers.seen(follower, key)

    async def following(self) -> int:
        return self.followers.following()

    async def tally(self) -> Tally:
        return self.followers.tally()
