"""Faults of an upgrade: two releases run side by side."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Final

from ..postgres.install import Installed, install
from ..postgres.roles import RELAY_ROLE
from ..tools.database_server import DatabaseServer
from ..tools.relays import RelayProcess
from ..tools.waiting import PATIENCE, TimeLimit, in_thread
from .drill import Drill
from .environment import DrillEnvironment, Psql
from .older_release import OlderRelease

BESIDE: Final = 0.5  # seconds of traffic in each state in which two releases run
LATER: Final = 2  # followers who come to each older relay after the upgrade of the schema


class UpgradeEnvironment(DrillEnvironment):
    """A database that release 0.1.0 installed, and relays of that release on it, while `older` is set. It counts no audience."""

    many_counted = 0

    def __init__(self, server: DatabaseServer, drill: Drill) -> None:
        database = server.new_database(template="template0")
        super().__init__(server, database, drill.relays, drill.crowd, drill.settings)
        self.older: OlderRelease | None = OlderRelease(server.folder / "release_0_1_0")
        self.older.install(server.url(database))

    async def open_crowd(self, psql: Psql) -> None:
        """By requests, as the older release seats them."""
        for many, places in self.shares():
            await self.add_followers(many, places)

    def relay(self, **settings: Any) -> RelayProcess:
        if self.older is None:
            return super().relay(**settings)
        url = self.server.url(self.database, user=RELAY_ROLE)
        log_file = self.server.folder / f"{self.database}-old-{next(self._logs)}.log"
        return self.older.relay(url, log_file, **{**self._settings, **settings})

    async def install(self) -> Installed:
        """This release's schema."""
        url = self.server.url(self.database)
        return await in_thread(partial(install, url, demo=False))


async def upgrade_one_after_the_other(environment: DrillEnvironment) -> None:
    assert isinstance(environment, UpgradeEnvironment)
    began = time.monotonic()
    first = await environment.install()
    environment.figures["schema upgraded, s"] = round(time.monotonic() - began, 1)
    environment.expect(first.changed, "the schema was not upgraded")
    environment.expect(
        first.older == len(environment.relays), f"{first.older} older relays are known"
    )
    # Users sign in, join and follow through a relay of the older release.
    for old in environment.relays:
        await environment.add_followers(LATER, [old.place])
    await environment.traffic(BESIDE)
    environment.older = None
    for place, old in enumerate(list(environment.relays)):
        errors = old.errors()
        await old.stop()  # what it logs then is no matter of the upgrade
        environment.expect(not errors, f"an older relay logged {len(errors)} errors: {errors[:2]}")
        environment.relays[place] = environment.relay(port=old.place.port)
        await environment.relays[place].start()
        await environment.until_all_follow()
        await environment.traffic(BESIDE)
    environment.figures["all replaced, s"] = round(time.monotonic() - began, 1)
    last, limit = await environment.install(), TimeLimit(PATIENCE)
    # One that had to be killed counts until its heartbeats are missed.
    while last.older and not limit.over:
        await environment.traffic(BESIDE)
        last = await environment.install()
    environment.expect(last.changed and not last.older, f"the upgrade was not finished: {last}")


ROLLING_UPGRADE = Drill(
    "rolling-upgrade",
    "A database of release 0.1.0 gets this release's schema under load, while two relays of release 0.1.0 serve it; then one after the other "
    "is replaced by a relay of this release. Both releases serve the same rooms meanwhile, and no follower misses an event.",
    upgrade_one_after_the_other,
    settings={"grace": 60.0},  # a relay may need longer than usual to start, and to end
    relays=2,
    unready=True,
    environment=UpgradeEnvironment,
)
