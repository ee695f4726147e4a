"""The floors: the lower bounds of this machine, measured in the same run."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from typing import Final

from ...tools.notifications import bare_listen
from ...tools.workbench import Workbench
from .figures import Clock

PROBES: Final = 50
ROUNDS: Final = 60
FRAME: Final = 430
"""Bytes: as long as the SSE frame of a join."""


async def clock(bench: Workbench) -> Clock:
    """Compare the two clocks as NTP does: the quickest answer is the most exact (RFC 5905, 8)."""
    best = Clock(0.0, 1e9)
    async with await bench.psql() as psql:
        for _ in range(PROBES):
            before = time.time()
            answer = await psql.execute("select extract(epoch from clock_timestamp())::float8")
            after = time.time()
            row = await answer.fetchone()
            assert row is not None
            within = (after - before) / 2 * 1000
            if within < best.within:
                best = Clock((row[0] - (before + after) / 2) * 1000, within)
    return best


async def listen(bench: Workbench, correction: float) -> list[float]:
    """Milliseconds of each notification to a bare LISTEN."""
    return [round(taken + correction, 4) for taken in await bare_listen(bench)]


async def writes(followers: tuple[int, ...]) -> dict[int, float]:
    """{followers: µs for a bare write to one of so many}."""
    return {number: await asyncio.to_thread(_writes, number) for number in followers}


def _writes(number: int) -> float:
    """Microseconds for one write, in a loop over `number` TCP connections."""
    frame = b"x" * FRAME
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening_socket:
        ends: list[socket.socket] = []
        try:
            for _ in range(number):
                ends.append(socket.create_connection(listening_socket.getsockname()))
                ends.append(listening_socket.accept()[0])
            near, far = ends[::2], ends[1::2]
            rounds = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                for end in near:
                    end.send(frame)
                rounds.append((time.perf_counter() - began) / number * 1e6)
                for end in far:
                    end.recv(FRAME)
            return round(statistics.median(rounds), 2)
        finally:
            for end in ends:
                end.close()
