"""The HTTP client of drills and labs: what it counts, when bytes arrived, and what a drill does to its connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from roomtone.tools.http import UNREACHABLE, Client, Refused, ask
from roomtone.tools.network import Place, Tally

PATIENCE = 60.0  # seconds
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"room": 12}'

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[Place]:
    """Serves each connection by `serve`, which may wait for ever."""
    tasks: list[asyncio.Task[object]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        async with asyncio.timeout(PATIENCE):
            yield Place(listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def test_requests_share_a_connection_and_each_byte_is_counted() -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            received.append(await head(reader))
            writer.write(ANSWER)

    tally = Tally()
    async with server(serve) as place, Client(place, "a-token", tally=tally) as client:
        for _ in range(3):
            assert (await client.ask("GET", "/rooms")).accepted() == {"room": 12}
    assert (tally.requests, tally.connections) == (3, 1)
    assert tally.sent == sum(map(len, received))
    assert tally.received == 3 * len(ANSWER)
    assert all(b"Authorization: Bearer a-token\r\n" in each for each in received)


async def test_a_connection_that_the_server_closed_is_replaced() -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()
        closed.set()

    tally = Tally()
    async with server(serve) as place, Client(place, tally=tally) as client:
        await client.ask("GET", "/")
        await closed.wait()
        async with asyncio.timeout(PATIENCE):
            while tally.connections < 2:
                # Until the end has arrived, the request may still go out on the old connection, and is not answered.
                try:
                    await client.ask("GET", "/")
                except UNREACHABLE:
                    await asyncio.sleep(0)


async def test_an_answer_has_the_time_when_its_last_byte_arrived() -> None:
    go_on = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(ANSWER[:-3])
        await go_on.wait()
        writer.write(ANSWER[-3:])
        await reader.read()

    async with server(serve) as place, Client(place) as client:
        asked = asyncio.create_task(client.ask("GET", "/"))
        await asyncio.sleep(0)
        before = time.time()
        go_on.set()
        answer = await asked
        assert before <= answer.at <= time.time()


async def test_an_event_stream_is_read_as_it_arrives_and_may_end_without_its_end() -> None:
    read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await read.wait()

    async with server(serve) as place, Client(place) as client, client.follow("/events") as answer:
        chunks = aiter(answer.aiter_stream())
        assert await anext(chunks) == b"first"
        read.set()
        with pytest.raises(UNREACHABLE):
            await anext(chunks)


async def test_a_small_client_that_stops_reading_leaves_the_rest_to_the_server() -> None:
    filled = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1 << 24))
        await asyncio.sleep(0)
        filled.set()
        await writer.drain()

    tally = Tally()
    async with server(serve) as place, Client(place, tally=tally, small=True) as client:
        async with client.follow("/events") as answer:
            chunks = aiter(answer.aiter_stream())
            await anext(chunks)
            await filled.wait()
            before = -1
            while tally.received > before:  # the connection takes what is under way, and no more
                before = tally.received
                await asyncio.sleep(0.05)
        assert tally.received < 1 << 20


async def test_a_reset_is_seen_by_the_server_as_one() -> None:
    fault: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        try:
            await reader.read()
            fault.set_result(None)
        except OSError as error:
            fault.set_result(error)

    async with server(serve) as place, Client(place) as client, client.follow("/events") as answer:
        chunks = aiter(answer.aiter_stream())
        await anext(chunks)
        client.reset()
        assert isinstance(await fault, ConnectionResetError)
        with pytest.raises(UNREACHABLE):
            await anext(chunks)


async def test_no_server_no_answer_and_no_http_are_the_same_to_a_drill() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/nothing" not in await head(reader):
            writer.write(b"220 smtp.example.org ESMTP\r\n\r\n")

    async with server(serve) as place:
        for path in ("/nothing", "/other"):
            with pytest.raises(UNREACHABLE):
                await ask(place, "GET", path)
    with pytest.raises(UNREACHABLE):
        await ask(place, "GET", "/")


async def test_a_refusal_names_its_rule() -> None:
    problem = b'{"rule": "participants_room_is_open"}'

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        length = str(len(problem)).encode()
        writer.write(b"HTTP/1.1 409 Conflict\r\nContent-Length: " + length + b"\r\n\r\n" + problem)
        await reader.read()

    async with server(serve) as place:
        answer = await ask(place, "POST", "/rows/participants", {"room_id": 1}, token="t")
        assert answer.rule == "participants_room_is_open"
        with pytest.raises(Refused, match="409"):
            answer.accepted()
