"""Reads what a client sends on its WebSocket, and acknowledges each message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from starlette.websockets import WebSocket

from ..problem import Problem
from ..token_bucket import request_bucket
from . import websocket_messages as messages
from .websocket_outlets import AsgiSocket, DirectSocket, SocketEnd

Handle = Callable[[str, Any], Awaitable[str]]
"""Handles an event with its data, and returns the data of the acknowledgement, JSON text. Raises Problem and psycopg errors."""


class SocketReader:
    """Acknowledgements are written to `outlet`, with the events of the subscription."""

    def __init__(
        self,
        websocket: WebSocket,
        outlet: DirectSocket | AsgiSocket,
        handle: Handle,
        *,
        anonymous: bool,
    ) -> None:
        self._websocket = websocket
        self._outlet = outlet
        self._handle = handle
        self._anonymous = anonymous
        self._sent = websocket.state.relay.metrics.sent
        self._limit: int = websocket.state.settings.body_limit
        self._bucket = request_bucket(websocket.state.settings.requests_per_second)
        self._answering = asyncio.Lock()

    async def run(self) -> None:
        """Until the client has closed the connection."""
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            wait = self._bucket.take()
            async with self._answering:
                self._send(await self._answer(received.get("text"), wait))
            await self._outlet.writable()
            # A client that sends more than it may is read only as fast as it may send.
            await asyncio.sleep(wait)

    async def finish(self, ended: SocketEnd) -> None:
        """Send the bye, after the acknowledgement of a leave."""
        async with self._answering:
            if ended.end is not None:
                self._send(ended.end.frame().socket)
            self._outlet.complete()

    async def _answer(self, text: str | None, wait: float) -> str:
        """Handle one message. Returns its acknowledgement."""
        message_id: messages.Id = None
        try:
            message = messages.parse(text, limit=self._limit)
            message_id = message.id
            if wait:
                raise messages.too_many(self._bucket.per_second, wait)
            data = await self._handle(message.event, message.data)
        except (Problem, psycopg.Error) as error:
            problem = messages.problem_of(error, anonymous=self._anonymous)
            return messages.refused(message_id, problem)
        return messages.acknowledgement(message_id, data)

    def _send(self, text: str) -> None:
        self._sent.size += self._outlet.write_text(text)
