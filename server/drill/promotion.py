"""The primary is lost, and a standby that does not have everything takes over."""

from __future__ import annotations

import time
from functools import partial
from typing import Final, LiteralString

from psycopg.conninfo import make_conninfo

from ..postgres.programs import PORT
from ..tools.database_server import DatabaseServer
from ..tools.waiting import in_thread, until
from .bus_environment import BusEnvironment, missing
from .client_faults import SEAT_IS_GONE
from .database_faults import is_after
from .drill import Drill
from .environment import DrillEnvironment, Psql
from .follower import Follower
from .joining import until_signed_in

AGAIN: Final = 20  # writes
SAID: Final = "the standby does not have this"


class PromotionEnvironment(BusEnvironment):
    """A primary and a standby; relays and pumps know both, and use the primary."""

    def __init__(self, server: DatabaseServer, drill: Drill) -> None:
        super().__init__(server, server.new_database(), drill.relays, drill.crowd, drill.settings)
        self.standby = server.new_standby()
        self.promoted = False

    async def open(self) -> None:
        self.closing.callback(self._leave_one_server)
        await in_thread(self.standby.__enter__)
        self._hosts = f"{self.server.sockets},{self.standby.sockets}"
        await super().open()

    def relay_url(self) -> str:
        both = {"host": self._hosts, "port": f"{PORT},{PORT}", "target_session_attrs": "primary"}
        return make_conninfo(super().relay_url(), **both)

    async def standby_psql(self) -> Psql:
        url = make_conninfo(self.server.url(self.database), host=str(self.standby.sockets))
        return await Psql.connect(url, autocommit=True)

    def promote(self) -> None:
        """The standby is the server from now on, also for the next drill."""
        self.standby.promote()
        self.server.replace_by(self.standby)
        self.promoted = True

    def _leave_one_server(self) -> None:
        if not self.promoted:
            self.standby.stop()
            if not self.server.up:
                self.server.start()


async def promote_standby(environment: DrillEnvironment) -> None:
    assert isinstance(environment, PromotionEnvironment)
    await environment.disconnect_some()
    late = [
        Follower([relay.place for relay in environment.relays], room, f"late {number}")
        for number, room in enumerate(environment.rooms)
    ]
    for follower in late:
        await until_signed_in(follower)
    environment.expect(await _cut(environment), "the standby does not replicate")
    await _write_what_is_lost(environment, late)
    before = [(follower, follower.observed.position) for follower in environment.active_followers()]
    lost = time.monotonic()
    await in_thread(environment.server.crash)
    await in_thread(environment.promote)
    environment.note_departure()
    environment.figures["promoted after, s"] = round(time.monotonic() - lost, 1)
    written = environment.writers.counted["written"]
    on_new_logs = await until(
        lambda: all(is_after(follower, log) for follower, log in before if follower not in late)
    )
    environment.expect(on_new_logs, "a follower did not learn that the log was lost")
    environment.figures["all followers on the new logs after, s"] = round(
        time.monotonic() - lost, 1
    )
    environment.expect(
        await until(lambda: environment.writers.counted["written"] >= written + AGAIN),
        "users cannot write to the new primary",
    )
    environment.figures["users wrote again after, s"] = round(time.monotonic() - lost, 1)
    await environment.until_on_bus()
    await _join_again(environment, late)


async def _cut(environment: PromotionEnvironment) -> bool:
    """End the replication, when the standby has all that was written until now; whether it did."""
    async with await environment.psql() as psql, await environment.standby_psql() as standby:
        written = await (await psql.execute("select pg_current_wal_insert_lsn()")).fetchone()

        async def holds(condition: LiteralString, *values: object) -> bool:
            row = await (await standby.execute(condition, values)).fetchone()
            return row == (True,)

        assert written is not None
        if not await until(partial(holds, "select pg_last_wal_replay_lsn() >= %s", *written)):
            return False
        await standby.execute("alter system set primary_conninfo = ''")
        await standby.execute("select pg_reload_conf()")
        return await until(partial(holds, "select not exists (select from pg_stat_wal_receiver)"))


async def _write_what_is_lost(environment: PromotionEnvironment, late: list[Follower]) -> None:
    """In each room a seat and a message: acknowledged, received by those who follow, and lost with the primary."""
    for follower in late:
        await follower.join()
        follower.follow()
    environment.followers += late
    await environment.until_all_follow()
    async with await environment.psql() as psql:
        for follower in late:
            said = "insert into messages (room_id, user_id, body) values (%s, %s, %s)"
            await psql.execute(said, (follower.room, follower.user, SAID))
        newest = (
            "select room_id, max(seq) from events where table_name = 'messages' group by room_id"
        )
        last: dict[int, int] = dict(await (await psql.execute(newest)).fetchall())
    received = await until(
        lambda: all(
            follower.observed.position and follower.observed.position.seq >= last[follower.room]
            for follower in late
        )
    )
    environment.expect(received, "a follower did not receive what was written last")


async def _join_again(environment: PromotionEnvironment, late: list[Follower]) -> None:
    """Their seats were lost: they receive the reason, and join again. What they said is gone."""
    received = await until(lambda: all(follower.state == "unseated" for follower in late))
    environment.expect(received, "a follower did not learn that its seat is gone")
    for follower in late:
        reason = follower.refusal.rule if follower.refusal else None
        environment.expect(
            reason in SEAT_IS_GONE, f"{follower.name} was told {follower.refusal}, {follower.byes}"
        )
        await follower.rejoin()
    await environment.until_all_follow()
    async with await environment.psql() as psql:
        found = await psql.execute("select from messages where body = %s", (SAID,))
    environment.expect(not found.rowcount, "the standby had what it should not have")
    environment.figures["seats and messages that the standby did not have"] = 2 * len(late)


PRIMARY_PROMOTED = Drill(
    "primary-promoted",
    "The primary is lost in the middle of traffic, and a streaming standby, made by pg_basebackup, is promoted; two relays on a bus and two pumps go over to it by themselves. "
    "The logs begin anew, so every follower gets a new snapshot and keeps its seat, and those whose seats the standby did not have yet are told so and join again.",
    promote_standby,
    relays=2,
    unready=True,
    new_snapshots=True,
    needs=missing,
    environment=PromotionEnvironment,
)
