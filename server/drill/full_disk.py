"""The disk of the database is full, then the write-ahead log needs space that is not there, and then there is space again."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import psycopg

from ..supervision import beside
from ..tools.database_server import DatabaseServer
from ..tools.http import UNREACHABLE, ask
from ..tools.small_disk import NoSmallDisk, SmallDisk, small_disk
from ..tools.waiting import bounded, in_thread, until
from .database_faults import is_after
from .drill import Drill
from .environment import DrillEnvironment, Psql

MEGABYTES: Final = 220
FULL_FOR: Final = 2.0  # seconds until the write-ahead log needs another file
SEGMENTS: Final = 100  # more than are prepared
PROGRESS: Final = 3  # rooms


def missing() -> str | None:
    try:
        with tempfile.TemporaryDirectory() as place, small_disk(Path(place), 1):
            return None
    except NoSmallDisk as error:
        return f"a small file system (tmpfs), which this user cannot mount, also not in a namespace: {error}"


class FullDiskEnvironment(DrillEnvironment):
    """A PostgreSQL of its own, on a small disk."""

    def __init__(self, server: DatabaseServer, drill: Drill) -> None:
        with ExitStack() as stack:
            place = server.folder / "small disk"
            self.disk: SmallDisk = stack.enter_context(small_disk(place, MEGABYTES))
            own = stack.enter_context(DatabaseServer(durable=True, data=self.disk.folder / "data"))
            super().__init__(own, own.new_database(), drill.relays, drill.crowd, drill.settings)
            self._stack = stack.pop_all()

    async def close(self) -> None:
        self.disk.empty()  # after an error it may still be full, and then nothing can be tidied up
        try:
            await super().close()
        finally:
            async with bounded("the end of the server on the small disk"):
                await in_thread(self._stack.close)


class Founder:
    """Creates rooms all the time. `acknowledged` are their ids; `answers` counts statuses."""

    def __init__(self, environment: DrillEnvironment) -> None:
        self._environment = environment
        self.acknowledged: list[int] = []
        self.answers: Counter[int] = Counter()

    async def run(self) -> None:
        founders = self._environment.active_followers()  # in turn, because of the limit of rooms
        representation = {"Prefer": "return=representation"}
        for number in range(100_000):
            one = founders[number % len(founders)]
            with suppress(*UNREACHABLE):
                name = {"name": f"founded {number}"}
                answer = await ask(
                    one.place, "POST", "/rows/rooms", name, token=one.token, headers=representation
                )
                self.answers[answer.status] += 1
                if answer.status == 201:
                    self.acknowledged.append(answer.body[0]["id"])
            await asyncio.sleep(0.05)


async def fill_the_disk(environment: DrillEnvironment) -> None:
    assert isinstance(environment, FullDiskEnvironment)
    founder = Founder(environment)
    # Opened before the disk is full: a new session may have to write a file of its own, and is refused then.
    async with await environment.psql() as operator, beside(founder=founder.run()):
        await environment.traffic(1.0)
        await environment.disconnect_some()
        before = [(each, each.observed.position) for each in environment.active_followers()]
        full = time.monotonic()
        await in_thread(environment.disk.fill)
        await environment.traffic(FULL_FOR)
        await _end_postgres(environment, operator)
        await environment.traffic(FULL_FOR)
        await in_thread(environment.disk.empty)
        await in_thread(environment.server.start)
        environment.figures["disk full, s"] = round(time.monotonic() - full, 1)
        environment.note_departure()
        environment.expect(
            await until(lambda: all(is_after(follower, log) for follower, log in before)),
            "a follower did not learn that the logs were lost",
        )
        done = len(founder.acknowledged) + PROGRESS
        environment.expect(
            await until(lambda: len(founder.acknowledged) >= done),
            "no room can be created after it",
        )
    others = [status for status in founder.answers if status not in (201, 503)]
    environment.expect(not others, f"some answers were {others} and neither 201 nor 503")
    environment.expect(founder.answers[503], "no write was refused")
    async with await environment.psql() as psql:
        found = await psql.execute(
            "select count(*) from rooms where id = any (%s)", (founder.acknowledged,)
        )
        ((there,),) = await found.fetchall()
    environment.figures["rooms acknowledged"] = len(founder.acknowledged)
    lost = len(founder.acknowledged) - there
    environment.expect(not lost, f"{lost} rooms were acknowledged and are lost")


async def _end_postgres(environment: DrillEnvironment, operator: Psql) -> None:
    """Use up the prepared files of the write-ahead log, until PostgreSQL ends because it cannot make another (manual, 28).

    Where its recovery still finds space, it starts again by itself: then that is used up, too.
    """
    await _use_up(operator)

    async def use_up_the_rest() -> bool:
        if environment.server.has_ended:
            return True
        with suppress(psycopg.OperationalError):
            async with await environment.psql() as again:
                await _use_up(again)
        return environment.server.has_ended

    environment.expect(await until(use_up_the_rest), "the write-ahead log did not fill the disk")
    await in_thread(environment.server.wait_until_down)


async def _use_up(psql: Psql) -> None:
    with suppress(psycopg.OperationalError):
        for number in range(SEGMENTS):
            # Both write to the log and to no new page.
            await psql.execute("select pg_logical_emit_message(false, 'drill', %s)", (str(number),))
            await psql.execute("select pg_switch_wal()")


DISK_FULL = Drill(
    "disk-full",
    "The disk of the database is full in the middle of traffic, until PostgreSQL ends because its write-ahead log needs space; then there is "
    "space again, and it is started. Writes are refused with 503 meanwhile, acknowledged rows survive, and every follower gets a new snapshot and keeps its seat.",
    fill_the_disk,
    relays=2,
    unready=True,
    new_snapshots=True,
    needs=missing,
    environment=FullDiskEnvironment,
)
