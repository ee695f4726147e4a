"""Somebody at a WebSocket: reads what comes, emits events and waits for what a test expects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .following import Follower, Frame
from .patience import PATIENCE
from .running import RunningRelay


@dataclass
class Caller(Follower):
    """A follower by WebSocket; `code` is how the socket was closed, `acks` the answers by their ids."""

    connection: ClientConnection | None = None
    code: int | None = None
    acks: dict[Any, dict[str, Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=count)

    async def emit(self, event: str, data: Any = None) -> dict[str, Any]:
        """The acknowledgement of this event, within a while."""
        name = next(self._ids)
        await self.say(json.dumps({"event": event, "id": name, "data": data or {}}))
        return await self.ack(name)

    async def say(self, text: str | bytes) -> None:
        assert self.connection is not None
        await self.connection.send(text)

    async def ack(self, name: Any, within: float = PATIENCE) -> dict[str, Any]:
        async with self._news:
            await asyncio.wait_for(
                self._news.wait_for(lambda: name in self.acks or self.ended), within
            )
        assert name in self.acks, f"the socket was closed before, with {self.code}"
        return self.acks[name]

    async def _listen(self) -> None:
        assert self.connection is not None
        try:
            async for text in self.connection:
                await self._take(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.code = self.connection.close_code
            async with self._news:
                self.ended = True
                self._news.notify_all()

    async def _take(self, message: dict[str, Any]) -> None:
        async with self._news:
            if message["event"] == "ack":
                self.acks[message["id"]] = message
            else:
                frame = Frame(message["event"], message.get("id"), message.get("data"))
                self.frames.append(frame)
            self._news.notify_all()


def door(relay: RunningRelay, room: int) -> str:
    return f"{relay.url}/rooms/{room}/socket"


def is_snapshot(frame: Frame) -> bool:
    return frame.event == "snapshot" and "participants" in frame.data


async def is_inside(caller: Caller) -> Frame:
    return await caller.until(is_snapshot)


@asynccontextmanager
async def call(
    url: str, token: str | None = None, *, headers: dict[str, str] | None = None, **query: str
) -> AsyncIterator[Caller]:
    """Open a socket as a browser does, until the block ends; `url` is that of the relay's HTTP."""
    address = f"{url}?{urlencode(query)}" if query else url
    offered = ["roomtone"] + ([f"bearer.{token}"] if token else [])
    async with connect(
        address.replace("http://", "ws://", 1),
        subprotocols=[Subprotocol(each) for each in offered],
        additional_headers=headers,
        proxy=None,
        max_size=None,
    ) as connection:
        caller = Caller(101, httpx.Headers(), None, connection=connection)
        listening = asyncio.create_task(caller._listen())
        try:
            yield caller
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
