"""The WebSocket: its events and their acknowledgements, on the same log as the other techniques."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from roomtone.http.uvicorn_internals.websockets import BoundedWebSocket

from ...conftest import Connect
from ...following import follow, goes, joins
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay, run_relay
from ...sockets import SocketSubscriber, is_snapshot, open_socket, socket_url, until_snapshot

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

OFFER = {"kind": "offer", "body": {"type": "offer", "sdp": "v=0"}}


def refused(ack: dict[str, Any]) -> tuple[int, str | None]:
    """The status and rule of a refusal."""
    assert "data" not in ack
    return ack["problem"]["status"], ack["problem"].get("rule")


async def test_a_client_joins_signals_and_leaves_as_in_the_article(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    host = psql.seat(room, "rick")
    async with (
        open_socket(socket_url(relay, room), relay.token("rick")) as rick,
        open_socket(socket_url(relay, room), relay.token("anna")) as anna,
    ):
        await until_snapshot(rick)
        outside = await anna.until(lambda f: f.event == "snapshot")
        assert outside.data.keys() == {"hallway", "invitations"}

        joined = (await anna.emit("user-joined-room", {"role": "SPEAKER"}))["data"]
        assert (joined["room_id"], joined["role"]) == (room, "SPEAKER")
        inside = await until_snapshot(anna)
        assert [p["username"] for p in inside.data["participants"]] == ["rick", "anna"]
        assert inside.id == inside.data["cursor"]
        arrival = await rick.until(joins("anna"))
        assert arrival.data["record"]["peer_id"] == joined["peer_id"]

        signal = (await anna.emit("signal", OFFER | {"to_peer": host}))["data"]
        assert signal["from_peer"] == joined["peer_id"]
        heard = await rick.until(lambda f: f.event == "signals")
        assert heard.data["record"]["id"] == signal["id"]
        assert heard.id is not None

        left = (await anna.emit("user-left-room"))["data"]
        assert left == {"room_id": room, "peer_id": joined["peer_id"], "left": True}
        assert (await anna.until(lambda f: f.event == "bye")).data == {"reason": "left"}
        await anna.end()
        assert anna.code == 1000
        assert (await rick.until(goes("anna"))).data["reason"] == "left"
    assert psql.roster(room) == ["rick"]


async def test_several_signals_in_one_event_are_all_written_or_none(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    host, guest = psql.seat(room, "rick"), psql.seat(room, "bo")
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        await until_snapshot(anna)
        both = [OFFER | {"to_peer": peer} for peer in (host, guest)]
        rows = (await anna.emit("signal", both))["data"]
        assert [row["to_peer"] for row in rows] == [host, guest]
        spoiled = [both[0], OFFER | {"to_peer": str(uuid4())}]
        assert refused(await anna.emit("signal", spoiled)) == (400, "signals_recipient_is_seated")
    assert psql.count("signals") == 2


async def test_the_database_decides_what_may_be_emitted(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    late = psql.seat(room, "bo")
    async with (
        open_socket(socket_url(relay, room), relay.token("anna")) as anna,
        open_socket(socket_url(relay, room), relay.token("cleo")) as outsider,
    ):
        await until_snapshot(anna)
        early = await anna.emit("signal", OFFER | {"to_peer": late})
        assert refused(early) == (400, "signals_newcomer_offers")
        foreign = OFFER | {"to_peer": late, "from_peer": str(uuid4())}
        assert refused(await anna.emit("signal", foreign)) == (400, "signals_sender_is_seated")
        other = await anna.emit("user-joined-room", {"user_id": psql.person("dan")})
        assert refused(other)[0] in (400, 403)
        status, rule = refused(await outsider.emit("signal", OFFER | {"to_peer": late}))
        assert (status, rule) == (400, "signals_sender_is_seated")
        unknown = await anna.emit("signal", OFFER | {"to_peer": late, "volume": 11})
        assert unknown["problem"]["code"] == "PGRST204"
        elsewhere = await anna.emit("signal", OFFER | {"to_peer": late, "room_id": room + 1})
        assert refused(elsewhere) == (400, "sockets_are_of_one_room")
    assert psql.count("signals") == 0


async def test_joining_again_on_the_same_socket_is_a_new_session(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        first = await until_snapshot(anna)
        joined = (await anna.emit("user-joined-room"))["data"]
        again = await anna.until(lambda f: is_snapshot(f) and f is not first)
        [seat] = again.data["participants"]
        assert seat["peer_id"] == joined["peer_id"] != first.data["participants"][0]["peer_id"]
        psql.seat(room, "bo")
        await anna.until(joins("bo"))
        assert [f.event for f in anna.frames if f.event == "bye"] == []


async def test_a_refused_join_leaves_everything_as_it_was(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        await until_snapshot(anna)
        refusal = await anna.emit("user-joined-room", {"role": "HOST"})
        assert refused(refusal)[1] == "participants_role_is_allowed"
        psql.seat(room, "bo")
        await anna.until(joins("bo"))
        assert len(anna.changes("snapshot")) == 1


async def test_the_sockets_of_two_relays_and_a_stream_agree_on_every_event(
    psql: Psql, database_url: str, room: int
) -> None:
    names = ("anna", "bo", "cleo")
    peers = [psql.seat(room, name) for name in names]
    with run_relay(database_url) as one, run_relay(database_url) as two:
        async with (
            open_socket(socket_url(one, room), one.token("anna"), peer_id=peers[0]) as anna,
            open_socket(socket_url(two, room), two.token("bo"), peer_id=peers[1]) as bo,
            follow(f"{two.url}/rooms/{room}/events", two.token("cleo")) as cleo,
        ):
            for each in (anna, bo, cleo):
                await each.until(is_snapshot)

            async def churn(caller: SocketSubscriber, towards: str) -> None:
                for _ in range(20):
                    signal = {"kind": "bye", "body": {}, "to_peer": towards}
                    assert "data" in await caller.emit("signal", [signal])

            await asyncio.gather(churn(anna, peers[1]), churn(bo, peers[0]))
            for n in range(10):
                psql.seat(room, f"guest {n}")
            for each in (anna, bo, cleo):
                await each.until(joins("guest 9"))
            assert len(anna.changes("signals")) == len(bo.changes("signals")) == 20
            for each in (anna, bo, cleo):
                assert each.seqs == sorted(set(each.seqs))
                assert len(each.changes("participants")) == 10


async def test_events_of_a_socket_are_sent_without_waiting_for_the_notification(
    psql: Psql, database_url: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    psql.seat(room, "rick")
    # This relay receives no notifications during the test: it listens on another database.
    with monkeypatch.context() as changed:
        changed.setattr("roomtone.postgres.listener.CHANNEL", "nowhere")
        with run_relay(database_url) as deaf:
            async with (
                open_socket(socket_url(deaf, room), deaf.token("rick")) as rick,
                open_socket(socket_url(deaf, room), deaf.token("anna")) as anna,
            ):
                await until_snapshot(rick)
                await anna.emit("user-joined-room")
                await rick.until(joins("anna"))


async def test_a_socket_resumes_exactly_where_it_was(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    peer = psql.seat(room, "anna")
    token = relay.token("anna")
    async with open_socket(socket_url(relay, room), token) as anna:
        cursor = (await until_snapshot(anna)).id
    psql.seat(room, "bo")
    async with open_socket(socket_url(relay, room), token, peer_id=peer, after=str(cursor)) as anna:
        psql.seat(room, "cleo")
        await anna.until(joins("cleo"))
        assert anna.seqs == [3, 4]
        assert not any(is_snapshot(frame) for frame in anna.frames)


@pytest.mark.parametrize("cursor", ["1-1", "nonsense", "-", "", "99999999999999-3"])
async def test_a_cursor_the_log_does_not_know_gets_a_fresh_snapshot(
    psql: Psql, relay: RunningRelay, room: int, cursor: str
) -> None:
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna"), after=cursor) as anna:
        assert (await until_snapshot(anna)).data["room"]["id"] == room


async def test_a_socket_is_presence_and_its_end_starts_the_grace_period(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    async with open_socket(socket_url(relay, room), relay.token("rick")) as rick:
        await until_snapshot(rick)
        async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
            await anna.emit("user-joined-room")
            await rick.until(joins("anna"))
            served = "select count(*) from participants where expires_at is null"
            await comes_true(lambda: psql.one(served) == 2)
        psql.grace_period_ends("anna")
        assert (await rick.until(goes("anna"))).data["reason"] == "timeout"


async def test_a_socket_says_why_the_seat_was_lost_in_the_meantime(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    peer = psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna"), peer_id=peer) as anna:
        cursor = str((await until_snapshot(anna)).id)
    psql.act_as("rick").run(
        "delete from participants where user_id = %s", psql.act_as(None).person("anna")
    )
    async with open_socket(
        socket_url(relay, room), relay.token("anna"), peer_id=peer, after=cursor
    ) as anna:
        bye = await anna.until(lambda f: f.event == "bye")
        assert bye.data == {"reason": "removed"}


async def test_signing_out_ends_the_socket(psql: Psql, relay: RunningRelay, room: int) -> None:
    token = relay.token("anna")
    async with (
        open_socket(socket_url(relay, room), token) as anna,
        open_socket(f"{relay.url}/hallway/socket", token) as hallway,
    ):
        for each in (anna, hallway):  # one that has not begun is refused, and not ended
            await each.until(lambda f: f.event == "snapshot")
        with relay.client(token) as client:
            assert client.delete("/session").status_code == 204
        for each in (anna, hallway):
            assert (await each.until(lambda f: f.event == "bye")).data == {"reason": "signed out"}


async def test_stopping_the_relay_ends_sockets_with_a_retry(
    psql: Psql, database_url: str, room: int
) -> None:
    psql.seat(room, "anna")
    with run_relay(database_url) as relay:
        async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
            await until_snapshot(anna)
            relay.server.should_exit = True
            await anna.end()
            assert anna.code == 1012
    assert psql.roster(room) == ["anna"]


async def test_an_acknowledgement_for_a_client_that_has_gone_is_dropped(
    psql: Psql, database_url: str, room: int, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    psql.person("anna")
    slow = Psql(connect(autocommit=False))
    slow.seat(room, "anna")  # so that her own joining waits
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with run_relay(database_url) as relay:
        async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
            assert anna.connection is not None
            await anna.send(json.dumps({"event": "user-joined-room", "id": 1, "data": {}}))
            await comes_true(lambda: psql.one(waits) > 0)
            anna.connection.transport.abort()
        open_ones = relay.server.server_state.connections
        await comes_true(lambda: not any(isinstance(one, BoundedWebSocket) for one in [*open_ones]))
        slow.connection.rollback()
        await comes_true(lambda: psql.roster(room) == ["anna"])
    assert "Exception" not in caplog.text


async def test_the_hallway_socket_shows_rooms_and_takes_no_events(
    psql: Psql, relay: RunningRelay
) -> None:
    async with open_socket(f"{relay.url}/hallway/socket") as anonymous:
        assert (await anonymous.until(lambda f: f.event == "snapshot")).data == {"hallway": []}
        psql.room("rick", "Tea")
        await anonymous.until(lambda f: f.event == "hallway" and f.data["name"] == "Tea")
        assert refused(await anonymous.emit("signal")) == (400, "sockets_event_is_known")
