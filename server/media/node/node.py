"""A media node: a process that hosts the rooms which the database assigns to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ...postgres.roles import Connect
from ...types import PeerId, RoomId, UserId
from ..signaling.client import Ice
from ..signaling.database_client import DatabaseConnections, database_connections
from .assigned_rooms import AssignedRooms
from .connection_presence import ConnectionPresence
from .hosted_room import HostedRoom
from .lease import Kind, NodeLease
from .mcu import Mcu
from .mix_sender import MixSenders
from .node_seat import NodeSeat
from .recorder import Recorder
from .room_media import RoomMedia
from .sfu import Sfu
from .speaking_report import SpeakingReport

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

    async def run(self) -> None:
        await AssignedRooms(
            self._lease, self._connections.wakeups, self._host, self._send_mixes
        ).run()

    def _send_mixes(self) -> None:
        for room, senders in self._senders.items():
            senders.update(self._lease.receivers.get(room, {}))

    async def _host(self, room: RoomId, peer: PeerId) -> None:
        user = self._lease.user
        assert user is not None
        client = self._connections.client_of(user)
        # `ice` is called before each connection: a room exists longer than TURN credentials.
        media: RoomMedia = Sfu(client.ice) if self._lease.kind == "sfu" else Mcu(client.ice)
        recorder = Recorder(self._lease, self._recordings, media.consume)
        connection_presence = ConnectionPresence(media, recorder, self._lease.holding)
        speaking_report = SpeakingReport(media.speaking, partial(self._lease.write_speakers, room))
        seat = NodeSeat(client, room, peer)
        hosted = HostedRoom(seat, media, recorder, connection_presence, speaking_report)
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
