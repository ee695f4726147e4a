"""Which pump pumps: the one that holds an advisory lock. Any login could take the lock; then relays LISTEN, as without a bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..postgres.roles import SET, Connection, become_relay

LOCK: Final = 7_071_835_271_204_310_017  # in the 64-bit space of advisory locks, which belongs to one database
NOTICED_LOST: Final[Mapping[str, str]] = {
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
}
"""So that the server ends the session of a machine that is gone, and with it the lock."""


class NotElected(Exception):
    """Another pump holds the lock."""


async def elect(connection: Connection, *, anyway: bool) -> None:
    """Take the lock in this session, for as long as it lasts. Raises NotElected if another has it, unless this pump is to go on `anyway`."""
    await become_relay(connection)
    await connection.execute(SET, (list(NOTICED_LOST), list(NOTICED_LOST.values())))
    answer = await connection.execute("select pg_try_advisory_lock(%s)", (LOCK,))
    ((elected,),) = await answer.fetchall()
    if not elected and not anyway:
        raise NotElected
