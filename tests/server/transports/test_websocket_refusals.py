"""What a WebSocket refuses, and when it cuts a client off."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from ...clocks import stand_still
from ...following import Frame, joins
from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay, get, run_relay
from ...sockets import open_socket, socket_url, until_snapshot

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

ELSEWHERE = "https://elsewhere.example"

INVALID: list[tuple[str | bytes, str, str | None]] = [
    ("no JSON", "PGRST102", None),
    ("[1]", "PGRST102", None),
    ("null", "PGRST102", None),
    ('{"id": 1}', "PGRST102", None),
    ('{"event": 7}', "PGRST102", None),
    ('{"event": "signal", "id": {"deep": 1}}', "PGRST102", None),
    ('{"event": "signal", "data": 7}', "PGRST102", None),
    ('{"event": "signal", "data": NaN}', "PGRST102", None),
    ("[" * 100_000, "PGRST102", None),
    (b'{"event": "signal"}', "PGRST102", None),
    ('{"event": "user-flew-away"}', "PGRST102", "sockets_event_is_known"),
    ('{"event": "signal", "data": "%s"}' % ("x" * 300_000), "54000", "requests_body_is_small"),
]


async def test_an_invalid_message_is_refused_and_the_socket_stays_open(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        await until_snapshot(anna)
        for number, (message, code, rule) in enumerate(INVALID):
            await anna.send(message)
            problem = (await anna.ack(None))["problem"]
            assert (problem["code"], problem.get("rule")) == (code, rule), message[:80]
            anna.acks.clear()
            psql.seat(room, f"bo {number}")
            await anna.until(joins(f"bo {number}"))


async def test_a_message_that_is_far_too_large_closes_the_socket(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        await until_snapshot(anna)
        await anna.send("x" * 2_000_000)
        await anna.end()
        assert anna.code == 1009


async def test_messages_are_limited_per_second_and_the_rest_refused(
    psql: Psql, database_url: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch, "roomtone.transports.socket_reader")
    psql.seat(room, "anna")
    with run_relay(database_url, requests_per_second=20) as relay:
        async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
            await until_snapshot(anna)
            for n in range(45):
                await anna.send(json.dumps({"event": "wave", "id": n}))
            last = await anna.ack(44)
            rules = [ack["problem"]["rule"] for ack in anna.acks.values()]
            assert rules == ["sockets_event_is_known"] * 40 + ["requests_are_not_too_many"] * 5
            assert last["problem"]["status"] == 429
            await anna.until(lambda f: f.event == "snapshot")
            assert not anna.ended


def message(start: str) -> Callable[[Frame], bool]:
    """The event of a message that begins with this text."""
    return lambda frame: (
        frame.event == "messages" and frame.data["record"]["body"].startswith(start)
    )


async def test_a_client_that_never_reads_is_cut_off_and_others_do_not_wait(
    psql: Psql, database_url: str, room: int
) -> None:
    deaf, host = psql.seat(room, "deaf"), psql.seat(room, "rick")
    with run_relay(database_url) as relay:
        token = relay.token("deaf")
        async with (
            connect(
                f"{socket_url(relay, room).replace('http', 'ws')}?peer_id={deaf}",
                subprotocols=[Subprotocol("roomtone"), Subprotocol(f"bearer.{token}")],
                proxy=None,
                max_queue=1,
                open_timeout=PATIENCE,
                ping_interval=None,
            ) as frozen,
            open_socket(socket_url(relay, room), relay.token("rick"), peer_id=host) as rick,
        ):
            line = frozen.transport.get_extra_info("socket")
            line.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
            frozen.transport.pause_reading()
            await until_snapshot(rick)
            for burst in range(
                8
            ):  # more than the sockets and the room's log hold for one subscriber
                psql.run(
                    "insert into messages (room_id, user_id, body)"
                    " select %s, id, %s || repeat('x', 1990) from users, generate_series(1, 300) where username = 'rick'",
                    room,
                    f"{burst} ",
                )
                await rick.until(message(f"{burst} "))
            await asyncio.to_thread(psql.grace_period_ends, "deaf")
            await rick.until(lambda f: f.event == "participants" and f.data["reason"] == "timeout")
            assert psql.roster(room) == ["rick"]
            metrics = await asyncio.to_thread(get, f"{relay.url}/metrics")
            assert "roomtone_readers_cut_total 1.0" in metrics.text


@pytest.mark.parametrize(
    ("query", "who", "close", "status", "rule"),
    [
        ({"peer_id": str(uuid4())}, "anna", 4403, 403, "participants_peer_id_is_current"),
        ({"peer_id": "me"}, "anna", 4400, 400, None),
        ({}, None, 4401, 401, None),
        ({}, "nonsense", 4401, 401, None),
    ],
)
async def test_a_refusal_is_sent_as_a_message_of_the_socket(
    psql: Psql,
    relay: RunningRelay,
    room: int,
    query: dict[str, str],
    who: str | None,
    close: int,
    status: int,
    rule: str | None,
) -> None:
    psql.seat(room, "anna")
    token = relay.token(who) if who == "anna" else who
    async with open_socket(f"{socket_url(relay, room)}?{urlencode(query)}", token) as caller:
        bye = (await caller.until(lambda f: f.event == "bye")).data
        assert bye["reason"] == "refused"
        assert (bye["problem"]["status"], bye["problem"].get("rule")) == (status, rule)
        await caller.end()
        assert caller.code == close


async def test_a_room_that_is_not_there_or_over_refuses(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.act_as("rick").one("select end_room(%s)", room)
    for which, close in ((room, 4400), (room + 4711, 4404), (9999999999999999999, 4404)):
        async with open_socket(socket_url(relay, which), relay.token("anna")) as anna:
            await anna.end()
            assert anna.code == close


async def test_another_sites_page_cannot_use_the_cookie(relay: RunningRelay, room: int) -> None:
    cookie = {"Cookie": f"roomtone={relay.token('anna')}"}
    url = socket_url(relay, room).replace("http", "ws")
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(
            url,
            additional_headers=cookie | {"Origin": ELSEWHERE},
            proxy=None,
            open_timeout=PATIENCE,
        ):
            pass
    assert refusal.value.response.status_code == 403
    assert json.loads(refusal.value.response.body)["rule"] == "requests_come_from_own_pages"
    async with open_socket(socket_url(relay, room), headers=cookie | {"Origin": relay.url}) as own:
        assert "data" in await own.emit("user-joined-room")
    async with open_socket(
        socket_url(relay, room), relay.token("bo"), headers={"Origin": ELSEWHERE}
    ) as bearer:
        assert "data" in await bearer.emit("user-joined-room")


async def test_the_token_never_comes_back(relay: RunningRelay, room: int) -> None:
    async with open_socket(socket_url(relay, room), relay.token("anna")) as anna:
        assert anna.connection is not None
        assert anna.connection.subprotocol == "roomtone"


async def test_sockets_count_as_streams(database_url: str) -> None:
    with run_relay(database_url, streams_per_user=1) as relay:
        token = relay.token("anna")
        async with (
            open_socket(f"{relay.url}/hallway/socket", token) as one,
            open_socket(f"{relay.url}/hallway/socket", token) as two,
        ):
            await two.end()
            assert two.code == 4429
            assert not one.ended


async def test_an_unknown_address_accepts_no_sockets(relay: RunningRelay) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(
            relay.url.replace("http", "ws") + "/nowhere", proxy=None, open_timeout=PATIENCE
        ):
            pass
    assert refusal.value.response.status_code in (403, 404)
