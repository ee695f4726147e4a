"""A WebSocket (RFC 6455) on a counted connection, by the protocol of websockets without its I/O."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any, Final, Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from .http import Refused
from .network import Connection, Network, Place, Tally

ANSWERS_WITHIN: Final = 30.0  # seconds
MESSAGES: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class WebSocket:
    """One open WebSocket: its messages are bytes. Raises EOFError when it is closed."""

    def __init__(self, connection: Connection, protocol: ClientProtocol) -> None:
        self._connection = connection
        self._protocol = protocol
        self._messages: deque[tuple[float, bytes]] = deque()
        self._parts: list[bytes] = []

    @classmethod
    async def connect(
        cls, place: Place, path: str, tally: Tally, subprotocols: Sequence[str] = ()
    ) -> Self:
        """Raises Refused, OSError, EOFError and TimeoutError."""
        protocol = ClientProtocol(
            parse_uri(f"ws://{place}{path}"),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=None,
        )
        tally.requests += 1
        socket = cls(await Network(tally).connect_tcp(place.host, place.port), protocol)
        protocol.send_request(protocol.connect())
        socket._flush()
        async with asyncio.timeout(ANSWERS_WITHIN):
            while not await socket._receive():
                pass
        if protocol.handshake_exc is not None:
            raise Refused(f"{path}: {protocol.handshake_exc}")
        return socket

    async def receive(self) -> tuple[float, bytes]:
        """The next message, and when it arrived (Unix time)."""
        while not self._messages:
            await self._receive()
        return self._messages.popleft()

    def send(self, data: bytes, *, binary: bool = False) -> None:
        """Send one message. Raises ConnectionResetError if the connection has ended, or is about to."""
        if self._connection.ended or self._protocol.state is not State.OPEN:
            raise ConnectionResetError("the connection ended")
        (self._protocol.send_binary if binary else self._protocol.send_text)(data)
        self._flush()

    def close(self) -> None:
        self._connection.close()

    def reset(self) -> None:
        """Reset the connection instead of closing it, as when a process is killed."""
        self._connection.reset()

    async def _receive(self) -> bool:
        """Wait for the next chunk; whether it completes the answer to the handshake."""
        self._protocol.receive_data(await self._connection.read())
        events = self._protocol.events_received()
        for event in events:
            if isinstance(event, Frame) and event.opcode in MESSAGES:
                self._parts.append(bytes(event.data))
                if event.fin:
                    self._messages.append((self._connection.arrived_at, b"".join(self._parts)))
                    self._parts = []
        self._flush()  # a ping is answered, a close acknowledged
        return any(isinstance(event, Response) for event in events)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and not self._connection.ended:
                self._connection.send(data)


class Socket(WebSocket):
    """A WebSocket of a relay: receives messages and emits events."""

    def __init__(self, connection: Connection, protocol: ClientProtocol) -> None:
        super().__init__(connection, protocol)
        self._ids = count(1)
        self._acks: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @classmethod
    async def open(cls, place: Place, path: str, token: str, tally: Tally) -> Socket:
        """Raises Refused, OSError, EOFError and TimeoutError."""
        return await cls.connect(place, path, tally, ("roomtone", f"bearer.{token}"))

    async def next(self) -> tuple[float, dict[str, Any]]:
        """The next message, and when it arrived (Unix time). Acknowledgements are handed to the `emit` that waits for them."""
        while True:
            at, text = await self.receive()
            message: dict[str, Any] = json.loads(text)
            if message["event"] != "ack":
                return at, message
            self._acks.pop(message["id"]).set_result(message)

    async def emit(self, event: str, data: object) -> Any:
        """Emit an event; the data of its acknowledgement. Another task has to run `next` meanwhile. Raises Refused, ConnectionResetError and TimeoutError."""
        name = next(self._ids)
        self.send(json.dumps({"event": event, "id": name, "data": data}).encode())
        ack = self._acks[name] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(ANSWERS_WITHIN):
            answer = await ack
        if "problem" in answer:
            raise Refused(f"{event}: {answer['problem']}")
        return answer["data"]
