"""An edge: a process that leads a Janus, and serves the listeners of the rooms which the database assigns to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ...backoff import backoff
from ...formats.media_addresses import Reach
from ...postgres.roles import Connect
from ...supervision import first_of
from ...types import PeerId, RoomId
from ..node.assigned_rooms import AssignedRooms
from ..node.audience_room import AudienceRoom
from ..node.node_seat import NodeSeat
from ..signaling.database_client import DatabaseConnections, database_connections
from .janus import JanusLost, JanusRefused
from .lease import EdgeLease
from .led_janus import LedJanus
from .mountpoint import mountpoint

STEADY_AFTER = 30.0  # seconds; a Janus that lasted so long is no reason to wait before the next one
ENDS_WITHIN = 0.5
"""Seconds in which rooms end. Then the lease ends, and with it the listeners are served elsewhere."""

Report = Callable[[str], None]
Lead = Callable[[], AbstractAsyncContextManager[LedJanus]]
"""Starts a Janus, or connects with one. Raises JanusLost and JanusRefused."""

log = logging.getLogger(__name__)


class Edge:
    """Runs until cancelled; `rooms` are those that it serves now."""

    def __init__(
        self,
        connections: DatabaseConnections,
        lease: EdgeLease,
        janus: LedJanus,
        reach: Reach,
        report: Report,
    ) -> None:
        self.rooms: dict[RoomId, AudienceRoom] = {}
        self._connections = connections
        self._lease = lease
        self._janus = janus
        self._reach = reach
        self._report = report

    async def run(self) -> None:
        rooms = AssignedRooms(
            self._lease, self._connections.wakeups, self._host, ends_within=ENDS_WITHIN
        )
        await rooms.run()

    async def _host(self, room: RoomId, peer: PeerId) -> None:
        user = self._lease.user
        assert user is not None
        seat = NodeSeat(self._connections.client_of(user), room, peer)
        janus = self._janus
        async with (
            mountpoint(janus.session, janus.admin_key, address=janus.receives_at) as point,
            self._lease.receiving(room, point.receiver(janus.receives_at)),
        ):
            served = self.rooms[room] = AudienceRoom(seat, point, self._reach, self._lease)
            self._report(f"serves listeners of room {room}")
            try:
                await served.run()
            finally:
                if self.rooms.get(room) is served:
                    del self.rooms[room]
                self._report(f"no longer serves room {room}")


async def serve(
    url: str,
    lead: Lead,
    *,
    capacity: int | None = None,
    reach: Reach = Reach(),  # noqa: B008 - frozen
    report: Report = lambda words: None,
) -> None:
    """Serve listeners of the database at `url` until cancelled. A Janus that is lost is started, or connected with, again.

    Raises JanusLost and JanusRefused when the first one cannot be led, and ConnectionLost when there is no database.
    """
    attempt, loop = 0, asyncio.get_running_loop()
    while True:
        began = None
        try:
            async with lead() as janus, leased(url, capacity) as (connections, lease):
                began = loop.time()
                report(f"leads {janus.what}")
                edge = Edge(connections, lease, janus, reach, report)
                await first_of(edge=edge.run(), janus=janus.session.lost.wait())
            report("Janus is lost")
        except (JanusLost, JanusRefused) as error:
            if attempt == 0 and began is None:
                raise
            log.warning("%s", error)
            report(f"{error}")
        attempt = 1 if began is not None and loop.time() - began > STEADY_AFTER else attempt + 1
        # 0.5 1 2 4 8 8 … seconds, each times 0.5 to 1
        await asyncio.sleep(backoff(attempt - 1, base=0.5))


@asynccontextmanager
async def leased(
    url: str, capacity: int | None
) -> AsyncIterator[tuple[DatabaseConnections, EdgeLease]]:
    """Connections with the database, and a lease in it. With the block the lease ends at once, so that its listeners are served elsewhere."""

    def lease(connect: Connect) -> EdgeLease:
        return EdgeLease(connect, capacity)

    async with database_connections(url, lease=lease) as connections:
        assert isinstance(connections.lease, EdgeLease)
        yield connections, connections.lease
