"""Presence: a stream keeps a seat, its end begins the grace period, and a dead relay's seats are reaped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from ...following import Subscriber, follow, goes
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay, run_relay

pytestmark = pytest.mark.anyio

GRACE = timedelta(minutes=3)  # no test lasts so long

RESTART_LISTENERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'roomtone listener' and datname = current_database()
"""


@pytest.fixture
def room(psql: Psql) -> int:
    """A room of rick, who is not in it."""
    return psql.room("rick")


def join(relay: RunningRelay, room: int, username: str) -> tuple[str, str]:
    """Join over HTTP; the token and the peer_id."""
    token = relay.token(username)
    with relay.client(token) as client:
        answer = client.post(
            "/rows/participants",
            json={"room_id": room},
            headers={"Prefer": "return=representation"},
        )
        assert answer.status_code == 201, answer.text
        return token, answer.json()[0]["peer_id"]


@asynccontextmanager
async def anna_follows(database_url: str, room: int) -> AsyncIterator[Subscriber]:
    """Anna has joined and follows the room."""
    with run_relay(database_url) as relay:
        token, peer = join(relay, room, "anna")
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=peer) as stream:
            await stream.until(lambda f: f.event == "snapshot")
            yield stream


async def test_a_stream_keeps_the_seat_and_after_its_end_the_seat_is_reaped_when_the_grace_period_is_over(
    psql: Psql, database_url: str, room: int
) -> None:
    psql.seat(room, "watcher")
    expires = "select expires_at from participants where peer_id = %s"
    with run_relay(database_url, grace=GRACE.total_seconds()) as relay:
        token, peer = join(relay, room, "anna")
        url = f"{relay.url}/rooms/{room}/events"
        async with follow(url, relay.token("watcher")) as watcher:
            async with follow(url, token, peer_id=peer) as anna:
                await anna.until(lambda f: f.event == "snapshot")
                await comes_true(lambda: psql.one(expires, peer) is None)
                ends = psql.one("select clock_timestamp()")
            await comes_true(lambda: psql.one(expires, peer) is not None)
            assert ends + GRACE < psql.one(expires, peer) < psql.one("select now()") + GRACE
            psql.grace_period_ends("anna")
            assert (await watcher.until(goes("anna"))).data["reason"] == "timeout"
    assert psql.roster(room) == ["watcher"]


async def test_reconnecting_within_the_grace_period_keeps_role_and_microphone(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url) as relay:
        token, peer = join(relay, room, "anna")
        psql.run(
            "update participants set role = 'MODERATOR', muted = false where peer_id = %s", peer
        )
        url = f"{relay.url}/rooms/{room}/events"
        for _ in range(3):
            async with follow(url, token, peer_id=peer) as anna:
                await anna.until(lambda f: f.event == "snapshot")
            await comes_true(lambda: psql.one("select expires_at from participants") is not None)
        assert psql.all("select role, muted, peer_id::text from participants") == [
            ("MODERATOR", False, peer)
        ]


async def test_a_raised_hand_keeps_its_place_through_a_reconnect(
    psql: Psql, database_url: str
) -> None:
    room = psql.room("rick", stage="moderated")
    with run_relay(database_url) as relay:
        token, peer = join(relay, room, "anna")
        with relay.client(token) as anna:
            assert anna.post("/rows/rpc/raise_hand", json={"room_id": room}).is_success
        raised = psql.one("select hand_raised_at from participants")
        url = f"{relay.url}/rooms/{room}/events"
        for _ in range(2):
            async with follow(url, token, peer_id=peer) as stream:
                first = await stream.until(lambda f: f.event == "snapshot")
                [seat] = first.data["participants"]
                assert datetime.fromisoformat(seat["hand_raised_at"]) == raised
            await comes_true(lambda: psql.one("select expires_at from participants") is not None)
    assert psql.one("select hand_raised_at from participants") == raised


async def test_a_seat_that_is_never_followed_is_reaped(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url, grace=0.5) as relay:
        join(relay, room, "anna")
        await comes_true(lambda: psql.roster(room) == [])
    assert psql.all(
        "select type, reason from events where table_name = 'participants' order by seq"
    ) == [
        ("INSERT", None),
        ("DELETE", "timeout"),
    ]


async def test_rows_inserted_by_hand_stay_until_deleted(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url, grace=0.2) as relay:
        psql.seat(room, "by hand")
        join(relay, room, "anna")
        await comes_true(lambda: psql.roster(room) == ["by hand"])


async def test_a_host_who_loses_the_connection_keeps_the_row_without_a_peer(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url, grace=0.3) as relay:
        join(relay, room, "rick")
        await comes_true(lambda: psql.roster(room) == [])
        assert psql.all("select role, peer_id from participants") == [("HOST", None)]


