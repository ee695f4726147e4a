"""TCP connections that count their bytes and know when each chunk arrived, for httpcore and websockets.

They also do what no library offers and drills need: keep only a few KiB of what is not read, and reset.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final, cast

import httpcore

CONNECTS_WITHIN: Final = 30.0  # seconds
SMALL_BUFFER: Final = 4096  # bytes; the kernel doubles it (socket(7))
LARGE_BUFFER: Final = 1 << 20  # bytes


@dataclass(frozen=True)
class Place:
    """A TCP address."""

    port: int
    host: str = "127.0.0.1"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass
class Tally:
    """What one client cost on the network. `received` and `sent` are bytes of TCP payload."""

    requests: int = 0
    empty: int = 0
    sent: int = 0
    received: int = 0
    connections: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))


class Connection(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection. A chunk gets its time when the kernel hands it over, before it is parsed.

    `arrived_at` is the time (Unix) of the chunk that was read last. More than `limit` bytes that
    were not read stay in the kernel.
    """

    def __init__(self, tally: Tally, limit: int) -> None:
        self._tally = tally
        self._limit = limit
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._unread = 0
        self._paused = False
        self._changed = asyncio.Event()
        self._transport: asyncio.Transport
        self.ended = False
        self.arrived_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._chunks.append((time.time(), data))
        self._tally.received += len(data)
        self._unread += len(data)
        if self._unread > self._limit and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._changed.set()

    async def read(
        self,
        max_bytes: int = LARGE_BUFFER,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's, as below; the client has one limit for all
    ) -> bytes:
        """The next chunk or a part of it. Raises EOFError at the end."""
        while not self._chunks:
            if self.ended:
                raise EOFError("the connection ended")
            self._changed.clear()
            await self._changed.wait()
        self.arrived_at, data = self._chunks.popleft()
        if len(data) > max_bytes:
            self._chunks.appendleft((self.arrived_at, data[max_bytes:]))
            data = data[:max_bytes]
        self._unread -= len(data)
        if self._paused and self._unread <= self._limit:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.send(buffer)

    def send(self, data: bytes) -> None:
        """Raises ConnectionResetError if the other end has closed the connection."""
        if self._transport.is_closing():
            raise ConnectionResetError("the connection ended")
        self._transport.write(data)
        self._tally.sent += len(data)

    async def aclose(self) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        """Reset the connection instead of closing it (SO_LINGER, socket(7))."""
        if not self._transport.is_closing():
            connected = self._transport.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        # httpcore opens another connection if an idle one is readable: it has ended, or broken HTTP
        return (self.ended or bool(self._chunks)) if info == "is_readable" else None


async def open_socket(place: Place, *, small: bool) -> socket.socket:
    """With `small`, the kernel buffers only a few KiB of what is not read. Raises OSError and TimeoutError."""
    opened = socket.socket()
    try:
        opened.setblocking(False)
        # As browsers do. asyncio does it only for sockets that name their protocol: a request of two parts waited 40 ms for an acknowledgement.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if small:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        async with asyncio.timeout(CONNECTS_WITHIN):
            await asyncio.get_running_loop().sock_connect(opened, (place.host, place.port))
    except BaseException:
        opened.close()
        raise
    return opened


class Network(httpcore.AsyncNetworkBackend):
    """Opens connections, counted in `tally`; `small` as in `open_socket`."""

    def __init__(self, tally: Tally, *, small: bool = False) -> None:
        self._tally = tally
        self._small = small
        self._newest: Connection | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Connection:
        """Raises OSError and TimeoutError."""
        limit = SMALL_BUFFER if self._small else LARGE_BUFFER
        opened = await open_socket(Place(port, host), small=self._small)
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self._tally, limit), sock=opened
        )
        self._tally.connections += 1
        self._newest = connection
        return connection

    def reset(self) -> None:
        """Reset the newest connection."""
        if self._newest is not None:
            self._newest.reset()
