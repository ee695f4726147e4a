"""A TCP proxy that can freeze: no bytes pass, and the connections stay open.

Its kernel buffers only a few KiB, because the other end of a cut cable receives nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..supervision import first_of
from ..tools.network import SMALL_BUFFER, Place, open_socket


class Proxy:
    """Passes bytes to and from `target` while it is not frozen."""

    def __init__(self, target: Place) -> None:
        self._target = target
        self._passing = asyncio.Event()
        self._passing.set()
        self._connections: set[asyncio.Task[None]] = set()
        self.place: Place

    @asynccontextmanager
    async def accepting(self) -> AsyncIterator[None]:
        """Accept connections on `place` while the block lasts."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=SMALL_BUFFER)
        self.place = Place(server.sockets[0].getsockname()[1])
        try:
            yield
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def freeze(self) -> None:
        self._passing.clear()

    def thaw(self) -> None:
        self._passing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a connection has ended, or the drill is over
        finally:
            writer.transport.abort()  # closing would wait until a frozen connection has sent everything

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = await open_socket(self._target, small=True)
        far_reader, far_writer = await asyncio.open_connection(sock=opened, limit=SMALL_BUFFER)
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


@asynccontextmanager
async def proxy(target: Place) -> AsyncIterator[Proxy]:
    """A proxy in front of `target`, while the block lasts."""
    made = Proxy(target)
    async with made.accepting():
        yield made
