"""Event streams that are refused, and how streams end."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ...following import follow, goes
from ...people import Psql
from ...running import RunningRelay, run_relay
from .test_sse import events

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]


async def test_a_user_without_a_seat_gets_no_stream(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    async with follow(events(relay, room), relay.token("anna")) as anna:
        assert anna.status == 403
        assert anna.problem is not None
        assert anna.problem["rule"] == "participants_only_for_participants"


async def test_an_anonymous_user_gets_no_stream_of_a_room(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    with relay.client() as anonymous:
        answer = anonymous.get(f"/rooms/{room}/events")
        assert (answer.status_code, answer.json()["code"]) == (401, "42501")
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("room", "status", "code"), [("4711", 404, "P0002"), ("99999999999999999999", 404, "P0002")]
)
async def test_a_room_that_is_not_there_is_not_found(
    relay: RunningRelay, room: str, status: int, code: str
) -> None:
    with relay.sign_in("anna") as anna:
        answer = anna.get(f"/rooms/{room}/events")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["rule"] == "participants_room_is_open"


async def test_a_room_that_has_ended_says_so(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    psql.act_as("rick").one("select end_room(%s)", room)
    with relay.sign_in("anna") as anna:
        answer = anna.get(f"/rooms/{room}/events")
        assert (answer.status_code, answer.json()["rule"]) == (400, "participants_room_is_open")


async def test_a_stale_session_cannot_follow(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna"), peer_id=str(uuid4())) as anna:
        assert anna.status == 403
        assert anna.problem is not None
        assert anna.problem["rule"] == "participants_peer_id_is_current"


async def test_a_newer_session_ends_the_older_ones_stream(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as old:
        await old.until(lambda f: f.event == "snapshot")
        psql.act_as("anna").one("select join_room(%s)", room)
        assert (await old.until(lambda f: f.event == "bye")).data == {"reason": "taken over"}
        await old.end()
    async with follow(events(relay, room), relay.token("anna")) as new:
        await new.until(lambda f: f.event == "snapshot")


@pytest.mark.parametrize("reason", ["removed", "banned", "room ended", "left"])
async def test_losing_the_seat_ends_the_stream_saying_why(
    psql: Psql, relay: RunningRelay, reason: str
) -> None:
    room = psql.room("rick")
    anna = psql.person("anna")
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as stream:
        await stream.until(lambda f: f.event == "snapshot")
        if reason == "removed":
            psql.act_as("rick").run("delete from participants where user_id = %s", anna)
        elif reason == "banned":
            psql.act_as("rick").one("select ban_from_room(%s, 'anna')", room)
        elif reason == "left":
            psql.act_as("anna").one("select leave_room(%s)", room)
        else:
            psql.act_as("rick").one("select end_room(%s)", room)
        assert (await stream.until(lambda f: f.event == "bye")).data == {"reason": reason}
        in_the_log = "removed" if reason == "banned" else reason  # a ban is no news for the others
        assert (await stream.until(goes("anna"))).data["reason"] == in_the_log
        await stream.end()


async def test_signing_out_ends_every_stream_and_refuses_the_token(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    token = relay.token("anna")
    async with (
        follow(events(relay, room), token) as stream,
        follow(f"{relay.url}/hallway/events", token) as hallway,
    ):
        await stream.until(lambda f: f.event == "snapshot")
        await hallway.until(lambda f: f.event == "snapshot")
        with relay.client(token) as anna:
            assert anna.delete("/session").status_code == 204
        await stream.until(lambda f: f.event == "bye")
        assert (await hallway.until(lambda f: f.event == "bye")).data == {"reason": "signed out"}
    assert psql.roster(room) == []
    async with follow(events(relay, room), token) as refused:
        assert refused.status == 401


async def test_stopping_the_relay_ends_streams_with_a_retry(psql: Psql, database_url: str) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    with run_relay(database_url) as relay:
        async with follow(events(relay, room), relay.token("anna")) as anna:
            await anna.until(lambda f: f.event == "snapshot")
            relay.server.should_exit = True
            bye = await anna.until(lambda f: f.event == "bye")
            assert bye.data == {"reason": "relay stopping", "retry": 1000}
            await anna.end()
    assert psql.roster(room) == ["anna"]


async def test_streams_of_one_user_are_bounded(psql: Psql, database_url: str) -> None:
    with run_relay(database_url, streams_per_user=1) as relay:
        token = relay.token("anna")
        async with (
            follow(f"{relay.url}/hallway/events", token) as one,
            follow(f"{relay.url}/hallway/events", token) as two,
        ):
            assert one.status == 200
            assert two.status == 429
