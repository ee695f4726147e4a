"""Housekeeping: old rows are deleted, a bounded number at a time, and a listener without notifications is reconnected."""

from __future__ import annotations

import asyncio

import pytest
from roomtone.postgres.listener import Listener, Resync, Wakeup
from roomtone.postgres.pools import Database
from roomtone.relay.hallway import Hallway
from roomtone.relay.housekeeping import Housekeeping
from roomtone.relay.metrics import Metrics
from roomtone.types import NodeId

from ...conftest import Connect, NewDatabase
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio


async def watching(database_url: str, listens_to: str, psql: Psql, *, write: bool) -> int:
    """Watch twice with something written in between, or not; how often the listener was found silent."""
    database = Database(database_url, node=NodeId("watcher"), settings=patient())
    listener, counted = Listener(listens_to), Metrics()
    connected: asyncio.Queue[Wakeup] = asyncio.Queue()

    async def listen() -> None:
        async for wakeup in listener.wakeups():
            await connected.put(wakeup)

    listening = asyncio.create_task(listen())
    await database.open()
    try:
        assert await asyncio.wait_for(connected.get(), PATIENCE) == Resync(fresh=True)
        housekeeping = Housekeeping(
            database, listener, Hallway(database), counted, deserted_after=0
        )
        await housekeeping.watch()
        if write:
            received = listener.received
            psql.seat(psql.room("rick"), "anna")
            if listens_to == database_url:
                await comes_true(lambda: listener.received > received)
        await housekeeping.watch()
        silent = int(counted.listener_silent._value.get())
        if silent:
            assert await asyncio.wait_for(connected.get(), PATIENCE) == Resync(fresh=True)
        return silent
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await database.close()


async def test_a_listener_without_anything_to_receive_is_left_alone(
    psql: Psql, database_url: str
) -> None:
    psql.room("rick")
    assert await watching(database_url, database_url, psql, write=False) == 0


async def test_a_listener_that_receives_notifications_is_left_alone(
    psql: Psql, database_url: str
) -> None:
    psql.room("rick")
    assert await watching(database_url, database_url, psql, write=True) == 0


async def test_a_listener_that_receives_no_notifications_is_reconnected(
    psql: Psql, database_url: str, new_database: NewDatabase, template: str
) -> None:
    psql.room("rick")
    # Notifications do not leave their database, so a listener in another one receives none.
    elsewhere = new_database(template)
    assert await watching(database_url, elsewhere, psql, write=True) == 1


def test_a_bounded_number_of_events_of_a_busy_room_is_kept(psql: Psql) -> None:
    busy, calm = psql.room("rick"), psql.room("rick")
    psql.seat(busy, "anna")
    for n in range(50):
        psql.run("update participants set muted = %s where room_id = %s", bool(n % 2), busy)
    psql.run("select relay_delete_old_rows('1 hour', 10)")
    assert psql.all(
        "select room_id, count(*), max(seq) from events group by room_id order by room_id"
    ) == [(busy, 10, 52), (calm, 1, 1)]
    assert psql.one("select tail_seq from logs where room_id = %s", busy) == 42


def test_a_bounded_number_of_old_rows_is_deleted_at_a_time(psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    for n in range(30):
        psql.run("update participants set muted = %s where room_id = %s", bool(n % 2), room)
    psql.run("update events set committed_at = committed_at - interval '2 hours'")
    assert [psql.one("select relay_delete_old_rows('1 hour', 1000, 20)") for _ in range(3)] == [
        20,
        12,
        0,
    ]


def test_one_relay_at_a_time_deletes_old_rows(psql: Psql, connect: Connect) -> None:
    room = psql.room("rick")
    psql.run("update events set committed_at = now() - interval '2 hours' where room_id = %s", room)
    other = Psql(connect(autocommit=False))
    assert other.one("select relay_delete_old_rows('1 hour', 1000)") == 1
    assert psql.one("select relay_delete_old_rows('1 hour', 1000)") == 0
    other.connection.rollback()
    assert psql.one("select relay_delete_old_rows('1 hour', 1000)") == 1


def test_old_candidates_signals_of_ended_sessions_and_expired_tokens_are_deleted(
    psql: Psql,
) -> None:
    room = psql.room("rick")
    rick = psql.seat(room, "rick")
    anna, bo = psql.seat(room, "anna"), psql.seat(room, "bo")
    for newcomer, peer in (("anna", anna), ("bo", bo)):
        psql.act_as(newcomer).signal(room, rick, "offer")
        psql.signal(room, rick, "candidate", {"candidate": "candidate:1"})
        psql.act_as("rick").signal(room, peer, "answer")
    psql.act_as("bo").one("select leave_room(%s)", room)
    psql.act_as(None)
    psql.run("update signals set created_at = now() - interval '2 hours' where room_id = %s", room)
    # A relay accepts a token for a while after it has expired, and for that long it stays revoked.
    psql.run("insert into revoked_tokens values ('just now', now() - interval '1 minute')")
    psql.run("insert into revoked_tokens values ('long ago', now() - interval '61 minutes')")
    psql.run("select relay_delete_old_rows('1 hour', 1000)")
    assert psql.all("select jti from revoked_tokens") == [("just now",)]
    # The signals of anna and rick stay while both are here: they decide who may offer.
    assert psql.all("select kind from signals order by id") == [("offer",), ("answer",)]
    psql.act_as("rick").signal(room, anna, "offer")


def test_tables_that_are_written_all_the_time_stay_small(psql: Psql) -> None:
    """An evening of updates of seats and leases in a second, under the autovacuum settings of these tables."""
    room = psql.room("rick")
    peer = psql.seat(room, "anna")
    psql.run("select relay_heartbeat('relay-1', 'here')")

    def evening() -> dict[str, int]:
        """How many pages it added."""
        pages = """
            select relname::text, pg_relation_size(oid) / 8192 from pg_class
            where oid in ('participants'::regclass, 'logs'::regclass, 'nodes'::regclass)"""
        before: dict[str, int] = dict(psql.all(pages))
        for n in range(600):
            psql.run("update participants set muted = %s where room_id = %s", bool(n % 2), room)
            psql.run("select relay_heartbeat('relay-1', 'here')")
            psql.run("select relay_serve_seats('relay-1', %s::uuid[])", [peer])
        return {table: size - before[table] for table, size in psql.all(pages)}

    def updates() -> tuple[int, int]:
        """Of seats, in all, since this database was made: how many, and how many of them were HOT."""
        psql.run("select pg_stat_force_next_flush()")
        counts = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'participants'"
        ((every, hot),) = psql.all(counts)
        return every, hot

    every, hot = updates()
    # One may add some: nothing is vacuumed while another transaction, such as an autoanalyze, may see it.
    grown = [max(evening().values()) for _ in range(4)]
    assert sum(pages < 5 for pages in grown) >= 3, grown
    every, hot = (after - before for after, before in zip(updates(), (every, hot), strict=True))
    assert hot > 0.9 * every
