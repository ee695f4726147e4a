"""A relay that has no more files to open: new streams are refused, the old ones go on."""

from __future__ import annotations

import asyncio
import json
import resource
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
from roomtone.tools.relays import RelayProcess

from ..following import Frame, follow
from ..patience import PATIENCE
from ..people import Psql
from ..running import NO_TLS, RunningRelay

pytestmark = pytest.mark.anyio

FILES = 160
STREAMS = FILES // 2
IDLE = 2 * FILES


async def opened(port: int, stack: AsyncExitStack) -> tuple[bytes, bytes]:
    """Open a stream that stays open. Returns the head of the answer, and its beginning."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stack.callback(writer.close)
    writer.write(b"GET /hallway/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        return await reader.readuntil(b"\r\n\r\n"), await reader.read(65536)


async def test_a_relay_without_free_files_refuses_new_streams_and_keeps_the_old_ones(
    psql: Psql, database_url: str, tmp_path: Path
) -> None:
    relay = RelayProcess(database_url, tmp_path / "relay.log", streams_per_user=1000)
    await relay.start()
    try:
        resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        url = f"http://{relay.place}"
        async with (
            follow(f"{url}/hallway/events", token_of(url)) as anna,
            AsyncExitStack() as last,
            AsyncExitStack() as others,
        ):
            await anna.until(lambda f: f.event == "snapshot")
            await opened(relay.place.port, last)
            for _ in range(STREAMS - 2):
                head, _ = await opened(relay.place.port, others)
                assert head.startswith(b"HTTP/1.1 200 ")
            head, body = await opened(relay.place.port, others)
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: " in head.lower()
            assert json.loads(body)["rule"] == "streams_fit_the_relay"
            psql.room("rick", "Tea")
            await anna.until(lambda f: f.event == "hallway" and f.data["name"] == "Tea")
            await last.aclose()
            async with asyncio.timeout(PATIENCE):
                while not head.startswith(b"HTTP/1.1 200 "):
                    head, _ = await opened(relay.place.port, others)
    finally:
        await relay.stop()


async def test_idle_connections_leave_files_for_streams_and_the_database(
    psql: Psql, database_url: str, tmp_path: Path
) -> None:
    relay = RelayProcess(database_url, tmp_path / "relay.log", streams_per_user=1000)
    await relay.start()
    try:
        resource.prlimit(relay.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        url = f"http://{relay.place}"
        token = token_of(url)
        async with (
            follow(f"{url}/hallway/events", token) as anna,
            AsyncExitStack() as stack,
        ):
            await anna.until(lambda f: f.event == "snapshot")
            for number in range(IDLE):
                _, writer = await asyncio.open_connection("127.0.0.1", relay.place.port)
                stack.callback(writer.close)
                writer.write(b"GET /live HTTP/1.1\r\n" if number % 2 else b"")
                if (
                    number % 40 == 0
                ):  # a stream that begins beside them, and a write of the database
                    head, _ = await opened(relay.place.port, stack)
                    assert head.startswith(b"HTTP/1.1 200 ")
                    name = f"Tea {number}"
                    async with httpx.AsyncClient(base_url=url, verify=NO_TLS) as client:
                        made = await client.post(
                            "/rows/rooms",
                            json={"name": name},
                            headers={"Authorization": f"Bearer {token}"},
                            timeout=PATIENCE,
                        )
                    assert made.status_code == 201, made.text
                    await anna.until(partial(shows, name))
            assert await relay.metric("roomtone_connections_given_up_total") > 0
            assert "Traceback" not in relay.log_text()
    finally:
        await relay.stop()


def shows(name: str, frame: Frame) -> bool:
    return frame.event == "hallway" and frame.data["name"] == name


def token_of(url: str) -> str:
    server: RunningRelay = RunningRelay(url, None)  # type: ignore[arg-type]
    return server.token("anna")
