"""Python peers in a room: real connections and real sound, with both signaling clients."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import LiteralString

import pytest
from roomtone.media.room_session import ENCRYPTED, room_session
from roomtone.media.signaling.client import ConnectionLost, Refused
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.signaling.events import Ended, Snapshot
from roomtone.media.signaling.held_seat import HeldSeat
from roomtone.media.signaling.http_client import http_signaling_client
from roomtone.media.sounds import silence, tone
from roomtone.types import RoomId

from ...patience import PATIENCE, comes_true
from ...people import Psql
from ...running import RunningRelay
from .listening import connected, hears, others, packets, until

pytestmark = pytest.mark.shares_a_relay

CALLS: dict[str, LiteralString] = {
    "ask_to_unmute": "select ask_to_unmute(%s, 'bea')",
    "move_to_audience": "select move_to_audience(%s, 'bea')",
    "invite_to_speak": "select invite_to_speak(%s, 'bea')",
}


async def test_two_peers_hear_each_other_one_over_the_database_one_over_http(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "hettie") as hettie,
    ):
        dora = await database.client("dora")
        async with (
            room_session(dora, RoomId(room), sound=tone(440)) as hers,
            room_session(hettie, RoomId(room), sound=tone(660)) as other,
        ):
            await asyncio.gather(hears(hers, "hettie", 660), hears(other, "dora", 440))
            assert psql.all("select username, kind, muted from roster order by seq") == [
                ("dora", "bot", False),
                ("hettie", "bot", False),
            ]
            # Audio may be heard before the row that says how.
            trace = "select from_user, path from signal_trace"
            await comes_true(lambda: psql.all(trace) == [("hettie", "host - host")])
        # They leave for a second and a half at most; on a busy machine a seat may have to expire.
        await comes_true(lambda: psql.roster(room) == [])


async def test_only_who_may_speak_is_heard_and_the_audience_sends_nothing(
    relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    room = psql.room("rick", stage="moderated")
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "bea") as client,
        room_session(
            await database.client("rick", kind="person"), RoomId(room), sound=tone(440)
        ) as rick,
        room_session(await database.client("cy"), RoomId(room), role="AUDIENCE") as cy,
        room_session(client, RoomId(room), sound=tone(660)) as bea,
    ):
        await hears(bea, "rick", 440)
        await hears(cy, "rick", 440)
        # Audience and audience never connect; and a voice in the audience is not even encoded.
        assert (connected(bea), connected(cy), connected(rick)) == (1, 1, 2)
        assert bea.sent_audio is not None
        assert bea.sent_audio.encoded_blocks == 0
        assert (await packets(bea))[0] == 0
        assert (await packets(cy))[0] == 0

        # It raised its hand by itself, and speaks as soon as it may, over the connection there is.
        await until(rick, lambda v: any(s.record["hand_raised_at"] for s in others(v)))
        before = bea.mesh.connections()
        psql.act_as("rick").run("select promote(%s, 'bea')", room)
        psql.act_as(None)
        await hears(rick, "bea", 660)
        await hears(cy, "bea", 660)
        assert before.items() <= bea.mesh.connections().items()

        # A moderator mutes it, and it is not contradicted.
        psql.act_as("rick").run("select mute(%s, 'bea')", room)
        psql.act_as(None)
        await until(bea, lambda v: v.me is not None and v.me.muted)
        await until(bea, lambda v: v.sent_audio is not None and not v.sent_audio.allowed)
        said = bea.sent_audio.encoded_blocks
        await until(rick, lambda v: all(s.muted for s in others(v)))
        assert bea.sent_audio.encoded_blocks - said <= 1

        # Asked to unmute, it does; moved down and invited again, it comes: both keys are turned.
        for asked in (
            ("ask_to_unmute",),
            ("move_to_audience", "invite_to_speak"),
        ):
            for function in asked:
                psql.act_as("rick").one(CALLS[function], room)
            psql.act_as(None)
            await hears(rick, "bea", 660)


async def test_in_a_counted_mesh_the_audience_hears_who_was_there_and_who_comes_on_stage_later(
    database_url: str, psql: Psql
) -> None:
    psql.run("insert into roster_sizes (counted_above, full_below) values (2, 1)")
    room = RoomId(psql.room("rick", stage="moderated"))
    psql.seat(room, "quiet")  # by hand, and known to nobody
    async with (
        database_connections(database_url) as database,
        room_session(await database.client("rick", kind="person"), room, sound=tone(440)) as rick,
        room_session(await database.client("bea"), room, role="AUDIENCE") as bea,
        room_session(await database.client("cy"), room, role="AUDIENCE") as cy,
    ):
        await asyncio.gather(hears(bea, "rick", 440), hears(cy, "rick", 440))
        await until(rick, lambda v: v.audience is not None and v.audience.here == 4)
        assert {seat.username for seat in cy.seats.values()} <= {"rick", "cy", "quiet", "bea"}
        async with room_session(
            await database.client("dora", kind="person"), room, role="AUDIENCE", sound=None
        ) as dora:
            await hears(dora, "rick", 440)
            # In a thread: a transaction of this event loop may hold the lock of a seat.
            speaks = "update participants set role = 'SPEAKER', muted = false where user_id = %s"
            await asyncio.to_thread(psql.run, speaks, psql.person_id("cy"))
            await until(bea, lambda v: connected(v) == 2)
            await until(cy, lambda v: connected(v) == 3)
        # Who leaves is gone for those who had a connection.
        await until(rick, lambda v: "dora" not in {s.username for s in v.seats.values()})
        await until(rick, lambda v: connected(v) == 2)


async def test_what_a_room_refuses_is_said_by_name(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "bot") as bot,
    ):
        for client in (bot, await database.client("bot")):
            with pytest.raises(Refused) as refusal:
                async with room_session(client, RoomId(4711)):
                    pass
            assert refusal.value.rule == "participants_room_is_open"
        with pytest.raises(Refused) as refusal:
            await database.client("host")
        assert refusal.value.rule == "users_only_bots_sign_in_as_bots"
        with pytest.raises(Refused) as refusal:
            async with http_signaling_client(relay.url, "host"):
                pass
        assert refusal.value.rule == "users_only_bots_sign_in_as_bots"
    with pytest.raises(ConnectionLost):
        async with http_signaling_client("http://127.0.0.1:9", "bot"):
            pass


async def test_a_room_that_ends_and_a_removal_end_the_session_with_their_reason(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "hettie") as hettie,
    ):
        dora = await database.client("dora")
        async with (
            room_session(dora, RoomId(room)) as hers,
            room_session(hettie, RoomId(room)) as other,
        ):
            # In a thread: a transaction of this event loop may hold the lock of a seat.
            remove = "delete from participants where user_id = %s"
            await asyncio.to_thread(psql.run, remove, dora.user.id)
            await until(hers, lambda v: v.ended.is_set())
            end = "update rooms set ended_at = now() where id = %s"
            await asyncio.to_thread(psql.run, end, room)
            await until(other, lambda v: v.ended.is_set())
            assert (hers.reason, other.reason) == ("removed", "room ended")


async def test_a_session_that_is_removed_before_it_reads_the_log_does_not_take_the_seat_again(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "hettie") as hettie,
    ):
        for client in (await database.client("dora"), hettie):
            async with HeldSeat(client, RoomId(room)) as seat:
                psql.run("delete from participants where user_id = %s", client.user.id)
                assert [event async for event in seat.events()] == [Ended("removed")]
            assert psql.roster(room) == []


async def test_a_fresh_snapshot_that_says_muted_mutes(
    database_url: str, psql: Psql, room: int
) -> None:
    """What was said while the log was out of reach comes as a snapshot, and never as the event of a mute."""
    async with (
        database_connections(database_url) as database,
        room_session(await database.client("dora"), RoomId(room), sound=tone(440)) as hers,
        room_session(await database.client("bea"), RoomId(room)) as bea,
    ):
        await hears(bea, "dora", 440)
        me, epoch = hers.me, hers._epoch
        assert me is not None
        assert me.peer is not None
        assert epoch is not None
        assert hers.sent_audio is not None
        muted = replace(me, muted=True, record={**me.record, "muted": True})
        await hers._apply(
            Snapshot(RoomId(room), me.peer, epoch, hers.room, (muted, *others(hers)), ())
        )
        assert not hers.sent_audio.allowed
        assert not hers._tasks._tasks  # and it does not ask to be unmuted


async def test_interruptions_are_survived_and_an_expired_seat_is_taken_again(
    relay: RunningRelay, database_url: str, psql: Psql, room: int
) -> None:
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "hettie") as hettie,
        room_session(await database.client("dora"), RoomId(room), sound=tone(440)) as hers,
        room_session(hettie, RoomId(room), sound=silence()) as other,
    ):
        await hears(other, "dora", 440)
        peer = hers.held_seat.peer
        # Every connection of the bot is cut, as when the server restarts: it goes on where it was.
        psql.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name in ('roomtone bot', 'roomtone bot listener')"
            " and datname = current_database()"
        )
        psql.seat(room, "witness")
        await until(hers, lambda v: any(s.username == "witness" for s in others(v)))
        assert hers.held_seat.peer == peer

        # Both seats expire: each peer takes its seat again in a new session, and they connect again.
        def expire() -> None:
            with psql.connection.transaction():  # in which no bot and no relay can stamp them again
                psql.run("update participants set expires_at = now() where served_by is not null")
                assert psql.one("select relay_reap_seats('10 minutes')") == room

        # In a thread: a transaction of this event loop may hold the lock of a seat.
        await asyncio.to_thread(expire)
        await until(hers, lambda v: v.held_seat.peer != peer and v.me is not None)
        await hears(other, "dora", 440)
        await comes_true(lambda: sorted(psql.roster(room)) == ["dora", "hettie", "witness"])


async def test_python_peers_cannot_enter_an_encrypted_room_or_say_why_they_leave(
    relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    room = psql.one(
        "insert into rooms (name, host_id, encrypted) values ('Den', %s, true) returning id",
        psql.person("rick"),
    )
    psql.person("eve")  # whose token a program may have
    async with (
        database_connections(database_url) as database,
        http_signaling_client(relay.url, "hettie") as hettie,
        http_signaling_client(relay.url, "eve", kind="person") as eve,
    ):
        for bot in (hettie, await database.client("dora")):
            with pytest.raises(Refused) as refused:
                async with room_session(bot, RoomId(room)):
                    pass
            assert refused.value.rule == "participants_encrypt_their_audio"
        async with room_session(eve, RoomId(room)) as session:
            await asyncio.wait_for(session.ended.wait(), PATIENCE)
            assert session.reason == ENCRYPTED
