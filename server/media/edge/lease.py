"""An edge's lease: as that of any node, but it has no stages whose mixes it sends."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from ...postgres.roles import Connect, Connection
from ...types import RoomId
from ..node.lease import NodeLease
from ..node.mix_sender import MixReceiver

HEARTBEAT_EVERY: Final = 0.5  # seconds
DEAD_AFTER: Final = 2.0  # seconds without a heartbeat: the limit of living_nodes() for edges


class EdgeLease(NodeLease):
    """`capacity` is the number of its listeners, in all rooms."""

    beats_every = HEARTBEAT_EVERY

    def __init__(self, connect: Connect, capacity: int | None = None) -> None:
        super().__init__(connect, "edge", capacity)

    async def _receivers(self, connection: Connection) -> dict[RoomId, dict[UUID, MixReceiver]]:
        return {}  # an edge sends no mix
