"""The database is lost with its server, and restored on another one from a backup that is older than what its clients have received."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from ..postgres.backup import backup, restore
from ..postgres.programs import DATABASE
from ..tools.database_server import DatabaseServer
from ..tools.http import Client
from ..tools.relays import RelayProcess
from ..tools.waiting import bounded, in_thread, until
from .database_faults import is_after
from .drill import Drill
from .environment import DrillEnvironment
from .follower import TECHNIQUES, Follower

NEWER: Final = 0.7  # seconds of traffic that are not in the backup
SOUND: Final = b"OggS and what was said"


def _quietly(line: str) -> None:
    """Nobody reads the progress."""


class TwoServers(DrillEnvironment):
    """Followers use all four techniques; relays have a folder of recordings, another one after the restoration."""

    techniques = TECHNIQUES

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._new_servers = ExitStack()
        self.recordings = self.server.folder / f"{self.database} recordings"

    def relay(self, **settings: Any) -> RelayProcess:
        return super().relay(recordings_dir=self.recordings, **settings)

    def move(self) -> None:
        """From now on everything is on another server, which is empty, and files go to a folder that does not exist yet."""
        self.server.drop(self.database)
        self.server = self._new_servers.enter_context(DatabaseServer(empty=True))
        self.database = DATABASE
        self.recordings = self.server.folder / "recordings"

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            async with bounded("the end of the other server"):
                await in_thread(self._new_servers.close)


async def restore_older_backup(environment: DrillEnvironment) -> None:
    assert isinstance(environment, TwoServers)
    file = environment.server.folder / f"{environment.database}.backup"
    await environment.disconnect_some()
    listener = environment.active_followers()[0]
    recording = await _record(environment, listener)
    url = environment.server.url(environment.database)
    await in_thread(backup, url, file, environment.recordings, _quietly)
    await environment.traffic(NEWER)
    for relay in environment.relays:
        await relay.kill()
    before = [(follower, follower.observed.position) for follower in environment.active_followers()]
    away = time.monotonic()
    await in_thread(environment.move)
    url = environment.server.url(environment.database)
    restored = await in_thread(restore, url, file, environment.recordings, _quietly)
    environment.expect(restored.recordings == 1, f"recordings in the backup: {restored.recordings}")
    environment.relays = [environment.relay(port=relay.place.port) for relay in environment.relays]
    await asyncio.gather(*(relay.start() for relay in environment.relays))
    environment.figures["restored and serving after, s"] = round(time.monotonic() - away, 1)
    environment.note_departure()
    on_new_logs = await until(lambda: all(is_after(follower, log) for follower, log in before))
    environment.expect(on_new_logs, "a follower did not learn that the log was lost")
    async with Client(environment.relays[0].place, listener.token) as client:
        played = await client.ask(
            "GET", f"/recordings/{recording}", headers={"Accept": "audio/ogg"}
        )
    environment.expect(
        (played.status, played.content) == (200, SOUND), f"the recording: {played.status}"
    )


async def _record(environment: TwoServers, listener: Follower) -> int:
    """A recording of a room that has ended, which this follower may hear; its id."""
    async with await environment.psql() as psql:
        await psql.execute("select node_register('recorder', 'sfu', 1)")
        made = await psql.execute(
            "insert into rooms (name, host_id, topology) values ('Recorded', %s, 'sfu') returning id",
            (listener.user,),
        )
        (room,) = await made.fetchone() or ()
        await psql.execute(
            "insert into participants (room_id, user_id) select %s, id from users where username = 'host'",
            (room,),
        )
        made = await psql.execute(
            "insert into recordings (room_id, started_by) values (%s, %s) returning id, file",
            (room, listener.user),
        )
        recording, file = await made.fetchone() or ()
        await psql.execute(
            "update recordings set started_at = now(), ended_at = now() where id = %s", (recording,)
        )
        await psql.execute("select end_room(%s)", (room,))
    await in_thread(_write, environment.recordings, file)
    return int(recording)


def _write(folder: Path, file: str) -> None:
    folder.mkdir(mode=0o755)
    (folder / file).write_bytes(SOUND)


def _two_servers(server: DatabaseServer, drill: Drill) -> DrillEnvironment:
    return TwoServers(server, server.new_database(), drill.relays, drill.crowd, drill.settings)


RESTORED = Drill(
    "restored",
    "A backup is made in the middle of traffic, then the server is lost with the relays and the folder of recordings, and the backup is restored on "
    "another one. Cursors from after the backup are not mistaken for positions in the new logs: every follower, by all four techniques, gets a new "
    "snapshot and keeps its seat, and a recording can be heard.",
    restore_older_backup,
    # Followers keep their tokens: a restored database replaces only its own key.
    settings={"jwt_secret": "a key of the operator's, not the database's"},
    relays=2,
    unready=True,
    new_snapshots=True,
    environment=_two_servers,
)
