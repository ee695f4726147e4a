"""Relays behind a pooler of transactions, which is killed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Final

from ..postgres.roles import RELAY_ROLE
from ..tools.database_server import DatabaseServer
from ..tools.pgbouncer import PgBouncer, program
from ..tools.relays import RelayProcess
from ..tools.waiting import in_thread, until
from .drill import Drill
from .environment import DrillEnvironment
from .follower import TECHNIQUES

REFUSED: Final = 1  # writes, until the pooler is started again
AGAIN: Final = 20  # writes


class PoolerEnvironment(DrillEnvironment):
    """Relays with a real PgBouncer in transaction mode as --database-url, and the server itself as --listen-url; all four techniques."""

    techniques = TECHNIQUES

    def __init__(self, server: DatabaseServer, drill: Drill) -> None:
        super().__init__(server, server.new_database(), drill.relays, drill.crowd, drill.settings)
        folder = Path(tempfile.mkdtemp(dir=server.folder))
        folder.chmod(0o711)  # PgBouncer runs as the server's own account
        self.pooler = PgBouncer(super().relay_url(), folder, RELAY_ROLE)

    async def open(self) -> None:
        self.closing.callback(self.pooler.kill)
        await in_thread(self.pooler.start)
        await super().open()

    def relay_url(self) -> str:
        return self.pooler.url

    def relay(self, **settings: Any) -> RelayProcess:
        return super().relay(listen_url=super().relay_url(), **settings)


async def kill_pooler(environment: DrillEnvironment) -> None:
    assert isinstance(environment, PoolerEnvironment)
    streams = [
        follower
        for follower in environment.active_followers()
        if follower.technique in ("sse", "websocket")
    ]
    counted = environment.writers.counted
    unavailable, killed = counted["unavailable"], time.monotonic()
    environment.pooler.kill()
    environment.expect(
        await until(lambda: counted["unavailable"] >= unavailable + REFUSED),
        "users could write without the pooler",
    )
    await in_thread(environment.pooler.start)
    environment.figures["pooler away, s"] = round(time.monotonic() - killed, 1)
    written, started = counted["written"], time.monotonic()
    environment.expect(
        await until(lambda: counted["written"] >= written + AGAIN), "users cannot write again"
    )
    environment.figures["users wrote again after, s"] = round(time.monotonic() - started, 1)
    stayed = sum(follower.connections == 1 for follower in streams)
    environment.expect(
        stayed == len(streams), f"only {stayed} of {len(streams)} streams stayed open"
    )
    environment.figures["all followed again, s"] = round(await environment.until_all_follow(), 1)


def missing() -> str | None:
    return None if program() else "pgbouncer (on Debian: apt-get install pgbouncer)"


POOLER = Drill(
    "pooler",
    "Two relays reach the database through a real PgBouncer in transaction mode, which is killed in the middle of traffic and started again; they LISTEN around it. "
    "Users' writes are refused with 503 meanwhile, streams stay open, and followers by all four techniques miss nothing.",
    kill_pooler,
    # Polls are refused meanwhile, so those who poll are not present.
    settings={"grace": 60.0, "pool_timeout": 1.0},
    relays=2,
    unready=True,
    needs=missing,
    environment=PoolerEnvironment,
)
