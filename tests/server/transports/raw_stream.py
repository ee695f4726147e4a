"""A stream by a bare TCP connection: it can stop reading, send what no client sends, and break off."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ...patience import PATIENCE
from ...running import RunningRelay

SMALL = 4096  # bytes
LARGE = 1 << 20


@dataclass
class RawStream:
    """`received` is the whole response so far, with its head and its chunks' sizes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    received: bytes = b""

    async def until(self, wanted: bytes) -> None:
        """Read until this was received."""
        async with asyncio.timeout(PATIENCE):
            while wanted not in self.received:
                chunk = await self.reader.read(65536)
                assert chunk, f"the connection ended before {wanted!r}: {self.received[-300:]!r}"
                self.received += chunk

    def buffers_more(self) -> None:
        """From now on the kernel buffers as usual: with a small buffer TCP waits for a timer after every few KiB."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LARGE)

    async def until_closed(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while chunk := await self.reader.read(65536):
                self.received += chunk

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def reset(self) -> None:
        """Break the connection off, without reading what was sent."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def raw_stream(
    relay: RunningRelay, path: str, token: str, *, version: str = "1.1"
) -> AsyncIterator[RawStream]:
    """Its kernel buffers a few KiB only. It has received its snapshot."""
    host, port = relay.url.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=line, limit=SMALL)
    stream = RawStream(reader, writer)
    try:
        stream.send(
            f"GET {path} HTTP/{version}\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        await stream.until(b"event: snapshot\n")
        yield stream
    finally:
        writer.transport.abort()
