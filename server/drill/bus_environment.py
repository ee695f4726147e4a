"""Two relays on a bus: a NATS server and two pumps besides."""

from __future__ import annotations

import asyncio
from typing import Any

from ..tools.database_server import DatabaseServer
from ..tools.nats_server import NatsServer, program
from ..tools.pump_process import PumpProcess
from ..tools.relays import RelayProcess
from ..tools.waiting import SELDOM, in_thread, until
from .drill import Drill
from .environment import DrillEnvironment
from .follower import TECHNIQUES

PUMPS = 2


class BusEnvironment(DrillEnvironment):
    """Its followers use all four techniques."""

    techniques = TECHNIQUES

    async def open(self) -> None:
        self.nats = NatsServer()
        self.closing.callback(self.nats.kill)
        await in_thread(self.nats.start)
        self.pumps = [self.pump() for _ in range(PUMPS)]
        for pump in self.pumps:
            self.closing.push_async_callback(pump.stop)
        await asyncio.gather(*(pump.start() for pump in self.pumps))
        await super().open()
        await self.until_on_bus()

    def relay(self, **settings: Any) -> RelayProcess:
        return super().relay(bus_url=self.nats.url, **settings)

    def pump(self) -> PumpProcess:
        """One more, not yet started."""
        return PumpProcess(self.relay_url(), self.nats.url, self.new_log_file())

    async def elected(self) -> PumpProcess:
        """The pump that works, at first."""
        await until(lambda: any(pump.elections for pump in self.pumps))
        return next(pump for pump in self.pumps if pump.elections)

    async def until_on_bus(self, *, on: bool = True) -> None:
        """Wait until all relays receive from the bus, or none does."""

        async def all_are() -> bool:
            answers = [await relay.metric("roomtone_bus_connected") for relay in self.relays]
            return all(answer == on for answer in answers)

        if not await until(all_are, every=SELDOM):
            self.faults.append(
                "a relay does not come back to the bus" if on else "a relay does not leave the bus"
            )


def with_bus(server: DatabaseServer, drill: Drill) -> BusEnvironment:
    """A new database with the schema of this release."""
    database = server.new_database()
    return BusEnvironment(server, database, drill.relays, drill.crowd, drill.settings)


def missing() -> str | None:
    return None if program() else "nats-server (on Debian: apt-get install nats-server)"
