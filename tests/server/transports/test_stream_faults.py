"""A stream whose client does what it should not: it costs nobody else anything."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AsyncExitStack

import pytest
from roomtone.log.sse_parser import SseParser
from roomtone.transports.asgi_outlets import AsgiStream
from roomtone.transports.direct import DirectStream
from roomtone.transports.subscription import Subscription

from ...following import Subscriber, follow, goes, joins
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay, run_relay
from .raw_stream import RawStream, raw_stream
from .test_sse import events

pytestmark = pytest.mark.anyio

MANY = 500  # of 2 kB each: more than all buffers hold, fewer than the relay keeps


def flood(psql: Psql, room: int) -> None:
    psql.run(
        "insert into messages (room_id, user_id, body)"
        " select %s, id, repeat('x', 1990) from users, generate_series(1, %s) where username = 'rick'",
        room, MANY,
    )  # fmt: skip


def seqs(stream: RawStream) -> list[int]:
    """The events of a response in the chunked coding."""
    body = stream.received.partition(b"\r\n\r\n")[2]
    text = b""
    while size := re.match(rb"([0-9a-f]+)\r\n", body):
        text += body[size.end() : size.end() + int(size[1], 16)]
        body = body[size.end() + int(size[1], 16) + 2 :]
    parsed = [(event.id, json.loads(event.data)) for event in SseParser().feed(text)]
    return [data["seq"] for place, data in parsed if place and "seq" in data]


async def others_are_served(psql: Psql, room: int, rick: Subscriber, newcomer: str) -> None:
    psql.seat(room, newcomer)
    await rick.until(joins(newcomer))


async def test_one_that_stops_reading_continues_where_it_was(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    path = f"/rooms/{room}/events"
    async with (
        follow(events(relay, room), relay.token("rick")) as rick,
        raw_stream(relay, path, relay.token("anna")) as anna,
    ):
        await rick.until(lambda f: f.event == "snapshot")
        flood(psql, room)
        await others_are_served(psql, room, rick, "bo")
        assert rick.seqs[-1] not in seqs(anna)
        with relay.client() as client:
            assert "roomtone_readers_paused 1.0" in client.get("/metrics").text
        psql.seat(room, "cleo")
        anna.buffers_more()
        await anna.until(b'"cleo"')
        await rick.until(joins("cleo"))
        assert seqs(anna)[: MANY + 1] == rick.seqs[: MANY + 1]
        assert seqs(anna) == sorted(set(seqs(anna)))
        with relay.client() as client:
            await comes_true(lambda: "roomtone_readers_paused 0.0" in client.get("/metrics").text)
            text = client.get("/metrics").text
        assert "roomtone_readers_cut_total 0.0" in text
        assert re.search(r"roomtone_reader_pause_seconds_count [1-9]", text)


async def test_one_that_reads_nothing_for_long_is_cut_off(
    psql: Psql, relay: RunningRelay, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has not read takes memory, also in a room in which nothing more happens."""
    for kind in (DirectStream, AsgiStream):
        monkeypatch.setattr(kind, "cut_off_after", 0.5)
    monkeypatch.setattr("roomtone.transports.subscription.QUIET", 0.2)
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    async with raw_stream(relay, f"/rooms/{room}/events", relay.token("anna")) as anna:
        flood(psql, room)
        with relay.client() as client:
            await comes_true(
                lambda: "roomtone_readers_cut_total 1.0" in client.get("/metrics").text
            )
        await anna.until_closed()
        # Only now: on a busy machine, others may not read the flood in that time either.
        async with follow(events(relay, room), relay.token("rick")) as rick:
            await rick.until(lambda f: f.event == "snapshot")
            await others_are_served(psql, room, rick, "bo")


async def test_one_that_signs_out_while_it_does_not_read_is_told_so_once(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "anna")
    token = relay.token("anna")
    async with raw_stream(relay, f"/rooms/{room}/events", token) as anna:
        flood(psql, room)
        with relay.client(token) as client:
            await comes_true(lambda: "roomtone_readers_paused 1.0" in client.get("/metrics").text)
            assert client.delete("/session").status_code == 204
        anna.buffers_more()
        await anna.until(b"\n\n\r\n0\r\n\r\n")
        assert anna.received.count(b"event: bye\n") == 1
        assert anna.received.endswith(b'{"reason": "signed out"}\n\n\r\n0\r\n\r\n')
        assert seqs(anna) == sorted(set(seqs(anna)))


