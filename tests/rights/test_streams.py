"""A stream shows only what its user may read, and only as long as they may."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest
from roomtone.identity.tokens import Tokens
from roomtone.types import UserId

from ..conftest import Connect
from ..following import follow, goes, joins
from ..patience import PATIENCE
from ..people import Psql
from ..running import RunningRelay, run_relay
from ..sockets import open_socket

pytestmark = pytest.mark.anyio

SECRET = "a secret of these tests, and of nothing else"
BRIEF = timedelta(seconds=6)  # long enough to begin what the token's end has to end


@pytest.fixture
def relay(database_url: str) -> Iterator[RunningRelay]:
    with run_relay(database_url, jwt_secret=SECRET) as running:
        yield running


def events(relay: RunningRelay, room: int) -> str:
    return f"{relay.url}/rooms/{room}/events"


async def test_a_ban_ends_the_stream_at_once_and_refuses_its_resumption(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "rick")
    psql.seat(room, "eve")
    psql.seat(room, "bo")
    token = relay.token("eve")
    async with (
        follow(events(relay, room), token) as eve,
        follow(events(relay, room), relay.token("bo")) as bo,
    ):
        last = (await eve.until(lambda f: f.event == "snapshot")).id
        await bo.until(lambda f: f.event == "snapshot")
        with relay.sign_in("rick") as rick:
            banned = rick.post("/rows/bans", json={"room_id": room, "user_id": psql.person("eve")})
            assert banned.status_code == 201
        assert (await eve.until(lambda f: f.event == "bye")).data == {"reason": "banned"}
        await eve.end()
        assert (await bo.until(goes("eve"))).data["reason"] == "removed"
        psql.seat(room, "late")
        await bo.until(joins("late"))
        assert eve.changes("participants")[-1].data["old_record"]["username"] == "eve"
    async with follow(events(relay, room), token, after=last) as again:
        assert again.status == 403
    with relay.client(token) as eve_again:
        refused = eve_again.post("/rows/rpc/join_room", json={"room_id": room})
        assert (refused.status_code, refused.json()["rule"]) == (403, "participants_is_not_banned")


async def test_a_removed_participant_receives_no_later_event(
    psql: Psql, relay: RunningRelay, connect: Connect
) -> None:
    """Not even what was committed in the same breath."""
    room = psql.room("rick")
    psql.seat(room, "eve")
    psql.seat(room, "bo")
    together = Psql(connect(autocommit=False))
    url, token = events(relay, room), relay.token("eve")
    async with follow(url, token) as eve, follow(url, relay.token("bo")) as bo:
        first = await eve.until(lambda f: f.event == "snapshot")
        await bo.until(lambda f: f.event == "snapshot")
        together.run("delete from participants where user_id = %s", psql.person("eve"))
        together.seat(room, "late")
        together.connection.commit()
        await bo.until(joins("late"))
        await eve.end()
        assert [f.event for f in eve.frames if f.id][1:] == ["participants"]
    with relay.client(token) as polling:
        polled = polling.get(
            url, params={"after": str(first.id)}, headers={"Accept": "application/json"}
        )
        assert polled.status_code == 403


async def test_no_stream_shows_a_signal_to_other_users(psql: Psql, relay: RunningRelay) -> None:
    room, elsewhere = psql.room("rick"), psql.room("far", "Elsewhere")
    rick = psql.seat(room, "rick")
    for where, who in ((room, "bo"), (room, "anna"), (elsewhere, "fay")):
        psql.seat(where, who)
    async with (
        follow(events(relay, room), relay.token("bo")) as bo,
        follow(events(relay, elsewhere), relay.token("fay")) as fay,
        follow(f"{relay.url}/hallway/events", relay.token("out")) as out,
        follow(events(relay, room), relay.token("rick")) as addressee,
    ):
        for stream in (bo, fay, out, addressee):
            await stream.until(lambda f: f.event == "snapshot")
        psql.act_as("anna").signal(room, rick, "offer", {"type": "offer", "sdp": "192.0.2.77"})
        psql.act_as(None).seat(room, "last")
        await addressee.until(lambda f: f.event == "signals")
        await bo.until(joins("last"))
        await out.until(lambda f: f.event == "hallway" and f.data["here"] == 4)
        await fay.until(lambda f: f.event == "hallway" and f.data["here"] == 4)
        for stream in (bo, fay, out):
            assert "192.0.2.77" not in json.dumps([f.data for f in stream.frames])
        with relay.sign_in("bo") as polling:
            everything = polling.get(events(relay, room), headers={"Accept": "application/json"})
            assert everything.status_code == 200
            assert "192.0.2.77" not in everything.text


async def test_no_user_sees_leases(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    with relay.sign_in("anna") as anna:
        joined = anna.post("/rows/rpc/join_room", json={"room_id": room})
        assert joined.status_code == 200
        listed = anna.get(f"/rows/participants?room_id=eq.{room}")
        refused = anna.get("/rows/participants?select=served_by")
        assert (refused.status_code, refused.json()["code"]) == (403, "42501")
    async with follow(events(relay, room), relay.token("anna")) as stream:
        first = await stream.until(lambda f: f.event == "snapshot")
    for received in (joined.text, listed.text, json.dumps(first.data)):
        assert '"peer_id"' in received
        assert "served_by" not in received
        assert "expires_at" not in received


async def test_an_expired_token_ends_every_stream_it_opened(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    person = UserId(psql.person("anna"))
    token = Tokens(SECRET).issue(person, lifetime=BRIEF)
    expiry = jwt.decode(token, options={"verify_signature": False})["exp"]
    async with (
        follow(events(relay, room), token) as stream,
        follow(f"{relay.url}/hallway/events", token) as hallway,
    ):
        for each in (stream, hallway):
            await each.until(lambda f: f.event == "snapshot")
            bye = await each.until(lambda f: f.event == "bye")
            assert bye.data == {"reason": "token expired"}
            await each.end()
    assert psql.one("select extract(epoch from now())::float8 - %s", expiry) >= 0
    assert psql.roster(room) == ["anna"]  # expired is not gone: a new token takes up the seat
    async with follow(events(relay, room), relay.token("anna")) as renewed:
        await renewed.until(lambda f: f.event == "snapshot")


async def test_a_stream_of_a_busy_room_ends_with_its_token(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    peer = psql.seat(room, "rick")
    psql.seat(room, "anna")
    person = UserId(psql.person("anna"))
    token = Tokens(SECRET).issue(person, lifetime=BRIEF)
    async with follow(events(relay, room), token) as stream:
        await stream.until(lambda f: f.event == "snapshot")
        mute = "update participants set muted = not muted where peer_id = %s"
        async with asyncio.timeout(PATIENCE):
            while not stream.ended:
                await asyncio.to_thread(psql.run, mute, peer)
        assert stream.frames[-1].data == {"reason": "token expired"}


async def test_a_token_without_an_id_signs_out_only_itself(psql: Psql, relay: RunningRelay) -> None:
    bo = psql.person("bo")
    nameless = jwt.encode({"sub": str(bo), "exp": 4_000_000_000}, SECRET, "HS256")
    nameless_too = jwt.encode({"sub": str(bo), "exp": 4_000_000_001}, SECRET, "HS256")
    async with follow(f"{relay.url}/hallway/events", nameless_too) as other:
        await other.until(lambda f: f.event == "snapshot")
        with relay.client(nameless) as client:
            assert client.delete("/session").status_code == 204
        psql.room("rick", "Afterwards")
        await other.until(lambda f: f.event == "hallway" and f.data["name"] == "Afterwards")


async def test_a_token_of_another_issuer_is_revoked_by_its_id_whatever_that_looks_like(
    psql: Psql, relay: RunningRelay
) -> None:
    claims = {"sub": str(psql.person("bo")), "exp": 4_000_000_000, "jti": "no uuid: bo/7"}
    token = jwt.encode(claims, SECRET, "HS256")
    with relay.client(token) as client:
        assert client.get("/session").json()["user"]["username"] == "bo"
        assert client.delete("/session").status_code == 204
        assert client.get("/session").status_code == 401


async def test_a_long_poll_ends_when_the_token_does(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    person = UserId(psql.person("anna"))
    token = Tokens(SECRET).issue(person, lifetime=BRIEF)
    url, accept = events(relay, room), {"Accept": "application/json"}
    with relay.client(token) as anna:
        cursor = anna.get(url, headers=accept).json()["cursor"]
        ask = {"after": cursor, "wait": "60"}
        answer = await asyncio.to_thread(anna.get, url, params=ask, headers=accept)
        assert answer.json()["events"] == []
        assert answer.elapsed < timedelta(seconds=40)


async def test_a_ban_and_an_expired_token_end_sockets_too(psql: Psql, relay: RunningRelay) -> None:
    room = psql.room("rick")
    for name in ("eve", "anna"):
        psql.seat(room, name)
    person = UserId(psql.person("anna"))
    short = Tokens(SECRET).issue(person, lifetime=BRIEF)
    url = f"{relay.url}/rooms/{room}/socket"
    async with open_socket(url, relay.token("eve")) as eve, open_socket(url, short) as anna:
        for caller in (eve, anna):
            await caller.until(lambda f: f.event == "snapshot")
        psql.run("insert into bans (room_id, user_id) values (%s, %s)", room, psql.person("eve"))
        assert (await eve.until(lambda f: f.event == "bye")).data["reason"] == "banned"
        assert (await anna.until(lambda f: f.event == "bye")).data["reason"] == "token expired"
        for caller in (eve, anna):
            await caller.end()


async def test_a_disabled_user_loses_every_stream_at_once(psql: Psql, relay: RunningRelay) -> None:
    """With tokens that cannot be revoked, too: they have no id."""
    room = psql.room("rick")
    psql.seat(room, "eve")
    eve = UserId(psql.person("eve"))
    without_id = jwt.encode({"sub": str(eve), "exp": 2**33}, SECRET, "HS256")
    async with (
        follow(events(relay, room), relay.token("eve")) as stream,
        follow(f"{relay.url}/hallway/events", without_id) as hallway,
        follow(f"{relay.url}/hallway/events", relay.token("bo")) as other,
    ):
        for each in (stream, hallway, other):
            await each.until(lambda f: f.event == "snapshot")
        psql.run("update users set disabled_at = now() where id = %s", eve)
        for each in (stream, hallway):
            await each.until(lambda f: f.event == "bye")
            await each.end()
        psql.room("bo", "Elsewhere")
        await other.until(lambda f: f.event == "hallway" and f.data["name"] == "Elsewhere")
    async with follow(f"{relay.url}/hallway/events", without_id) as again:
        assert again.status == 401
    with relay.client(without_id) as client:
        refused = client.get("/rows/rooms")
        assert (refused.status_code, refused.json()["rule"]) == (401, "users_are_not_disabled")
        signed_in = client.post("/session", json={"username": "eve"})
        assert signed_in.json()["rule"] == "users_are_not_disabled"


async def test_a_user_who_gets_an_issuer_loses_the_streams_with_earlier_tokens(
    psql: Psql, relay: RunningRelay
) -> None:
    room = psql.room("rick")
    psql.seat(room, "eve")
    eve = UserId(psql.person("eve"))
    earlier = relay.token("eve")
    async with (
        follow(events(relay, room), earlier) as stream,
        follow(f"{relay.url}/hallway/events", relay.token("bo")) as other,
    ):
        for each in (stream, other):
            await each.until(lambda f: f.event == "snapshot")
        psql.run("update users set issuer = 'https://i.example', subject = '7' where id = %s", eve)
        await stream.until(lambda f: f.event == "bye")
        await stream.end()
        psql.room("bo", "Elsewhere")
        await other.until(lambda f: f.event == "hallway" and f.data["name"] == "Elsewhere")
    for path in (events(relay, room), f"{relay.url}/hallway/events"):
        async with follow(path, earlier) as again:
            assert again.status == 401
    now = int(time.time())
    later = jwt.encode({"sub": str(eve), "iat": now + 20, "exp": 2**33}, SECRET, "HS256")
    async with follow(f"{relay.url}/hallway/events", later) as stream:
        await stream.until(lambda f: f.event == "snapshot")
    with relay.client(earlier) as client:
        refused = client.get("/rows/rooms")
        rule = "users_earlier_tokens_are_refused"
        assert (refused.status_code, refused.json()["rule"]) == (401, rule)
