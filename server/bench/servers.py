"""What streams are opened on: a relay, and the two floors of streams. All are measured in the same way."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import psutil

from ..identity.tokens import Tokens
from ..settings import Settings
from ..tools import nchan
from ..tools.http import Client
from ..tools.relays import RelayProcess
from ..tools.workbench import Psql, Workbench
from ..tools.worker import worker
from ..types import UserId

SEATS: Final = 50
"""In each room: fewer than make a room's roster a number."""
MESSAGE: Final = "insert into messages (room_id, user_id, body) values (%s, %s, %s)"
READY: Final = "event: snapshot"


class Server(NamedTuple):
    """A process that is measured, its port, and the requests that open streams.

    `ready` is what tells that a stream has begun; `write` writes an event with this mark to all streams.
    """

    process: psutil.Process
    port: int
    requests: Sequence[str]
    ready: str
    write: Callable[[int], Awaitable[object]] | None = None


class Users:
    """Users of the run with tokens, made in the database, which costs the relay nothing."""

    def __init__(self, bench: Workbench, psql: Psql) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._bench = bench
        self._psql = psql
        self._tokens = Tokens.from_settings(Settings(jwt_secret=self.secret), self.secret)

    async def make(self, kind: str, many: int) -> dict[int, str]:
        """New users: {id: token}."""
        names = [f"lab {self._bench.run} {kind} {number}" for number in range(many)]
        made = await self._psql.execute(
            "insert into users (username) select unnest(%s::text[]) returning id", (names,)
        )
        return {row[0]: self._tokens.issue(UserId(row[0])) for row in await made.fetchall()}


def stream_request(room: int, token: str) -> str:
    return (
        f"GET /rooms/{room}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Accept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    )


@asynccontextmanager
async def relay_for(bench: Workbench, users: Users, streams: int) -> AsyncIterator[RelayProcess]:
    """A new relay that accepts the tokens of these users, and this many streams of each."""
    async with bench.relay(grace=60, jwt_secret=users.secret, streams_per_user=streams) as relay:
        yield relay


@asynccontextmanager
async def one_room(bench: Workbench, streams: int) -> AsyncIterator[Server]:
    """A relay with a room of 50 seats, which all follow, several streams each. An event is a chat message, written in psql."""
    async with await bench.psql() as psql:
        users = Users(bench, psql)
        async with relay_for(bench, users, streams) as relay:
            room = await bench.room(psql)
            tokens = await users.make(f"room {room} follower", min(SEATS, streams))
            await take_seats(psql, room, list(tokens))
            requests = [stream_request(room, token) for token in tokens.values()]
            author = next(iter(tokens))

            async def write(mark: int) -> None:
                await psql.execute(MESSAGE, (room, author, f"mark-{mark}! {'hello ' * 10}"))

            opened = [requests[number % len(requests)] for number in range(streams)]
            yield Server(psutil.Process(relay.pid), relay.place.port, opened, READY, write)
            await bench.clear(psql, room)


async def one_follows(
    bench: Workbench, psql: Psql, users: Users, relays: Sequence[RelayProcess], streams: int
) -> tuple[int, list[Server], Callable[[int], Awaitable[object]]]:
    """A room, the streams to open on each relay, and what writes a chat message with a mark."""
    room = await bench.room(psql)
    tokens = await users.make(f"room {room} follower", min(SEATS, streams * len(relays)))
    await take_seats(psql, room, list(tokens))
    requests = [stream_request(room, token) for token in tokens.values()]
    author = next(iter(tokens))

    async def write(mark: int) -> None:
        await psql.execute(MESSAGE, (room, author, f"mark-{mark}! {'hello ' * 10}"))

    servers = [
        Server(
            psutil.Process(relay.pid),
            relay.place.port,
            [requests[(place * streams + number) % len(requests)] for number in range(streams)],
            READY,
        )
        for place, relay in enumerate(relays)
    ]
    return room, servers, write


@asynccontextmanager
async def joined_room(
    bench: Workbench, psql: Psql, users: Users, relay: RelayProcess, followers: int
) -> AsyncIterator[tuple[int, Server]]:
    """A new room on this relay with this many followers, each with a seat and a stream."""
    room = await bench.room(psql)
    tokens = await users.make(f"room {room} follower", followers)
    await take_seats(psql, room, list(tokens))
    requests = [stream_request(room, token) for token in tokens.values()]
    yield room, Server(psutil.Process(relay.pid), relay.place.port, requests, READY)
    await bench.clear(psql, room)


@asynccontextmanager
async def many_rooms(bench: Workbench, streams: int) -> AsyncIterator[Server]:
    """A relay with as many users, each with a stream, in rooms of 50. Nothing happens in them."""
    async with await bench.psql() as psql:
        users = Users(bench, psql)
        async with relay_for(bench, users, streams) as relay:
            requests = []
            rooms = []
            for begin in range(0, streams, SEATS):
                room = await bench.room(psql)
                rooms.append(room)
                tokens = await users.make(f"room {room} follower", min(SEATS, streams - begin))
                await take_seats(psql, room, list(tokens))
                requests += [stream_request(room, token) for token in tokens.values()]
            yield Server(psutil.Process(relay.pid), relay.place.port, requests, READY)
            for room in rooms:
                await bench.clear(psql, room)


@asynccontextmanager
async def bare_loop(
    bench: Workbench, streams: int, *, answer: int = 200, size: int = 600
) -> AsyncIterator[Server]:
    """Transports of uvloop and nothing else: a stream begins with `answer` bytes, an event has `size`."""
    async with worker("the loop", f"{__package__}.loop", bench.folder / "loop.log") as process:
        port = await process.ask("listen", answer=answer)

        async def write(mark: int) -> None:
            await process.ask("write", mark=mark, size=size)

        requests = ["GET / HTTP/1.1\r\n\r\n"] * streams
        yield Server(psutil.Process(process.pid), port, requests, "snapshot", write)


@asynccontextmanager
async def nginx_nchan(bench: Workbench, streams: int, *, size: int = 600) -> AsyncIterator[Server]:
    """nginx with nchan. Only where it is installed."""
    async with nchan.nchan(bench.folder, streams) as running, Client(running.place) as client:

        async def write(mark: int) -> None:
            text = f"mark-{mark}! ".ljust(size - len('data: ""\n\n'), "x")
            (await client.ask("POST", "/write", text)).accepted()

        requests = [nchan.REQUEST] * streams
        yield Server(running.worker, running.place.port, requests, "200 OK", write)


async def take_seats(
    psql: Psql, room: int, users: Sequence[int], *, role: str | None = None
) -> None:
    """Without a role they are on stage, as the stage of these rooms is open."""
    await psql.execute(
        "insert into participants (room_id, user_id, role) select %s, unnest(%s::bigint[]), %s",
        (room, list(users), role),
    )
