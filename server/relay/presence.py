"""Presence: a participant is present while a stream, a socket or frequent polls follow the room on their seat.

When they stop, the seat's grace period begins (`../postgres/lease.py`), and a reaper takes it when that is over (`reaper.py`).
"""

from __future__ import annotations

from datetime import timedelta

from ..postgres.lease import Lease, StampTimeout
from ..postgres.pools import Database
from ..problem import not_in_time
from ..types import PeerId


class Presence(Lease):
    """The lease of a relay; `grace` is in seconds."""

    def __init__(self, database: Database, *, grace: float, address: str) -> None:
        super().__init__(
            database.relay, database.node, "relay", address=address, grace=timedelta(seconds=grace)
        )

    async def follow(self, peer: PeerId) -> bool:
        """As `Lease.follow`, but raises Problem 503 when the database does not answer in time."""
        try:
            return await super().follow(peer)
        except StampTimeout:
            raise not_in_time("your seat could not be marked as followed") from None
