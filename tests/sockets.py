"""A subscriber by WebSocket: it reads messages, emits events, and waits for the messages a test expects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .following import Frame, Subscriber
from .patience import PATIENCE
from .running import RunningRelay


@dataclass
class SocketSubscriber(Subscriber):
    """`code` is the close code of the socket, `acks` the acknowledgements by their ids."""

    connection: ClientConnection | None = None
    code: int | None = None
    acks: dict[Any, dict[str, Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=count)

    async def emit(self, event: str, data: Any = None) -> dict[str, Any]:
        """Send this event; returns its acknowledgement."""
        name = next(self._ids)
        await self.send(json.dumps({"event": event, "id": name, "data": data or {}}))
        return await self.ack(name)

    async def send(self, text: str | bytes) -> None:
        """Send this. The relay may close the socket before it has read everything; `ended` and `code` say so."""
        assert self.connection is not None
        with suppress(ConnectionClosed):
            await self.connection.send(text)

    async def ack(self, name: Any, within: float = PATIENCE) -> dict[str, Any]:
        async with self._news:
            await asyncio.wait_for(
                self._news.wait_for(lambda: name in self.acks or self.ended), within
            )
        assert name in self.acks, (
            f"the socket was closed with {self.code} before the acknowledgement"
        )
        return self.acks[name]

    async def _read_messages(self) -> None:
        assert self.connection is not None
        try:
            async for text in self.connection:
                await self._add_message(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.code = self.connection.close_code
            async with self._news:
                self.ended = True
                self._news.notify_all()

    async def _add_message(self, message: dict[str, Any]) -> None:
        async with self._news:
            if message["event"] == "ack":
                self.acks[message["id"]] = message
            # As a comment of an event stream, "still-here" is no frame.
            elif message["event"] != "still-here":
                frame = Frame(message["event"], message.get("id"), message.get("data"))
                self.frames.append(frame)
            self._news.notify_all()


def socket_url(relay: RunningRelay, room: int) -> str:
    return f"{relay.url}/rooms/{room}/socket"


def is_snapshot(frame: Frame) -> bool:
    return frame.event == "snapshot" and "participants" in frame.data


async def until_snapshot(subscriber: SocketSubscriber) -> Frame:
    return await subscriber.until(is_snapshot)


@asynccontextmanager
async def open_socket(
    url: str, token: str | None = None, *, headers: dict[str, str] | None = None, **query: str
) -> AsyncIterator[SocketSubscriber]:
    """Open a socket as a browser does, until the block ends; `url` begins with http://."""
    address = f"{url}?{urlencode(query)}" if query else url
    offered = ["roomtone"] + ([f"bearer.{token}"] if token else [])
    async with connect(
        address.replace("http://", "ws://", 1),
        subprotocols=[Subprotocol(each) for each in offered],
        additional_headers=headers,
        proxy=None,
        max_size=None,
        open_timeout=PATIENCE,
    ) as connection:
        subscriber = SocketSubscriber(101, httpx.Headers(), None, connection=connection)
        reading = asyncio.create_task(subscriber._read_messages())
        try:
            yield subscriber
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
