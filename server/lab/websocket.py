"""A WebSocket (RFC 6455) on a counted connection."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from itertools import count
from typing import Any, Final

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from ..drill.http_connection import Place
from .connection import CountedConnection, Tally
from .http_connection import Refused

ANSWERS_WITHIN: Final = 30.0  # seconds


class Socket:
    """One open WebSocket: receives messages and emits events. Raises EOFError when it is closed."""

    def __init__(self, connection: CountedConnection, protocol: ClientProtocol) -> None:
        self._connection = connection
        self._protocol = protocol
        self._frames: deque[tuple[float, bytes]] = deque()
        self._parts: list[bytes] = []
        self._ids = count(1)
        self._acks: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @classmethod
    async def open(cls, place: Place, path: str, token: str, tally: Tally) -> Socket:
        """Raises Refused, OSError, EOFError and TimeoutError."""
        protocol = ClientProtocol(
            parse_uri(f"ws://{place}{path}"),
            subprotocols=[Subprotocol("roomtone"), Subprotocol(f"bearer.{token}")],
            max_size=None,
        )
        tally.requests += 1
        socket = cls(await CountedConnection.open(place, tally), protocol)
        protocol.send_request(protocol.connect())
        socket._flush()
        async with asyncio.timeout(ANSWERS_WITHIN):
            while not isinstance(await socket._handshake(), Response):
                pass
        if protocol.handshake_exc is not None:
            raise Refused(f"{path}: {protocol.handshake_exc}")
        return socket

    async def next(self) -> tuple[float, dict[str, Any]]:
        """The next message, and when it arrived (Unix time). Acknowledgements are handed to the `emit` that waits for them."""
        while True:
            while not self._frames:
                at, data = await self._connection.read()
                self._take(at, data)
            at, text = self._frames.popleft()
            message: dict[str, Any] = json.loads(text)
            if message["event"] != "ack":
                return at, message
            self._acks.pop(message["id"]).set_result(message)

    async def emit(self, event: str, data: object) -> Any:
        """Emit an event; the data of its acknowledgement. Another task has to run `next` meanwhile. Raises Refused."""
        name = next(self._ids)
        ack = self._acks[name] = asyncio.get_running_loop().create_future()
        self._protocol.send_text(json.dumps({"event": event, "id": name, "data": data}).encode())
        self._flush()
        async with asyncio.timeout(ANSWERS_WITHIN):
            answer = await ack
        if "problem" in answer:
            raise Refused(f"{event}: {answer['problem']}")
        return answer["data"]

    def close(self) -> None:
        self._connection.close()

    async def _handshake(self) -> object:
        at, data = await self._connection.read()
        return self._take(at, data)

    def _take(self, at: float, data: bytes) -> object:
        """Feed what arrived; the answer to the handshake if it was in it."""
        self._protocol.receive_data(data)
        answer: object = None
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._frame(at, event)
            else:
                answer = event
        self._flush()  # a ping is answered, a close acknowledged
        return answer

    def _frame(self, at: float, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._frames.append((at, b"".join(self._parts)))
                self._parts = []

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and not self._connection.ended:
                self._connection.write(data)