async def test_a_woken_laptop_cannot_resurrect_its_seat(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url, grace=0.3) as relay:
        token, peer = join(relay, room, "anna")
        await comes_true(lambda: psql.roster(room) == [])
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=peer) as anna:
            assert anna.status == 403
    with run_relay(database_url) as relay:
        token = relay.token("anna")
        _, newer = join(relay, room, "anna")
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=peer) as anna:
            assert anna.problem is not None
            assert anna.problem["rule"] == "participants_peer_id_is_current"
        async with follow(f"{relay.url}/rooms/{room}/events", token, peer_id=newer) as anna:
            assert anna.status == 200


async def test_a_dead_relays_seats_are_reaped_by_a_living_one(
    psql: Psql, database_url: str, room: int
) -> None:
    dead = f"dead-{uuid4()}"
    psql.run("select relay_heartbeat(%s, 'nowhere')", dead)
    peers = [psql.seat(room, name) for name in ("anna", "bo")]
    psql.run("select relay_serve_seats(%s, %s::uuid[])", dead, peers)
    psql.run("update nodes set heartbeat_at = now() - interval '1 hour' where id = %s", dead)
    with run_relay(database_url, grace=0.5):
        await comes_true(lambda: psql.roster(room) == [])
    assert psql.all("select distinct reason from events where type = 'DELETE'") == [("timeout",)]
    assert (
        psql.one("select count(*) from nodes") == 0
    )  # the dead relay's lease was deleted, the other ended its own


async def test_a_client_of_a_stopped_relay_keeps_its_seat_on_another(
    psql: Psql, database_url: str, room: int
) -> None:
    with run_relay(database_url) as second:
        with run_relay(database_url) as first:
            token, peer = join(first, room, "anna")
            async with follow(f"{first.url}/rooms/{room}/events", token, peer_id=peer) as anna:
                last = (await anna.until(lambda f: f.event == "snapshot")).id
        psql.seat(room, "bo")
        async with follow(
            f"{second.url}/rooms/{room}/events", token, after=last, peer_id=peer
        ) as anna:
            await anna.until(lambda f: f.event == "participants")
            assert [f.data["record"]["username"] for f in anna.changes("participants")] == ["bo"]
            await comes_true(
                lambda: (
                    psql.one("select expires_at from participants where peer_id = %s", peer) is None
                )
            )
        assert psql.roster(room) == ["anna", "bo"]


async def test_a_relay_whose_lease_was_lost_stamps_its_seats_again(
    psql: Psql, database_url: str, room: int
) -> None:
    async with anna_follows(database_url, room):
        # What another relay does when a crash has emptied `nodes`, and what the restart does to this one.
        psql.run(
            "update participants set expires_at = now() + interval '60 seconds' where room_id = %s",
            room,
        )
        psql.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name like 'roomtone%%' and datname = current_database()"
        )
        await comes_true(lambda: psql.one("select expires_at from participants") is None)


async def test_a_relay_that_renews_its_seats_first_writes_its_heartbeat(
    psql: Psql, database_url: str, room: int
) -> None:
    async with anna_follows(database_url, room):
        # A crash has emptied `nodes`, and another relay was the first to come back.
        with psql.connection.transaction():
            psql.run("delete from nodes where kind = 'relay'")
            psql.run("select relay_expire_orphaned_seats('60 s', '60 s')")
        psql.run(RESTART_LISTENERS)
        await comes_true(lambda: psql.one("select expires_at from participants") is None)
        psql.run("select relay_expire_orphaned_seats('60 s', '60 s')")
        assert psql.one("select expires_at from participants") is None


async def test_a_relay_that_was_taken_for_dead_takes_its_seats_back(
    psql: Psql, database_url: str, room: int
) -> None:
    async with anna_follows(database_url, room):
        with psql.connection.transaction():
            # Its heartbeat waits for this lock, as it would wait for a machine that sleeps.
            psql.run("select relay_heartbeat('another', 'here')")
            psql.run(
                "update nodes set heartbeat_at = now() - interval '10 seconds' where id <> 'another'"
            )
            psql.run("select relay_expire_orphaned_seats('4 s', '60 s')")
            await asyncio.to_thread(psql.one, "select pg_sleep(4.5)")
            # Asked before the lock is released: a moment later the relay may have them back.
            assert psql.one("select expires_at is null from participants") is False
        await comes_true(lambda: psql.one("select expires_at is null from participants"))


async def test_a_participant_whose_leaving_a_crash_has_undone_leaves_again(
    psql: Psql, database_url: str, room: int
) -> None:
    psql.seat(room, "bo")
    async with anna_follows(database_url, room) as anna:
        # Presence does not wait for the disk: the relay has seen bo go, the disk has not.
        psql.run("update participants set served_by = (select id from nodes), expires_at = null")
        psql.run(RESTART_LISTENERS)
        psql.grace_period_ends("bo")
        assert (await anna.until(goes("bo"))).data["reason"] == "timeout"
        assert psql.roster(room) == ["anna"]
