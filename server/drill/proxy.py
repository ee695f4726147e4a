"""A TCP proxy that can freeze: no bytes pass, and the connections stay open.

Its kernel buffers only a few KiB, because the other end of a cut cable receives nothing.
"""

from __future__ import annotations

import asyncio
import socket
from types import TracebackType
from typing import Self

from ..supervision import first_of
from .http_connection import SMALL_BUFFER, Place


class Proxy:
    """Passes bytes to and from `target` while it is not frozen."""

    def __init__(self, target: Place) -> None:
        self._target = target
        self._passing = asyncio.Event()
        self._passing.set()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.place: Place

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=SMALL_BUFFER)
        self.place = Place(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for line in self._connections:
            line.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def freeze(self) -> None:
        self._passing.clear()

    def thaw(self) -> None:
        self._passing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._connections.add(line)
        line.add_done_callback(self._connections.discard)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a connection has ended, or the drill is over
        finally:
            writer.transport.abort()  # closing would wait until a frozen connection has sent everything

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = socket.socket()
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(line, (self._target.host, self._target.port))
        except OSError:
            line.close()
            raise
        far_reader, far_writer = await asyncio.open_connection(sock=line, limit=SMALL_BUFFER)
        try:
            await first_of(
                there=self._pass(reader, far_writer), back=self._pass(far_reader, writer)
            )
        finally:
            far_writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(SMALL_BUFFER):
            await self._passing.wait()
            writer.write(data)
            await writer.drain()
