"""A tiny TCP proxy whose line can freeze: nothing passes, nobody is told, and the connection stays.

Its kernel takes in only a few KiB beyond that, as the other end of a cut cable takes in nothing.
"""

from __future__ import annotations

import asyncio
import socket
from types import TracebackType
from typing import Self

from ..supervision import first_of
from .http_connection import SMALL, Place


class Proxy:
    """Passes bytes to and from `target` while it is not frozen."""

    def __init__(self, target: Place) -> None:
        self._target = target
        self._passing = asyncio.Event()
        self._passing.set()
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.place: Place

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=SMALL)
        self.place = Place(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def freeze(self) -> None:
        self._passing.clear()

    def thaw(self) -> None:
        self._passing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # one of the two has gone, or the drill is over
        finally:
            writer.transport.abort()  # closing would wait for what a frozen line never takes

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = socket.socket()
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(line, (self._target.host, self._target.port))
        except OSError:
            line.close()
            raise
        far_reader, far_writer = await asyncio.open_connection(sock=line, limit=SMALL)
        try:
            await first_of(
                there=self._pass(reader, far_writer), back=self._pass(far_reader, writer)
            )
        finally:
            far_writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(SMALL):
            await self._passing.wait()
            writer.write(data)
            await writer.drain()
