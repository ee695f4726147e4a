"""The database is lost, and restored from a backup that is older than what its clients have received."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from ..postgres.backup import backup, restore
from ..tools.waiting import until
from .database_faults import is_after
from .drill import Drill
from .environment import DrillEnvironment

NEWER: Final = 0.7  # seconds of traffic that are not in the backup


def _quietly(line: str) -> None:
    """Nobody reads the progress."""


async def restore_older_backup(environment: DrillEnvironment) -> None:
    server, lost = environment.server, environment.database
    file = server.folder / f"{lost}.backup"
    recordings = server.folder / "no recordings"
    await environment.disconnect_some()
    await asyncio.to_thread(backup, server.url(lost), file, recordings, _quietly)
    await environment.traffic(NEWER)
    for relay in environment.relays:
        await relay.kill()
    before = [(follower, follower.observed.position) for follower in environment.active_followers()]
    away = time.monotonic()
    new = await asyncio.to_thread(server.new_database, "template0")
    await asyncio.to_thread(restore, server.url(new), file, recordings, _quietly)
    environment.database = new
    await asyncio.to_thread(server.drop, lost)
    for place, relay in enumerate(list(environment.relays)):
        environment.relays[place] = environment.relay(port=relay.place.port)
        await environment.relays[place].start()
    environment.figures["restored and serving after, s"] = round(time.monotonic() - away, 1)
    environment.note_departure()
    on_new_logs = await until(lambda: all(is_after(follower, log) for follower, log in before))
    environment.expect(on_new_logs, "a follower did not learn that the log was lost")


RESTORED = Drill(
    "restored",
    "A backup is made in the middle of traffic, then the database is lost with the relays, and the backup is restored into a new one. "
    "Cursors from after the backup are not mistaken for positions in the new logs: every follower gets a new snapshot, and keeps its seat.",
    restore_older_backup,
    # Followers keep their tokens: a restored database replaces only its own key.
    settings={"jwt_secret": "a key of the operator's, not the database's"},
    relays=2,
    unready=True,
    new_snapshots=True,
)
