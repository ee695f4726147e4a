"""A TCP connection that counts its bytes and stamps each chunk with its time of arrival."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, fields
from typing import Final, Self, cast

from ..drill.http_connection import Place

CONNECTS_WITHIN: Final = 10.0  # seconds


@dataclass
class Tally:
    """What one follower cost on the network. `received` and `sent` are bytes of TCP payload."""

    requests: int = 0
    empty: int = 0
    sent: int = 0
    received: int = 0
    connections: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))


class CountedConnection(asyncio.Protocol):
    """One connection. A chunk is stamped when the kernel hands it over, before it is parsed."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._arrived: deque[tuple[float, bytes]] = deque()
        self._news = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self.ended = False

    @classmethod
    async def open(cls, place: Place, tally: Tally) -> Self:
        """Raises OSError and TimeoutError."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECTS_WITHIN):
            _, connection = await loop.create_connection(lambda: cls(tally), place.host, place.port)
        tally.connections += 1
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._arrived.append((time.time(), data))
        self._tally.received += len(data)
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._news.set()

    def write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)
        self._tally.sent += len(data)

    async def read(self) -> tuple[float, bytes]:
        """The next chunk, and when it arrived (Unix time). Raises EOFError at the end."""
        while not self._arrived:
            if self.ended:
                raise EOFError("the connection ended")
            self._news.clear()
            await self._news.wait()
        return self._arrived.popleft()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
