"""Measures how late one who listens without a seat hears a speaker: a tone is switched on, and ffmpeg plays it as it comes.

    python -m tests.server.listening.measure_delay

The speaker is a Python peer, the node an SFU, all on this machine; docs/listening.md has the figures.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import aioice.ice
import imageio_ffmpeg
import numpy as np
import psycopg
from roomtone.media.room_session import room_session
from roomtone.media.signaling.database_client import database_connections
from roomtone.media.sounds import as_block, tone
from roomtone.types import RoomId

from ...client_web.photographs import databases
from ...people import Psql
from ...running import run_relay
from ..media.test_routes import nodes

TRIES = 5
SETTLED_AFTER = {"listen": 8.0, "listen.m3u8": 16.0}  # seconds after a player began


class Voice:
    """A tone that can be switched on."""

    def __init__(self) -> None:
        self.on = False
        self._tone = tone(440)
        self._silence = as_block(np.zeros(960))

    def __iter__(self) -> Iterator[Any]:
        for _ in count():
            block = next(self._tone)
            yield block if self.on else self._silence


async def delay(url: str, settled_after: float, voice: Voice) -> float:
    """Seconds from the tone at the speaker to the tone in a player."""
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-re", "-i", url, "-ac", "1", "-ar", "48000", "-f", "f32le", "-flush_packets", "1", "-")  # fmt: skip
    player = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert player.stdout is not None
    voice.on = False
    began = time.monotonic()
    switched_on = 0.0
    try:
        while True:
            samples = np.frombuffer(await player.stdout.readexactly(1920), np.float32)
            now = time.monotonic()
            if not switched_on and now - began > settled_after:
                voice.on, switched_on = True, now
            elif switched_on and float(np.abs(samples).max()) > 0.05:
                return now - switched_on
    finally:
        player.kill()
        await player.wait()


async def measure(database_url: str) -> None:
    aioice.ice.get_host_addresses = lambda *_, **__: ["127.0.0.1"]  # aioice leaves it out
    with (
        psycopg.connect(database_url, autocommit=True) as connection,
        run_relay(database_url) as relay,
    ):
        connection.execute("set search_path to roomtone")
        psql, voice = Psql(connection), Voice()
        room = psql.room("rick", "Radio")
        async with (
            nodes(database_url, psql, "sfu"),
            database_connections(database_url) as database,
            room_session(await database.client("ann"), RoomId(room), sound=iter(voice)),
        ):
            psql.run("update rooms set topology = 'sfu', broadcast = true where id = %s", room)
            for address, settled_after in SETTLED_AFTER.items():
                url = f"{relay.url}/rooms/{room}/{address}"
                found = [await delay(url, settled_after, voice) for _ in range(TRIES)]
                print(
                    f"{address}: {statistics.median(found):.1f} s (of {TRIES}: {min(found):.1f} to {max(found):.1f})"
                )


if __name__ == "__main__":
    with databases() as made:
        asyncio.run(measure(made.url(made.make("template_plain"))))
