"""The rooms that are heard without a seat through this relay."""

from __future__ import annotations

from functools import partial
from typing import Final

from ..problem import Problem
from ..relay.relay import Relay
from ..supervision import Supervisor
from ..types import RoomId
from .broadcast import Broadcast
from .mix_requests import MixRequests

RETRY_AFTER: Final = 30  # seconds


class Broadcasts:
    """`most`: how many listen to the stream of one room here."""

    def __init__(self, requests: MixRequests, relay: Relay, tasks: Supervisor, most: int) -> None:
        self._requests = requests
        self._relay = relay
        self._tasks = tasks
        self._most = most
        self._running: dict[RoomId, Broadcast] = {}

    async def require(self, room: RoomId) -> None:
        """Raises psycopg errors unless the room may be heard."""
        if self.running(room) is None:
            await self._requests.require(room)

    async def heard(self, room: RoomId) -> Broadcast:
        """The broadcast of this room, begun if nobody listened yet. Raises psycopg errors if it may not be heard, Problem 503 while the relay stops."""
        if (running := self.running(room)) is not None:
            return running
        await self._requests.require(room)
        if (running := self.running(room)) is not None:
            return running
        if self._relay.stopping.is_set():
            raise Problem(503, "57P01", "this relay is stopping", hint="Try again in a moment.")
        begun = self._running[room] = Broadcast(
            room, self._requests, partial(self._is_doubtful, room)
        )
        self._tasks.once(self._run(room, begun), "listening without a seat")
        return begun

    def require_place(self, broadcast: Broadcast) -> None:
        """Raises Problem 503 if as many listen as may."""
        if broadcast.count >= self._most:
            raise Problem(
                503,
                "53300",
                f"{self._most} already listen to this room through this relay without a seat",
                hint="Try again later, or read the playlist (listen.m3u8), which has no such limit.",
                rule="broadcast_listeners_are_limited",
                headers={"Retry-After": str(RETRY_AFTER)},
            )

    def running(self, room: RoomId) -> Broadcast | None:
        """The broadcast of this room, if somebody listens."""
        running = self._running.get(room)
        return None if running is None or running.ended else running

    async def end_all(self) -> None:
        """Wait until the relay is to stop, and end what is heard."""
        await self._relay.stopping.wait()
        for broadcast in tuple(self._running.values()):
            broadcast.end()

    async def _run(self, room: RoomId, broadcast: Broadcast) -> None:
        try:
            await broadcast.run()
        finally:
            if self._running.get(room) is broadcast:
                del self._running[room]

    def _is_doubtful(self, room: RoomId) -> bool:
        return not self._relay.hallway.is_broadcast(room)
