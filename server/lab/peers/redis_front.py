"""Server-sent events before Redis: the small program that every user of Redis writes, here ours, in asyncio on uvloop.

`POST /write` publishes or appends an event; `GET /events/7` streams what is for all and for follower 7. One connection to Redis reads for all
streams. By streams of Redis, an event has its entry's id, and Last-Event-ID reads from there on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

import uvloop

from ...supervision import begin
from .redis_protocol import Redis, RedisError

STREAM: Final = "peers"
KEPT: Final = "10000"  # entries of the stream, about
AGAIN_AFTER: Final = 0.1  # seconds, when Redis is away
LOST: Final = (OSError, EOFError, RedisError)
ALL: Final = "room"
OPENED: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n:\n\n"
)


class Front:
    """Who follows, and where in the stream it has read."""

    def __init__(self, redis_port: int, *, streams: bool) -> None:
        self._port = redis_port
        self._streams = streams
        self._followers: dict[str, set[asyncio.StreamWriter]] = {}
        self._commands: Redis | None = None
        self._read_to: str | None = None
        self._connecting = asyncio.Lock()
        self.knows_its_place = asyncio.Event()
        """Set when it has read where the stream ends: who follows before that would miss what came meanwhile."""
        if not streams:
            self.knows_its_place.set()

    async def keep_reading(self) -> None:
        """Read from Redis for all streams, and again whenever its connection ends."""
        while True:
            try:
                redis = await Redis.connect(self._port)
                try:
                    await (self._read_stream(redis) if self._streams else self._subscribe(redis))
                finally:
                    redis.close()
            except LOST as error:
                print("redis", error, file=sys.stderr)
            await asyncio.sleep(AGAIN_AFTER)

    async def _subscribe(self, redis: Redis) -> None:
        redis.send("PSUBSCRIBE", f"{STREAM}:*")
        while True:
            answer = await redis.read()
            if answer[0] == "pmessage":
                self._send(answer[2].partition(":")[2], _frame(answer[3]))

    async def _read_stream(self, redis: Redis) -> None:
        if self._read_to is None:
            newest = await redis.ask("XREVRANGE", STREAM, "+", "-", "COUNT", "1")
            self._read_to = newest[0][0] if newest else "0-0"
            self.knows_its_place.set()
        while True:
            answer = await redis.ask(
                "XREAD", "COUNT", "100", "BLOCK", "5000", "STREAMS", STREAM, self._read_to
            )
            for name, fields in answer[0][1] if answer else ():
                self._read_to = name
                self._send(fields[1], _frame(fields[3], name))

    def _send(self, to: str, frame: bytes) -> None:
        names = self._followers if to == ALL else [to]
        for name in names:
            for writer in self._followers.get(name, ()):
                if (
                    not writer.is_closing()
                ):  # uvloop raises RuntimeError where a connection has ended
                    writer.write(frame)

    async def write(self, value: dict[str, str]) -> None:
        """Raises one of LOST."""
        redis = await self._connected()
        try:
            if self._streams:
                fields = ("to", value["to"], "event", value["event"])
                await redis.ask("XADD", STREAM, "MAXLEN", "~", KEPT, "*", *fields)
            else:
                await redis.ask("PUBLISH", f"{STREAM}:{value['to']}", value["event"])
        except LOST:
            self._commands = None
            raise

    async def follow(self, name: str, after: str, writer: asyncio.StreamWriter) -> None:
        """First what the stream has after this id, then what comes."""
        writer.write(OPENED)
        if self._streams and after:
            redis = await self._connected()
            while after != self._read_to and self._read_to is not None:
                begin_at, end_at = f"({after}", self._read_to
                for entry, fields in await redis.ask("XRANGE", STREAM, begin_at, end_at):
                    if fields[1] in (ALL, name):
                        writer.write(_frame(fields[3], entry))
                after = end_at
        self._followers.setdefault(name, set()).add(writer)

    def forget(self, name: str, writer: asyncio.StreamWriter) -> None:
        self._followers.get(name, set()).discard(writer)

    async def _connected(self) -> Redis:
        async with self._connecting:
            if self._commands is None:
                self._commands = await Redis.connect(self._port)
            return self._commands


def _frame(event: str, name: str = "") -> bytes:
    head = f"id: {name}\n" if name else ""
    return f"{head}data: {event}\n\n".encode()


async def serve(port: int, redis_port: int, *, streams: bool) -> None:
    front = Front(redis_port, streams=streams)
    reading = begin(front.keep_reading(), "reader of Redis")

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        followed = ""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().split("\r\n")
                headers = {
                    name.lower(): text.strip()
                    for name, _, text in (line.partition(":") for line in lines)
                }
                method, path, _ = first.split(" ")
                if method == "GET":
                    followed = path.rpartition("/")[2]
                    await front.follow(followed, headers.get("last-event-id", ""), writer)
                    continue
                body = await reader.readexactly(int(headers["content-length"]))
                try:
                    await front.write(json.loads(body))
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                except LOST:
                    writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        except LOST:
            pass  # the client, or Redis, is gone
        finally:
            front.forget(followed, writer)
            writer.close()

    await front.knows_its_place.wait()
    server = await asyncio.start_server(accept, "127.0.0.1", port)
    async with server:
        await asyncio.gather(server.serve_forever(), reading)


if __name__ == "__main__":
    listening, behind, kind = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(listening), int(behind), streams=kind == "streams"))
