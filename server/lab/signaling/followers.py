"""A follower for each technique: receives events, records when, and counts the cost."""

from __future__ import annotations

import asyncio
import json
import random
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from ...log.sse_parser import SseParser
from ...supervision import begin, stop
from ...tools.http import UNREACHABLE, Client, Refused, arrived_at
from ...tools.network import Place, Tally
from ...tools.observed_events import EventReceived, ObservedEvents
from ...tools.people import Person
from ...tools.websocket import Socket
from ...types import Cursor
from .plan import WAIT, Plan, Technique

STARTING: Final = 16  # followers that start at the same time
START_WITHIN: Final = 60.0  # seconds until all follow
ANSWERS_WITHIN: Final = 60.0  # seconds; a long poll waits for half of it


class Follower(ABC):
    """Follows one room by one technique; `tally` counts its cost, `fault` says why it ended early."""

    def __init__(self, place: Place, room: int, person: Person, plan: Plan) -> None:
        self.place = place
        self.room = room
        self.person = person
        self.plan = plan
        self.tally = Tally()
        self.observed = ObservedEvents()
        self.following = asyncio.Event()
        self.fault: str | None = None
        self._hallway = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = begin(self._run(), f"follower {self.person.user}")

    async def stop(self) -> None:
        if self._task is not None:
            await stop(self._task)

    async def _run(self) -> None:
        try:
            await self.follow()
            self.fault = "the relay ended it"
        except (Refused, *UNREACHABLE) as error:
            self.fault = f"{type(error).__name__}: {error}"
        finally:
            self.following.set()

    @abstractmethod
    async def follow(self) -> None:
        """Until cancelled. Raises Refused, or one of `UNREACHABLE`."""

    @property
    def seen(self) -> set[int]:
        """The log positions of the events that arrived."""
        return {event.cursor.seq for event in self.observed.events()}

    def _snapshot(self, cursor: str) -> None:
        self.observed.snapshot(Cursor.parse(cursor))
        self.following.set()

    def _event(self, epoch: int, event: dict[str, Any], at: float) -> None:
        self.observed.event(EventReceived.of(epoch, event, at))

    def _frame(self, event: str, cursor: str | None, data: Any, at: float) -> None:
        if event == "bye":
            raise EOFError(f"bye: {data['reason']}")
        if cursor is None:
            return
        if event == "snapshot":
            self._snapshot(cursor)
        else:
            self._event(Cursor.parse(cursor).epoch, data, at)


class StreamFollower(Follower):
    """Database-driven push: one request, whose answer never ends."""

    async def follow(self) -> None:
        parser = SseParser()
        path = f"/rooms/{self.room}/events?peer_id={self.person.peer}"
        async with (
            Client(self.place, self.person.token, tally=self.tally) as client,
            client.follow(path) as response,
        ):
            if response.status != 200:
                raise Refused(f"GET {path}: {response.status}")
            async for chunk in response.aiter_stream():
                for event in parser.feed(chunk):
                    self._frame(event.type, event.id, json.loads(event.data), arrived_at(response))


class PollFollower(Follower):
    """Requests events at a fixed interval, whether there are new ones or not."""

    wait: float = 0.0

    async def follow(self) -> None:
        async with Client(self.place, self.person.token, tally=self.tally) as client:
            await self._ask(client, "")
            # Browsers do not poll at the same moment.
            await self._pause(random.random())
            while True:
                began = asyncio.get_running_loop().time()
                await self._ask(client, str(self.observed.position))
                spent = asyncio.get_running_loop().time() - began
                await self._pause(1 - spent / self.plan.poll_interval)

    async def _pause(self, share: float) -> None:
        await asyncio.sleep(max(0.0, share * self.plan.poll_interval))

    async def _ask(self, client: Client, after: str) -> None:
        wait = f"&wait={self.wait:g}" if self.wait and after else ""
        path = (
            f"/rooms/{self.room}/events?peer_id={self.person.peer}&after={quote(after)}"
            f"&hallway={quote(self._hallway)}{wait}"
        )
        try:
            answered = await client.ask("GET", path, within=ANSWERS_WITHIN)
        except EOFError:
            # The relay closes an idle connection, perhaps at the moment of this request.
            answered = await client.ask("GET", path, within=ANSWERS_WITHIN)
        answer = answered.accepted()
        self._hallway = answer["hallway_cursor"]
        if "bye" in answer:
            raise EOFError(f"bye: {answer['bye']['reason']}")
        if answer.get("snapshot", {}).get("cursor"):
            self._snapshot(answer["snapshot"]["cursor"])
        cursor = Cursor.parse(answer["cursor"])
        for event in answer["events"]:
            self._event(cursor.epoch, event, answered.at)
        self.observed.position = cursor
        if not (answer["events"] or answer["hallway"] or "snapshot" in answer):
            self.tally.empty += 1


class LongPollFollower(PollFollower):
    """Requests events; the relay answers when there are new ones; then requests again at once."""

    wait = WAIT

    async def _pause(self, share: float) -> None:
        return


class SocketFollower(Follower):
    """The article's WebSocket: one handshake, then messages either way."""

    async def follow(self) -> None:
        path = f"/rooms/{self.room}/socket?peer_id={self.person.peer}"
        socket = await Socket.open(self.place, path, self.person.token, self.tally)
        try:
            while True:
                at, message = await socket.next()
                self._frame(message["event"], message.get("id"), message.get("data"), at)
        finally:
            socket.close()


FOLLOWERS: Final[dict[Technique, type[Follower]]] = {
    "sse": StreamFollower,
    "polling": PollFollower,
    "long-polling": LongPollFollower,
    "websocket": SocketFollower,
}


async def start_all(followers: list[Follower]) -> None:
    """Start all followers, some at a time, and wait until all follow. Raises Refused and TimeoutError."""
    gate = asyncio.Semaphore(STARTING)

    async def start(follower: Follower) -> None:
        async with gate:
            follower.start()
            await follower.following.wait()

    async with asyncio.timeout(START_WITHIN):
        await asyncio.gather(*(start(follower) for follower in followers))
    faults = [follower.fault for follower in followers if follower.fault]
    if faults:
        raise Refused(f"{len(faults)} of {len(followers)} could not follow: {faults[0]}")


async def stop_all(followers: list[Follower]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            await asyncio.gather(*(follower.stop() for follower in followers))
