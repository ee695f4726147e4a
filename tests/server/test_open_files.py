"""A relay that has no more files to open: new streams are refused, the old ones go on."""

from __future__ import annotations

import asyncio
import json
import resource
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from roomtone.tools.relays import RelayProcess

from ..following import follow
from ..patience import PATIENCE
from ..people import Psql
from ..running import RunningRelay

pytestmark = pytest.mark.anyio

FILES = 160
STREAMS = FILES // 2


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


def token_of(url: str) -> str:
    server: RunningRelay = RunningRelay(url, None)  # type: ignore[arg-type]
    return server.token("anna")
