"""As much of Redis's protocol as the lab needs (RESP2, Redis documentation, Protocol specification)."""

from __future__ import annotations

import asyncio
from typing import Any, Self

END = b"\r\n"


class RedisError(Exception):
    """Redis answered with an error."""


class Redis:
    """One connection: commands are sent at once, and answered in the same order. Raises OSError and EOFError when it ends.

    Who asks must not be cancelled while others wait: its answer would be read by the next.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, *words: str) -> Any:
        """The answer: text, a number, None, or a list of these. Raises RedisError."""
        self.send(*words)
        async with self._turn:
            return await self.read()

    def send(self, *words: str) -> None:
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word.encode()
            parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
        self._writer.write(b"".join(parts))

    async def read(self) -> Any:
        line = await self._reader.readline()
        if not line.endswith(END):
            raise EOFError("Redis closed the connection")
        kind, rest = line[:1], line[1 : -len(END)]
        match kind:
            case b"+":
                return rest.decode()
            case b":":
                return int(rest)
            case b"-":
                raise RedisError(rest.decode())
            case b"$":
                return await self._text(int(rest))
            case b"*":
                return None if rest == b"-1" else [await self.read() for _ in range(int(rest))]
        raise RedisError(f"not an answer of Redis: {line!r}")

    async def _text(self, size: int) -> str | None:
        if size < 0:
            return None
        try:
            data = await self._reader.readexactly(size + len(END))
        except asyncio.IncompleteReadError as error:
            raise EOFError("Redis closed the connection") from error
        return data[:-2].decode()

    def close(self) -> None:
        self._writer.close()
