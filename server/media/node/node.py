"""A media node: a process that carries the rooms the database gives it, each with connections of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from ...postgres.lease import Connect
from ...postgres.notifications import Throttle
from ...supervision import Supervisor
from ...types import PeerId, RoomId, UserId
from ..signaling.client import Ice
from ..signaling.database_client import DatabaseConnections, database_connections
from .hosted_room import HostedRoom, RoomMedia
from .lease import CAPACITY, Kind, NodeLease
from .mcu import Mcu
from .recorder import Recorder
from .sfu import Sfu

ENDS_WITHIN: Final = 3.0
"""Seconds for the rooms to end; without a database there is nobody to tell how they did."""

BEATS_PER_S: Final = 5.0  # heartbeats that notifications can cause, for they can be false
BEATS_AT_ONCE: Final = 20

AGAIN_AFTER: Final = 1.5  # seconds; longer than from one heartbeat to the next

Say = Callable[[str], None]


class Node:
    """Runs until cancelled; `hosted_rooms` are the rooms it carries."""

    def __init__(
        self,
        connections: DatabaseConnections,
        lease: NodeLease,
        say: Say,
        recordings: Path | None = None,
    ) -> None:
        self._connections = connections
        self._lease = lease
        self._say = say
        self._recordings = recordings
        self.hosted_rooms: dict[RoomId, HostedRoom] = {}
        self._running: dict[tuple[RoomId, PeerId], asyncio.Task[None]] = {}

    async def run(self) -> None:
        with self._connections.wakeups.of_node(self._lease.node) as notified:
            tasks = Supervisor()
            tasks.keep(partial(self._beat_when, notified), "wait for new rooms")
            try:
                while True:
                    await self._lease.changed.wait()
                    self._lease.changed.clear()
                    self._settle(tasks)
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ENDS_WITHIN):
                        await tasks.close()

    async def _beat_when(self, notified: asyncio.Event) -> None:
        """A notification says that there is a new room: ask for it now rather than with the next heartbeat."""
        throttle = Throttle(BEATS_PER_S, BEATS_AT_ONCE)
        while True:
            await notified.wait()
            await throttle.turn()
            notified.clear()
            self._lease.beat_now()

    def _settle(self, tasks: Supervisor) -> None:
        """Begin what is given to us; what is taken away ends by itself, for its seat goes with it."""
        for room, peer in self._lease.rooms.items():
            if (room, peer) not in self._running:
                # A fault in one room is that room's.
                task = tasks.once(self._host(room, peer), f"room {room}")
                self._running[room, peer] = task
                task.add_done_callback(partial(self._done, (room, peer)))

    def _done(self, key: tuple[RoomId, PeerId], task: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        # Still ours? Then it ended by a fault, and is begun again; the next heartbeat takes away what is not.
        asyncio.get_running_loop().call_later(AGAIN_AFTER, self._lease.changed.set)

    async def _host(self, room: RoomId, peer: PeerId) -> None:
        user = self._lease.user
        assert user is not None
        client = self._connections.client_of(user)
        # Asked before each connection: a room lives longer than TURN credentials do.
        media: RoomMedia = Sfu(client.ice) if self._lease.kind == "sfu" else Mcu(client.ice)
        recorder = Recorder(self._lease, self._recordings, media.record)
        hosted = HostedRoom(client, room, peer, media, self._lease.holding, recorder)
        self.hosted_rooms[room] = hosted
        self._say(f"carries room {room}")
        try:
            await hosted.run()
        finally:
            if self.hosted_rooms.get(room) is hosted:
                del self.hosted_rooms[room]
            self._say(f"room {room} is carried no longer")


async def serve(
    url: str,
    kind: Kind,
    *,
    capacity: int = CAPACITY,
    ice: Callable[[UserId], Ice] = lambda user: Ice(),
    say: Say = lambda words: None,
    recordings: Path | None = None,
) -> None:
    """Carry rooms of the database at `url` until cancelled, then hand them over. Raises ConnectionLost when there is none.

    Recordings are written into the folder `recordings`; without one, none are.
    """

    def lease(connect: Connect) -> NodeLease:
        return NodeLease(connect, kind, capacity)

    async with database_connections(url, ice=ice, lease=lease) as connections:
        assert isinstance(connections.lease, NodeLease)
        await Node(connections, connections.lease, say, recordings).run()
