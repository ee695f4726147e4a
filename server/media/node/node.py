"""A media node: a process that hosts the rooms which the database assigns to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from ...postgres.roles import Connect
from ...supervision import Supervisor
from ...token_bucket import TokenBucket
from ...types import PeerId, RoomId, UserId
from ..signaling.client import Ice
from ..signaling.database_client import DatabaseConnections, database_connections
from .connection_presence import ConnectionPresence
from .hosted_room import HostedRoom
from .lease import Kind, NodeLease
from .mcu import Mcu
from .mix_sender import MixSenders
from .node_seat import NodeSeat
from .recorder import Recorder
from .room_media import RoomMedia
from .sfu import Sfu

ENDS_WITHIN: Final = 3.0
"""Seconds in which the rooms must end. Without a database they cannot."""

BEATS_PER_S: Final = 5.0  # heartbeats that notifications can cause; anybody can send a notification
BEATS_AT_ONCE: Final = 20

RESTARTED_AFTER: Final = 1.5  # seconds after which a room that failed is hosted again: longer than the time between two heartbeats

Report = Callable[[str], None]


class Node:
    """Runs until cancelled; `hosted_rooms` are those that it hosts now."""

    def __init__(
        self,
        connections: DatabaseConnections,
        lease: NodeLease,
        report: Report,
        recordings: Path | None = None,
    ) -> None:
        self._connections = connections
        self._lease = lease
        self._report = report
        self._recordings = recordings
        self.hosted_rooms: dict[RoomId, HostedRoom] = {}
        self._senders: dict[RoomId, MixSenders] = {}
        self._running: dict[tuple[RoomId, PeerId], asyncio.Task[None]] = {}

    async def run(self) -> None:
        with self._connections.wakeups.of_node(self._lease.node) as notified:
            tasks = Supervisor()
            tasks.keep(partial(self._beat_when_notified, notified), "wait for new rooms")
            try:
                while True:
                    await self._lease.changed.wait()
                    self._lease.changed.clear()
                    self._host_new_rooms(tasks)
                    self._send_mixes()
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ENDS_WITHIN):
                        await tasks.close()

    async def _beat_when_notified(self, notified: asyncio.Event) -> None:
        """When a notification says that a room was assigned, write a heartbeat now: it returns the assigned rooms."""
        throttle = TokenBucket(BEATS_PER_S, BEATS_AT_ONCE)
        while True:
            await notified.wait()
            await throttle.turn()
            notified.clear()
            self._lease.beat_now()

    def _host_new_rooms(self, tasks: Supervisor) -> None:
        """Start to host the rooms that were assigned. Those that were taken away end by themselves, when the node's seat ends."""
        for room, peer in self._lease.rooms.items():
            if (room, peer) not in self._running:
                # A fault in one room must not end the others.
                task = tasks.once(self._host(room, peer), f"room {room}")
                self._running[room, peer] = task
                task.add_done_callback(partial(self._done, (room, peer)))

    def _send_mixes(self) -> None:
        for room, senders in self._senders.items():
            senders.update(self._lease.receivers.get(room, {}))

    def _done(self, key: tuple[RoomId, PeerId], task: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        # If the room is still assigned then, it ended by a fault and is hosted again. If it moved, a heartbeat has removed it.
        asyncio.get_running_loop().call_later(RESTARTED_AFTER, self._lease.changed.set)

    async def _host(self, room: RoomId, peer: PeerId) -> None:
        user = self._lease.user
        assert user is not None
        client = self._connections.client_of(user)
        # `ice` is called before each connection: a room exists longer than TURN credentials.
        media: RoomMedia = Sfu(client.ice) if self._lease.kind == "sfu" else Mcu(client.ice)
        recorder = Recorder(self._lease, self._recordings, media.consume)
        connection_presence = ConnectionPresence(media, recorder, self._lease.holding)
        hosted = HostedRoom(NodeSeat(client, room, peer), media, recorder, connection_presence)
        self.hosted_rooms[room] = hosted
        senders = self._senders[room] = MixSenders(media.consume)
        senders.update(self._lease.receivers.get(room, {}))
        self._report(f"hosts room {room}")
        try:
            await hosted.run()
        finally:
            senders.update({})
            if self.hosted_rooms.get(room) is hosted:
                del self.hosted_rooms[room], self._senders[room]
            self._report(f"no longer hosts room {room}")


async def serve(
    url: str,
    kind: Kind,
    *,
    capacity: int | None = None,
    ice: Callable[[UserId], Ice] = lambda user: Ice(),
    report: Report = lambda words: None,
    recordings: Path | None = None,
) -> None:
    """Host rooms of the database at `url` until cancelled, then release them. Raises ConnectionLost when there is no database.

    Recordings are written to the folder `recordings`; without one, there are none.
    """

    def lease(connect: Connect) -> NodeLease:
        return NodeLease(connect, kind, capacity)

    async with database_connections(url, ice=ice, lease=lease) as connections:
        assert isinstance(connections.lease, NodeLease)
        await Node(connections, connections.lease, report, recordings).run()
