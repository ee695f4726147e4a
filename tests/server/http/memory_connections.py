"""Protocols of uvicorn on a transport in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from roomtone.http.open_connections import OpenConnections
from roomtone.relay.metrics import Metrics
from roomtone.settings import Settings
from roomtone.transports.stream_counts import StreamCounts
from uvicorn.server import ServerState


class MemoryTransport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.answered = asyncio.Event()
        self.aborted = asyncio.Event()
        self.closing = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)
        self.answered.set()

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = True
        self.aborted.set()

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _never_answers(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


def connected(
    kind: type[Any], app: Any = _never_answers
) -> tuple[Any, MemoryTransport, ServerState]:
    """A protocol of this class on a transport in memory."""
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    found = {
        "settings": Settings(),
        "connections": OpenConnections(StreamCounts(20), Metrics()),
    }
    protocol = kind(config=config, server_state=state, app_state=found)
    transport = MemoryTransport()
    protocol.connection_made(transport)
    return protocol, transport, state


async def end(state: ServerState) -> None:
    for task in [*state.tasks]:
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)
