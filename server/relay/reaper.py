"""The reaper: deletes the seats whose grace period is over, and begins that of seats whose process died.

Every relay runs one. Each transaction takes the seats of one room and skips what another relay holds.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from ..postgres.lease import DEAD_AFTER, Lease
from ..postgres.pools import Database
from ..supervision import Supervisor
from .periodic import every

REAP_EVERY: Final = 0.5  # seconds
CHECK_EVERY: Final = 1.0  # seconds, as often as heartbeats are written


class Reaper:
    """`grace` (seconds) is the grace period of seats whose process died; `lease` is that of this relay.

    `role_kept` (seconds): how long the roles of those who lose their seats are kept.
    """

    def __init__(self, database: Database, lease: Lease, *, grace: float, role_kept: float) -> None:
        self._database = database
        self._lease = lease
        self._grace = timedelta(seconds=grace)
        self._role_kept = timedelta(seconds=role_kept)

    def start(self, tasks: Supervisor) -> None:
        """Expire and delete seats until the tasks end."""
        tasks.keep(partial(every, CHECK_EVERY, self.expire_orphans), "seats of dead processes")
        tasks.keep(partial(every, REAP_EVERY, self.reap), "reaper")

    async def expire_orphans(self) -> None:
        """Begin the grace period of seats whose process sends no heartbeats any more."""
        if not self._lease.current:
            return  # this relay's own seats would be among them
        async with self._database.relay() as connection:
            await connection.execute(
                "select roomtone.relay_expire_orphaned_seats(%s, %s)", (DEAD_AFTER, self._grace)
            )

    async def reap(self) -> None:
        """Delete the seats whose grace period is over, room by room."""
        while True:
            async with self._database.relay() as connection:
                cursor = await connection.execute(
                    "select roomtone.relay_reap_seats(%s)", (self._role_kept,)
                )
                row = await cursor.fetchone()
            if row is None or row[0] is None:
                return
