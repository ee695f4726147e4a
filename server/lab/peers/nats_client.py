"""A client of NATS over WebSocket: as much of its protocol as the lab needs (NATS documentation, Client protocol).

nats-py needs another HTTP library for WebSocket; and here the bytes of every connection are counted at the socket.
"""

from __future__ import annotations

import json
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


class Message(NamedTuple):
    """A message, and when it arrived (Unix time)."""

    subject: str
    reply: str
    data: bytes
    at: float


class NatsClient:
    """One connection; `next` and `request` are called by one task."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._rest = b""
        self._messages: deque[Message] = deque()
        self._pongs = 0
        self._inboxes = 0

    @classmethod
    async def connect(cls, place: Place, tally: Tally) -> Self:
        """Raises Refused, and one of `UNREACHABLE`."""
        client = cls(await WebSocket.connect(place, "/", tally))
        client._send(f"CONNECT {json.dumps(CONNECT)}".encode())
        await client.flush()
        return client

    def subscribe(self, subject: str, number: int) -> None:
        self._send(f"SUB {subject} {number}".encode())

    def publish(self, subject: str, data: bytes, reply: str = "") -> None:
        head = f"PUB {subject} {reply} {len(data)}" if reply else f"PUB {subject} {len(data)}"
        self._send(head.encode() + END + data)

    async def flush(self) -> None:
        """Return when the server has read all that was sent: it answers a PING in turn."""
        awaited = self._pongs + 1
        self._send(b"PING")
        while self._pongs < awaited:
            await self._receive()

    async def next(self) -> Message:
        """Raises EOFError when the connection ends."""
        while not self._messages:
            await self._receive()
        return self._messages.popleft()

    async def request(self, subject: str, value: object) -> dict[str, Any]:
        """The answer, as JSON. Other messages that come meanwhile are kept. Raises EOFError, also if it is an error."""
        self._inboxes += 1
        inbox = f"_INBOX.lab.{id(self)}.{self._inboxes}"
        number = 1000 + self._inboxes
        self.subscribe(inbox, number)
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.publish(subject, data, inbox)
        others: list[Message] = []
        while True:
            message = await self.next()
            if message.subject == inbox:
                break
            others.append(message)
        self._messages.extendleft(reversed(others))
        self._send(f"UNSUB {number}".encode())
        answer: dict[str, Any] = (
            json.loads(message.data) if message.data else {"error": "no answer"}
        )
        if "error" in answer:
            raise EOFError(f"{subject}: {answer['error']}")
        return answer

    def close(self) -> None:
        self._socket.close()

    def _send(self, line: bytes) -> None:
        self._socket.send(line + END, binary=True)

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
                self._send(b"PONG")
            elif verb == "PONG":
                self._pongs += 1
            elif verb == "-ERR":
                raise EOFError(line.decode())
            data = rest
        self._rest = data
