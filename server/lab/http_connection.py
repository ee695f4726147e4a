"""HTTP/1.1 (RFC 9112) on a counted connection that is kept open between requests, as browsers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import httptools

from ..drill.http_connection import Place
from .connection import CountedConnection, Tally

ANSWERS_WITHIN: Final = 60.0  # seconds; a long poll waits for half of it


@dataclass(frozen=True)
class TimedResponse:
    """A whole response, and when its last byte arrived (Unix time)."""

    status: int
    body: bytes
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


class Refused(Exception):
    """The relay refused a request that it should have accepted."""


class HttpConnection:
    """One user's requests, one after the other on one connection."""

    def __init__(self, place: Place, token: str, tally: Tally) -> None:
        self._place = place
        self._token = token
        self._tally = tally
        self._connection: CountedConnection | None = None
        self._parser: httptools.HttpResponseParser
        self._chunks: list[bytes] = []
        self._status = 0
        self._complete = False

    async def ask(
        self, method: str, path: str, value: object = None, *, accept: str = "application/json"
    ) -> TimedResponse:
        """A request and its whole answer. Raises Refused, OSError, EOFError and TimeoutError."""
        async with asyncio.timeout(ANSWERS_WITHIN):
            at = await self._begin(method, path, value, accept)
            while not self._complete:
                at = await self._feed()
        body = b"".join(self._chunks)
        if self._status >= 400:
            raise Refused(f"{method} {path}: {self._status} {body[:300].decode(errors='replace')}")
        return TimedResponse(self._status, body, at)

    async def stream(self, path: str) -> AsyncIterator[tuple[float, bytes]]:
        """An event stream's chunks with their times, until it ends. Raises as `ask` does."""
        at = await self._begin("GET", path, None, "text/event-stream")
        if self._status != 200:
            raise Refused(f"GET {path}: {self._status}")
        while True:
            chunks, self._chunks = self._chunks, []
            if chunks:
                yield at, b"".join(chunks)
            if self._complete:
                return
            at = await self._feed()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def _begin(self, method: str, path: str, value: object, accept: str) -> float:
        """Send the request and wait for the head of the answer."""
        body = b"" if value is None else json.dumps(value).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._place}",
            f"Accept: {accept}",
            f"Authorization: Bearer {self._token}",
        ]
        if value is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._tally.requests += 1
        if self._connection is None or self._connection.ended:
            self._connection = await CountedConnection.open(self._place, self._tally)
        self._parser = httptools.HttpResponseParser(self)
        self._status, self._complete, self._chunks = 0, False, []
        self._connection.write("\r\n".join([*lines, "", ""]).encode() + body)
        at = 0.0
        while not self._status:
            at = await self._feed()
        return at

    async def _feed(self) -> float:
        assert self._connection is not None
        at, data = await self._connection.read()
        self._parser.feed_data(data)
        return at

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        self._complete = True
