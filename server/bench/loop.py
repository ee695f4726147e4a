"""The floor of all fan-out in Python: a process that writes to thousands of transports of uvloop in one loop, and does nothing else."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from ..tools.worker import execute_commands

BACKLOG: Final = 2048
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nsnapshot "


class _Connection(asyncio.Protocol):
    """Answers what arrives first, and is written to from then on."""

    def __init__(self, transports: list[asyncio.Transport], answer: bytes) -> None:
        self._transports = transports
        self._answer = answer
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transports.append(self._transport)
        self._transport.write(self._answer)


class Loop:
    """Its commands."""

    def __init__(self) -> None:
        self._transports: list[asyncio.Transport] = []
        self._server: asyncio.Server | None = None

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def listen(self, answer: int) -> int:
        """The port; a request is answered with about this many bytes."""
        text = HEAD.ljust(answer, b"x") + b"\n\n"
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self._transports, text), "127.0.0.1", 0, backlog=BACKLOG
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def write(self, mark: int, size: int) -> None:
        """Write `size` bytes with this mark to every connection."""
        data = f"mark-{mark}! ".encode().ljust(size - 2, b"x") + b"\n\n"
        for transport in self._transports:
            transport.write(data)


if __name__ == "__main__":
    execute_commands(Loop)
