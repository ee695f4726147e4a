"""A client of NATS over WebSocket: as much of its protocol as the lab needs (NATS documentation, Client protocol).

nats-py needs another HTTP library for WebSocket; and here the bytes of every connection are counted at the socket.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from typing import Any, Final, NamedTuple, Self

from ...tools.network import Place, Tally
from ...tools.websocket import WebSocket

CONNECT: Final = {
    "verbose": False,
    "pedantic": False,
    "lang": "python",
    "version": "1",
    "protocol": 1,
}
END: Final = b"\r\n"
ANSWERS: Final = 1_000_000
"""The number of the subscription for answers, beyond those of the lab."""


class Message(NamedTuple):
    """A message, and when it arrived (Unix time)."""

    subject: str
    reply: str
    data: bytes
    at: float


class NatsClient:
    """One connection; `next`, `flush` and `request` are called by one task.

    As NATS's own clients do, it has one subscription for the answers to all its requests, to subjects below `inbox`, and sends what belongs together in
    one frame.
    """

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._unsent = b""
        self._rest = b""
        self._messages: deque[Message] = deque()
        self._pongs = 0
        self._requests = 0
        self.inbox = f"_INBOX.{secrets.token_hex(8)}"

    @classmethod
    async def connect(cls, place: Place, tally: Tally) -> Self:
        """Raises Refused, and one of `UNREACHABLE`."""
        client = cls(await WebSocket.connect(place, "/", tally))
        client._add(f"CONNECT {json.dumps(CONNECT)}".encode())
        await client.flush()
        return client

    def subscribe(self, subject: str, number: int) -> None:
        """From the next `flush` or `request` on. `number` is of this connection, from 1 on."""
        self._add(f"SUB {subject} {number}".encode())

    def publish(self, subject: str, data: bytes, reply: str = "") -> None:
        """With the next `flush` or `request`."""
        head = f"PUB {subject} {reply} {len(data)}" if reply else f"PUB {subject} {len(data)}"
        self._add(head.encode() + END + data)

    async def flush(self) -> None:
        """Send, and return when the server has read all of it: it answers a PING in turn."""
        awaited = self._pongs + 1
        self._add(b"PING")
        self._send()
        while self._pongs < awaited:
            await self._receive()

    async def next(self) -> Message:
        """Raises EOFError when the connection ends."""
        while not self._messages:
            await self._receive()
        return self._messages.popleft()

    async def request(self, subject: str, value: object) -> dict[str, Any]:
        """The answer, as JSON. Other messages that come meanwhile are kept. Raises EOFError, also if it is an error."""
        if not self._requests:
            self.subscribe(f"{self.inbox}.*", ANSWERS)
        self._requests += 1
        inbox = f"{self.inbox}.{self._requests}"
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.publish(subject, data, inbox)
        self._send()
        others: list[Message] = []
        while True:
            message = await self.next()
            if message.subject == inbox:
                break
            others.append(message)
        self._messages.extendleft(reversed(others))
        answer: dict[str, Any] = (
            json.loads(message.data) if message.data else {"error": "no answer"}
        )
        if "error" in answer:
            raise EOFError(f"{subject}: {answer['error']}")
        return answer

    def close(self) -> None:
        self._socket.close()

    def _add(self, line: bytes) -> None:
        self._unsent += line + END

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, b""
        self._socket.send(unsent, binary=True)

    async def _receive(self) -> None:
        at, data = await self._socket.receive()
        data = self._rest + data
        while True:
            line, end, rest = data.partition(END)
            if not end:
                break
            verb, *words = line.decode().split(" ")
            if verb == "MSG":
                size = int(words[-1])
                if len(rest) < size + len(END):
                    break
                reply = words[2] if len(words) == 4 else ""
                self._messages.append(Message(words[0], reply, rest[:size], at))
                rest = rest[size + len(END) :]
            elif verb == "PING":
                self._add(b"PONG")
                self._send()
            elif verb == "PONG":
                self._pongs += 1
            elif verb == "-ERR":
                raise EOFError(line.decode())
            data = rest
        self._rest = data
