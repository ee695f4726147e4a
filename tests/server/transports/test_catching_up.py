"""Reconnecting after a long time: all missed events are sent, page by page, once and in order, by every technique."""

from __future__ import annotations

from typing import Any

import pytest
from roomtone.postgres.room_events import PAGE

from ...following import follow
from ...people import Psql
from ...running import RunningRelay
from ...sockets import open_socket

pytestmark = [pytest.mark.anyio, pytest.mark.shares_a_relay]

JSON = {"Accept": "application/json"}
MANY = 2 * PAGE + 200
CANDIDATE = '{"candidate": "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host"}'


def happens(psql: Psql, room: int) -> int:
    """Write this many events, also signals for anna and for others. Returns the newest seq."""
    bo, anna = (
        psql.seat(room, "bo"),
        psql.one(
            "select peer_id::text from participants where room_id = %s and user_id = %s",
            room,
            psql.person("anna"),
        ),
    )
    for _ in range(MANY // 100):
        psql.run(
            "do $$ begin for turn in 1..98 loop"
            " update participants set muted = not muted where user_id = (select id from users where username = 'bo');"
            " commit; end loop; end $$"
        )
        for to_peer in (anna, bo):
            psql.run(
                "insert into signals (room_id, from_peer, to_peer, kind, body) values (%s, %s, %s, 'candidate', %s)",
                room, bo if to_peer == anna else anna, to_peer, CANDIDATE,
            )  # fmt: skip
    return int(psql.one("select head_seq from logs where room_id = %s", room))


def owed(psql: Psql, room: int, after: int) -> list[int]:
    """The seqs of all events after a cursor that anna may see."""
    return [
        seq
        for (seq,) in psql.all(
            "select seq from events where room_id = %s and seq > %s"
            " and (recipient is null or recipient = (select id from users where username = 'anna')) order by seq",
            room, after,
        )
    ]  # fmt: skip


async def test_a_subscriber_who_reconnects_gets_every_event_once_and_in_order(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    token, url = relay.token("anna"), f"{relay.url}/rooms/{room}"
    async with follow(f"{url}/events", token) as first:
        cursor = str((await first.until(lambda frame: frame.event == "snapshot")).id)
        newest = happens(psql, room)
        expected = owed(psql, room, int(cursor.split("-")[1]))
        assert len(expected) > 2 * PAGE
        async with (
            follow(f"{url}/events", token, cursor) as stream,
            open_socket(f"{url}/socket?after={cursor}", token) as socket,
        ):
            for reader in (stream, socket):
                await reader.until(lambda f: f.id and str(f.id).endswith(f"-{expected[-1]}"))
            psql.seat(room, "eve")
            for reader in (stream, socket):
                await reader.until(lambda f: f.id and str(f.id).endswith(f"-{newest + 1}"))
                assert reader.seqs == [*expected, newest + 1]


def test_a_poll_answers_a_page_and_the_next_goes_on(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    with relay.sign_in("anna") as anna:
        url = f"/rooms/{room}/events"
        cursor = anna.get(url, headers=JSON).json()["cursor"]
        happens(psql, room)
        expected = owed(psql, room, int(cursor.split("-")[1]))
        seqs: list[int] = []
        while len(seqs) < len(expected):
            asked: dict[str, Any] = {"after": cursor, "wait": "5"}
            answer = anna.get(url, headers=JSON, params=asked).json()
            assert "snapshot" not in answer
            assert 0 < len(answer["events"]) <= PAGE
            seqs += [event["seq"] for event in answer["events"]]
            cursor = answer["cursor"]
        assert seqs == expected
