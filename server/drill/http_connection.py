"""An HTTP/1.1 client (RFC 9112) with one connection for each request.

No client library, because a drill controls how much a client buffers, when it stops reading,
and how its connection breaks.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httptools

CONNECTS_WITHIN: Final = 30.0  # seconds
ANSWERS_WITHIN: Final = 60.0  # seconds
SMALL_BUFFER: Final = 4096  # bytes; the kernel doubles it (socket(7))
LARGE_BUFFER: Final = 1 << 16  # bytes

UNREACHABLE = (OSError, EOFError, TimeoutError, httptools.HttpParserError)
"""The errors of a request that got no answer or only a part of it."""


@dataclass(frozen=True)
class Place:
    """A TCP address."""

    port: int
    host: str = "127.0.0.1"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """A whole response; `body` is parsed JSON, or None."""

    status: int
    body: Any

    @property
    def rule(self) -> str | None:
        """The name of the rule that refused the request, or None."""
        return self.body.get("rule") if isinstance(self.body, dict) else None


class Exchange:
    """One request and its response, on its own connection.

    With `small`, the client's kernel buffers only a few KiB of what the client does not read.
    """

    def __init__(self, chunk_size: int) -> None:
        self.headers: dict[str, str] = {}
        self.status = 0
        self._chunk_size = chunk_size
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: list[bytes] = []
        self._complete = False
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    @classmethod
    async def begin(
        cls,
        place: Place,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        small: bool = False,
    ) -> Exchange:
        """Send a request and wait for the head of the answer. Raises one of `UNREACHABLE`."""
        exchange = cls(SMALL_BUFFER if small else LARGE_BUFFER)
        async with asyncio.timeout(ANSWERS_WITHIN):
            await exchange._connect(place)
            try:
                lines = [f"{method} {path} HTTP/1.1", f"Host: {place}", "Connection: close"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                if body:
                    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
                exchange._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                while not exchange.status:
                    await exchange._feed()
            except BaseException:
                exchange.close()
                raise
        return exchange

    async def _connect(self, place: Place) -> None:
        line = socket.socket()
        try:
            line.setblocking(False)
            if self._chunk_size == SMALL_BUFFER:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(CONNECTS_WITHIN):
                await loop.sock_connect(line, (place.host, place.port))
            self._reader, self._writer = await asyncio.open_connection(
                sock=line, limit=self._chunk_size
            )
        except BaseException:
            line.close()
            raise

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises EOFError if the connection ends before the body does."""
        while True:
            chunks, self._chunks = self._chunks, []
            for chunk in chunks:
                yield chunk
            if self._complete:
                return
            await self._feed()

    async def read_answer(self) -> Answer:
        """Read the rest of the response."""
        async with asyncio.timeout(ANSWERS_WITHIN):
            text = b"".join([chunk async for chunk in self.chunks()])
        with suppress(ValueError):
            return Answer(self.status, json.loads(text))
        return Answer(self.status, None)

    def close(self) -> None:
        self._writer.close()

    def reset(self) -> None:
        """Reset the connection instead of closing it (SO_LINGER, socket(7))."""
        line = self._writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _feed(self) -> None:
        data = await self._reader.read(self._chunk_size)
        if not data:
            raise EOFError("the connection ended")
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode().lower()] = value.decode()

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        self._complete = True


async def ask(
    place: Place,
    method: str,
    path: str,
    value: object = None,
    *,
    token: str | None = None,
    prefer: str | None = None,
) -> Answer:
    """A request with a JSON body, and its whole answer. Raises one of `UNREACHABLE`."""
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if prefer is not None:
        headers["Prefer"] = prefer
    body = b"" if value is None else json.dumps(value).encode()
    exchange = await Exchange.begin(place, method, path, headers, body)
    try:
        return await exchange.read_answer()
    finally:
        exchange.close()
