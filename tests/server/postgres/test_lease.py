"""The lease of a relay, a media node or a bot: what its end and its silence mean for the seats that it stamped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from roomtone.media.signaling.database_client import CONNECTIONS, database_connections
from roomtone.postgres.lease import Lease, new_node_id
from roomtone.postgres.pools import Database, opened
from roomtone.relay.reaper import Reaper
from roomtone.supervision import begin, supervised
from roomtone.types import NodeId, PeerId

from ...conftest import Connect
from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import patient

pytestmark = pytest.mark.anyio

EXPIRES_IN = "select extract(epoch from expires_at - clock_timestamp())::float from participants"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(Database(database_url, node=NodeId("lease"), settings=patient())) as database:
        yield database


def lease_on(database: Database) -> Lease:
    return Lease(database.relay, new_node_id("bot"), "bot", address="here")


async def test_a_seat_that_is_unfollowed_as_the_process_ends_keeps_its_own_grace_period(
    database: Database, psql: Psql
) -> None:
    peer = PeerId(psql.seat(psql.room("rick"), "anna"))
    lease = lease_on(database)
    async with supervised() as tasks:
        lease.start(tasks)
        assert await lease.follow(peer)
        await tasks.close()
        lease.unfollow(peer, timedelta(0))
        await lease.end(timedelta(minutes=5))
    assert psql.one(EXPIRES_IN) <= 0
    assert psql.one("select count(*) from nodes where kind = 'bot'") == 0


async def test_a_heartbeat_that_is_being_written_is_finished_before_the_lease_ends(
    database: Database, psql: Psql, connect: Connect
) -> None:
    """Interrupted, it would cost its connection on a busy machine, and there might be no time to make another."""
    lease = lease_on(database)
    await lease.beat()
    before = psql.one("select heartbeat_at from nodes")
    locking = connect(autocommit=False)
    locking.execute("lock nodes in exclusive mode")
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'relay_heartbeat'"
    async with supervised() as tasks:
        lease.start(tasks)
        await comes_true(lambda: psql.one(waits) == 1)
        ending = begin(tasks.close(), "ending")
        assert not (await asyncio.wait([ending], timeout=0.5))[0]
        assert psql.one(waits) == 1
        locking.commit()
        await ending
    assert psql.one("select heartbeat_at > %s from nodes", before)
    await lease.end()
    assert psql.count("nodes") == 0


async def test_a_relay_whose_heartbeat_is_late_lets_no_seat_expire(
    database: Database, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.postgres.lease.RENEW_AFTER", PATIENCE)  # one heartbeat is enough
    peer = PeerId(psql.seat(psql.room("rick"), "anna"))
    lease = lease_on(database)
    psql.one("select relay_serve_seats('gone', %s::uuid[])", [peer])
    reaper = Reaper(database, lease, grace=60, role_kept=600)
    await reaper.expire_orphans()
    assert psql.one(EXPIRES_IN) is None
    await lease.beat()
    await reaper.expire_orphans()
    assert 50 < psql.one(EXPIRES_IN) <= 60


async def test_a_process_that_renews_its_lease_revives_no_dead_one(
    database: Database, psql: Psql
) -> None:
    room = psql.room("rick")
    seats = {name: PeerId(psql.seat(room, name)) for name in ("anna", "bo")}
    lease = lease_on(database)
    await lease.beat()
    died = psql.one(
        "insert into nodes (id, kind, heartbeat_at) values ('dead', 'relay', now() - interval '10 s') returning heartbeat_at"
    )
    psql.run("update participants set served_by = 'dead' where peer_id = %s", seats["bo"])
    async with supervised() as tasks:
        lease.start(tasks)
        assert await lease.follow(seats["anna"])
        psql.run("select relay_expire_orphaned_seats('4 s', '60 s')")
        ends = psql.one("select expires_at from participants where peer_id = %s", seats["bo"])
        psql.run("update participants set expires_at = now() where peer_id = %s", seats["anna"])
        lease.renew()
        served = "select expires_at is null from participants where peer_id = %s"
        await comes_true(lambda: psql.one(served, seats["anna"]))
    assert psql.one("select heartbeat_at from nodes where id = 'dead'") == died
    assert psql.one("select expires_at from participants where peer_id = %s", seats["bo"]) == ends


async def test_a_seat_of_another_session_is_not_followed(database: Database, psql: Psql) -> None:
    room = psql.room("rick")
    old = PeerId(psql.seat(room, "anna"))
    psql.run("update participants set peer_id = gen_random_uuid() where peer_id = %s", old)
    lease = lease_on(database)
    async with supervised() as tasks:
        lease.start(tasks)
        async with lease.holding(old) as seated:
            assert not seated


async def test_seats_are_stamped_again_on_a_connection_on_which_a_user_has_only_read(
    database_url: str, psql: Psql
) -> None:
    """Media nodes and bots do both on the same connections."""
    peer = PeerId(psql.seat(psql.room("rick"), "anna"))
    async with database_connections(database_url) as bots, bots.lease.holding(peer):
        async with AsyncExitStack() as all_of_them:
            for _ in range(CONNECTIONS):
                reading = bots.acting({}, read_only=True, snapshot=True)
                await all_of_them.enter_async_context(reading)
        psql.run("update participants set expires_at = now() + interval '1 hour'")
        bots.lease.renew()
        await comes_true(lambda: psql.one(EXPIRES_IN) is None)
