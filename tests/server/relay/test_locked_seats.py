"""A seat that an open transaction in psql has locked makes nothing wait, and is stamped when it is free."""

from __future__ import annotations

import pytest

from ...conftest import Connect
from ...following import follow, goes
from ...patience import comes_true
from ...people import Psql
from ...running import run_relay
from .test_presence import join

pytestmark = pytest.mark.anyio


@pytest.fixture
def slow(connect: Connect) -> Psql:
    """A user in psql who begins a transaction and does not commit."""
    return Psql(connect(autocommit=False))


def hold(slow: Psql, peer: str) -> None:
    assert slow.run("update participants set muted = not muted where peer_id = %s", peer) == 1


async def test_a_locked_seat_is_followed_at_once_and_stamped_later(
    psql: Psql, slow: Psql, database_url: str
) -> None:
    room = psql.room("rick")
    unstamped = "select expires_at is not null from participants where peer_id = %s"
    with run_relay(database_url) as relay:
        anna, annas = join(relay, room, "anna")
        bo, bos = join(relay, room, "bo")
        hold(slow, annas)
        url = f"{relay.url}/rooms/{room}/events"
        async with follow(url, anna, peer_id=annas) as hers:
            await hers.until(lambda f: f.event == "snapshot")
            async with follow(url, bo, peer_id=bos) as his:
                await his.until(lambda f: f.event == "snapshot")
                assert psql.one(unstamped, bos) is False
                assert psql.one(unstamped, annas) is True
                slow.connection.rollback()
                await comes_true(lambda: psql.one(unstamped, annas) is False)
                hold(slow, annas)
        # Both have gone: bo's seat gets its grace period while anna's is locked, and hers when it is free.
        await comes_true(lambda: psql.one(unstamped, bos) is True)
        assert psql.one(unstamped, annas) is False
        slow.connection.rollback()
        await comes_true(lambda: psql.one(unstamped, annas) is True)


async def test_a_session_that_lost_its_seat_under_the_lock_receives_why(
    psql: Psql, slow: Psql, database_url: str
) -> None:
    room = psql.room("rick")
    with run_relay(database_url) as relay:
        token, peer = join(relay, room, "anna")
        slow.run("delete from participants where peer_id = %s", peer)
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=peer) as anna:
            await anna.until(lambda f: f.event == "snapshot")
            slow.connection.commit()
            bye = await anna.until(lambda f: f.event == "bye")
            assert bye.data["reason"] == "removed"


async def test_the_reaper_skips_a_locked_seat(psql: Psql, slow: Psql, database_url: str) -> None:
    room = psql.room("rick")
    psql.seat(room, "watcher")
    annas, _ = psql.seat(room, "anna"), psql.seat(room, "bo")
    over = "update participants set expires_at = now() where user_id <> %s"
    psql.run(over, psql.person("watcher"))
    hold(slow, annas)
    with run_relay(database_url) as relay:
        async with follow(f"{relay.url}/rooms/{room}/events", relay.token("watcher")) as watcher:
            await comes_true(lambda: psql.roster(room) == ["watcher", "anna"])
            slow.connection.rollback()
            await watcher.until(goes("anna"))


def test_a_dead_relays_locked_seat_keeps_no_other_from_expiring(psql: Psql, slow: Psql) -> None:
    room = psql.room("rick")
    peers = [psql.seat(room, name) for name in ("anna", "bo")]
    psql.run("select relay_serve_seats('dead', %s::uuid[])", peers)
    hold(slow, peers[0])
    psql.run("set lock_timeout = '1s'")
    lapsing = "select username from participants join users on id = user_id where expires_at is not null order by 1"
    psql.run("select relay_expire_orphaned_seats('4 s', '5 s')")
    assert psql.all(lapsing) == [("bo",)]
    psql.run("select relay_end_lease('dead', '5 s')")
    slow.connection.rollback()
    psql.run("select relay_expire_orphaned_seats('4 s', '5 s')")
    assert psql.all(lapsing) == [("anna",), ("bo",)]
