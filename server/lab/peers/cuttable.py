"""A TCP proxy before a server, whose connections can be cut: it resets them, and accepts none until it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

from ...supervision import begin
from ...tools.network import Place

CHUNK: Final = 1 << 16  # bytes


class CuttableProxy:
    """What passes is not looked at. `place` is where to connect, the same after a cut."""

    def __init__(self, target: Place, socket_path: str | None = None) -> None:
        self._target = target
        self._target_socket = socket_path
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self._is_cut = False
        self.place: Place

    @classmethod
    async def before(cls, target: Place) -> Self:
        """A proxy before this address of TCP."""
        made = cls(target)
        made._server = await asyncio.start_server(made._accept, "127.0.0.1", 0)
        made.place = Place(made._server.sockets[0].getsockname()[1])
        return made

    @classmethod
    async def before_socket(cls, target: str, own: str) -> Self:
        """A proxy with the Unix socket `own` before the one of a server, both paths."""
        made = cls(Place(0), target)
        made._server = await asyncio.start_unix_server(made._accept, own)
        made.place = Place(0)
        return made

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Reset all connections, and accept none until the block ends."""
        self._is_cut = True
        for writer in list(self._writers):
            writer.transport.abort()
        try:
            yield
        finally:
            self._is_cut = False

    async def close(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._is_cut:
            self._end(writer)
            return
        try:
            if self._target_socket is None:
                far = await asyncio.open_connection(self._target.host, self._target.port)
            else:
                far = await asyncio.open_unix_connection(self._target_socket)
        except OSError:  # the server is not there
            self._end(writer)
            return
        self._writers.add(far[1])
        for way in ((reader, far[1]), (far[0], writer)):
            task = begin(self._pass(*way), "way of a proxy")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
        self._end(writer)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.transport.abort()
