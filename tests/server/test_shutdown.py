"""Stop and restart: streams end with a bye, at once, and no seat is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from ..following import follow
from ..patience import PATIENCE, running_time
from ..people import Psql
from ..running import NO_TLS, run_relay

pytestmark = pytest.mark.anyio

STREAMS = 500


@asynccontextmanager
async def relay_process(database_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The command as a process, and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "roomtone", "--port", "0", "--no-nodes", "--database-url", database_url,
        "--streams-per-user", str(STREAMS + 1), "--requests-per-second", "10000",
        stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                if b"http://" in line:
                    break
        yield process, line.decode().split()[-1].rstrip("/")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def raw_stream(url: str, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An open event stream on a plain socket, after its first frame."""
    host = httpx.URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    writer.write(
        f"GET /hallway/events HTTP/1.1\r\nHost: {host.host}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    await reader.readuntil(b"event: snapshot")
    return reader, writer


async def test_a_term_signal_ends_five_hundred_streams_within_five_seconds(
    database_url: str,
) -> None:
    async with relay_process(database_url) as (process, url):
        async with httpx.AsyncClient(timeout=PATIENCE, verify=NO_TLS) as client:
            token = (await client.post(f"{url}/session", json={"username": "anna"})).json()["token"]
        with running_time() as opening:
            streams = [await raw_stream(url, token) for _ in range(STREAMS)]
        process.send_signal(signal.SIGTERM)
        with running_time() as ending:
            ends = await asyncio.wait_for(
                asyncio.gather(*(reader.read() for reader, _ in streams)), timeout=PATIENCE
            )
            await asyncio.wait_for(process.wait(), PATIENCE)
        # To open them takes about as long; more than five seconds only where other processes have the processors.
        assert ending() < max(5, 2 * opening())
        for _, writer in streams:
            writer.close()
        for end in ends:
            bye = end.split(b"event: bye\r\ndata: ")[-1].split(b"event: bye\ndata: ")[-1]
            assert json.loads(bye.split(b"\n")[0]) == {"reason": "relay stopping", "retry": 1000}


async def test_a_rolling_restart_of_two_relays_loses_no_seat(psql: Psql, database_url: str) -> None:
    room = psql.room("rick")
    names = [f"guest {n}" for n in range(10)]
    with run_relay(database_url) as one:
        tokens = {name: one.token(name) for name in names}
        peers = {}
        for name in names:
            with one.client(tokens[name]) as client:
                answer = client.post(
                    "/rows/participants",
                    json={"room_id": room},
                    headers={"Prefer": "return=representation"},
                )
                peers[name] = answer.json()[0]["peer_id"]

        async def stay(name: str, urls: list[str], moves: list[asyncio.Event]) -> None:
            """Follow on one relay after the other, and resume from the last cursor."""
            after = None
            for url, move in zip(urls, moves, strict=True):
                events = f"{url}/rooms/{room}/events"
                async with follow(events, tokens[name], after=after, peer_id=peers[name]) as stream:
                    assert stream.status == 200, stream.problem
                    await stream.until(lambda frame: frame.event == "snapshot")
                    arrived.release()
                    await asyncio.wait(
                        [asyncio.create_task(move.wait()), asyncio.create_task(stream.end())],
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    after = next((frame.id for frame in reversed(stream.frames) if frame.id), after)

        arrived = asyncio.Semaphore(0)

        async def everybody_arrived() -> None:
            for _ in names:
                await asyncio.wait_for(arrived.acquire(), PATIENCE)

        with run_relay(database_url) as two:
            restarted = run_relay(database_url)
            third = restarted.__enter__()
            moves = [asyncio.Event() for _ in range(3)]
            async with asyncio.TaskGroup() as guests:
                for name in names:
                    guests.create_task(stay(name, [one.url, two.url, third.url], moves))
                await everybody_arrived()
                one.server.should_exit = True  # its streams end, and all clients go to the second
                await everybody_arrived()
                two.server.should_exit = True
                await everybody_arrived()
                assert sorted(psql.roster(room)) == names
                for move in moves:
                    move.set()
            restarted.__exit__(None, None, None)
    assert psql.all("select reason from events where type = 'DELETE'") == []
