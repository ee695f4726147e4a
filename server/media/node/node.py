"""A media node: a process that hosts the rooms which the database assigns to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from ...listening.mix_socket import mix_socket
from ...postgres.roles import Connect
from ...types import PeerId, RoomId, UserId
from ..signaling.client import Ice
from ..signaling.database_client import DatabaseConnections, database_connections
from .assigned_rooms import AssignedRooms
from .audience_room import AudienceRoom
from .connection_presence import ConnectionPresence
from .hosted_room import HostedRoom
from .lease import Kind, NodeLease
from .mcu import Mcu
from .mix_address import mix_address as address_towards_database
from .mix_sender import MixReceiver, MixSenders
from .mix_viewers import MixViewers
from .node_seat import NodeSeat
from .recorder import Recorder
from .room_media import RoomMedia
from .sfu import Sfu
from .speaking_report import SpeakingReport

Report = Callable[[str], None]
GetIce = Callable[[], Awaitable[Ice]]


class Node:
    """Runs until cancelled; `hosted_rooms` are those that it hosts now."""

    def __init__(
        self,
        connections: DatabaseConnections,
        lease: NodeLease,
        report: Report,
        recordings: Path | None = None,
        *,
        mix_address: Callable[[], Awaitable[str]],
    ) -> None:
        self._mix_address = mix_address
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
        if self._lease.serves.get(room) == "audience":
            await self._serve_audience(NodeSeat(client, room, peer), client.ice)
        else:
            await self._host_stage(NodeSeat(client, room, peer), client.ice)

    async def _host_stage(self, seat: NodeSeat, ice: GetIce) -> None:
        room = seat.room
        # `ice` is called before each connection: a room exists longer than TURN credentials.
        media: RoomMedia = Sfu(ice) if self._lease.kind == "sfu" else Mcu(ice)
        recorder = Recorder(self._lease, self._recordings, media.consume)
        connection_presence = ConnectionPresence(media, recorder, self._lease.holding)
        speaking_report = SpeakingReport(media.speaking, partial(self._lease.write_speakers, room))
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

    async def _serve_audience(self, seat: NodeSeat, ice: GetIce) -> None:
        """Serve listeners of a room that is too large for the node of its stage, as an edge does."""
        viewers = MixViewers(ice)
        try:
            async with (
                mix_socket(await self._mix_address(), viewers.hear) as at,
                self._lease.receiving(seat.room, MixReceiver(at.address, at.port, at.key)),
            ):
                reach = (await ice()).reach
                self._report(f"serves listeners of room {seat.room}")
                await AudienceRoom(seat, viewers, reach, self._lease).run()
        finally:
            await viewers.close()
            self._report(f"no longer serves listeners of room {seat.room}")


async def serve(
    url: str,
    kind: Kind,
    *,
    capacity: int | None = None,
    ice: Callable[[UserId], Ice] = lambda user: Ice(),
    report: Report = lambda words: None,
    recordings: Path | None = None,
    mix_address: str | None = None,
) -> None:
    """Host rooms of the database at `url` until cancelled, then release them. Raises ConnectionLost when there is no database.

    Recordings are written to the folder `recordings`; without one, there are none. For listeners of rooms that are too large for another
    node it receives their mix at `mix_address`, by default this machine's address towards the database.
    """

    async def address() -> str:
        return mix_address or await address_towards_database(url)

    def lease(connect: Connect) -> NodeLease:
        return NodeLease(connect, kind, capacity)

    async with database_connections(url, ice=ice, lease=lease) as connections:
        assert isinstance(connections.lease, NodeLease)
        await Node(connections, connections.lease, report, recordings, mix_address=address).run()
