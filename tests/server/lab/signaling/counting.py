"""A TCP proxy that counts what passes, as it passes: requests by their first lines, bytes by their number.

It knows nothing of the lab, and the lab nothing of it.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from roomtone.tools.network import Place

REQUEST = re.compile(rb"(?:^|\r\n\r\n)GET [^\r\n]* HTTP/1\.1\r\n")


@dataclass
class Counter:
    """What passed on the way to one target."""

    up: int = 0
    down: int = 0
    requests: int = 0
    connections: int = 0


@dataclass
class CountingProxies:
    """`to(place)` is where to find that place through a proxy of its own; `counters` in the order of asking."""

    counters: list[Counter] = field(default_factory=list)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _ways: set[asyncio.Task[None]] = field(default_factory=set)

    async def to(self, target: Place) -> Place:
        counter = Counter()
        self.counters.append(counter)

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            counter.connections += 1
            far_reader, far_writer = await asyncio.open_connection(target.host, target.port)
            for way in (
                self._pass(reader, far_writer, counter, up=True),
                self._pass(far_reader, writer, counter, up=False),
            ):
                task = asyncio.create_task(way)
                self._ways.add(task)
                task.add_done_callback(self._ways.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self._servers.append(server)
        return Place(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for way in list(self._ways):
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        counter: Counter,
        *,
        up: bool,
    ) -> None:
        try:
            while data := await reader.read(1 << 16):
                if up:
                    counter.up += len(data)
                    counter.requests += len(REQUEST.findall(data))
                else:
                    counter.down += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # one of the two has gone
        finally:
            writer.close()