async def test_one_whose_end_cannot_be_written_is_ended_alone(
    psql: Psql, relay: RunningRelay, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the handle is closed")

    psql.seat(room, "rick")
    psql.seat(room, "anna")
    url = events(relay, room)
    async with (
        follow(url, relay.token("rick")) as rick,
        follow(url, relay.token("anna")) as anna,
        follow(url, relay.token("anna")) as tab,
    ):
        for one in (rick, anna, tab):
            await one.until(lambda f: f.event == "snapshot")
        for kind in (DirectStream, AsgiStream):
            monkeypatch.setattr(kind, "end", broken)
        psql.run(
            "delete from participants where user_id = (select id from users where username = 'anna')"
        )
        await anna.end()
        await tab.end()
        await others_are_served(psql, room, rick, "bo")
        with relay.client() as client:
            assert "roomtone_task_failures_total{" not in client.get("/metrics").text


async def test_one_that_does_not_read_its_end_is_not_waited_for(
    psql: Psql, relay: RunningRelay, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Subscription.close

    def full_at_the_end(subscription: Subscription) -> None:
        close(subscription)
        subscription.pause()  # as its transport says when it is full

    monkeypatch.setattr(Subscription, "close", full_at_the_end)
    psql.seat(room, "anna")
    async with follow(events(relay, room), relay.token("anna")) as anna:
        await anna.until(lambda f: f.event == "snapshot")
        psql.run(
            "delete from participants where user_id = (select id from users where username = 'anna')"
        )
        await anna.end()
    with relay.client() as client:
        assert "roomtone_readers_paused 0.0" in client.get("/metrics").text


async def test_one_that_breaks_off_in_the_middle_of_an_event_loses_its_seat_alone(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    async with (
        follow(events(relay, room), relay.token("rick")) as rick,
        raw_stream(relay, f"/rooms/{room}/events", relay.token("anna")) as anna,
    ):
        await rick.until(lambda f: f.event == "snapshot")
        flood(psql, room)
        anna.reset()
        flood(psql, room)
        await others_are_served(psql, room, rick, "bo")
        await asyncio.to_thread(psql.grace_period_ends, "anna")
        await rick.until(goes("anna"))
        assert not rick.ended


async def test_bytes_that_are_no_request_end_the_connection_that_sent_them(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    async with (
        follow(events(relay, room), relay.token("rick")) as rick,
        raw_stream(relay, f"/rooms/{room}/events", relay.token("anna")) as anna,
    ):
        await rick.until(lambda f: f.event == "snapshot")
        anna.send(b"\0\1\2 nonsense\r\n\r\n")
        await anna.until_closed()
        assert anna.received.count(b"HTTP/1.1 ") == 1  # no refusal inside the stream
        await asyncio.to_thread(psql.grace_period_ends, "anna")
        await rick.until(goes("anna"))
        await others_are_served(psql, room, rick, "bo")


async def test_a_second_request_on_the_connection_is_answered_after_the_stream(
    psql: Psql, relay: RunningRelay, room: int
) -> None:
    psql.seat(room, "rick")
    psql.seat(room, "anna")
    token = relay.token("anna")
    async with (
        follow(events(relay, room), relay.token("rick")) as rick,
        raw_stream(relay, f"/rooms/{room}/events", token) as anna,
    ):
        anna.send(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await others_are_served(psql, room, rick, "bo")
        await anna.until(b'"bo"')
        with relay.client(token) as client:
            assert client.delete("/session").status_code == 204
        await anna.until(b'"reason": "signed out"')
        await anna.until(b"0\r\n\r\nHTTP/1.1 200 OK\r\n")
        await others_are_served(psql, room, rick, "cleo")


async def test_a_quiet_stream_shows_that_it_works(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.transports.subscription.QUIET", 0.1)
    async with raw_stream(relay, "/hallway/events", relay.token("anna")) as anna:
        await anna.until(b": still here\n\n")
        assert b"\nretry: 1000\nevent: snapshot\n" in anna.received.replace(b"\r\n", b"\n")


async def test_a_stream_that_is_written_to_directly_has_no_task(
    psql: Psql, database_url: str, room: int, path: str
) -> None:
    psql.seat(room, "anna")
    with run_relay(database_url, streams_per_user=100) as relay:
        token = relay.token("anna")
        loop = relay.server.servers[0].get_loop()
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(follow(events(relay, room), token))
            await first.until(lambda f: f.event == "snapshot")
            before = len(asyncio.all_tasks(loop))
            for _ in range(20):
                another = await stack.enter_async_context(follow(events(relay, room), token))
                await another.until(lambda f: f.event == "snapshot")
            more = len(asyncio.all_tasks(loop)) - before
            assert more < 20 if path == "direct" else more >= 20
            psql.seat(room, "bo")
            await first.until(joins("bo"))
