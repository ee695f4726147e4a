"""The idle lane: the least a server can do. What varies here is the machine, and no system.

A process of asyncio on uvloop that writes each line it gets to all its TCP connections, or to one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

import uvloop

from ...tools.network import Network, Place
from ...tools.processes import PYTHON, free_port
from .followers import FollowedHere, Follower
from .lane import About, Surroundings
from .plan import Act
from .process import Process
from .refusals import NotAccepted

ABOUT: Final = About(
    "floor",
    "floor",
    "the floor: bare TCP",
    "default",
    "a process of asyncio on uvloop that writes what it gets to all connections",
    "none",
)
WITHIN: Final = 10.0  # seconds for an acknowledgement


class FloorFollower(Follower):
    def __init__(self, place: Place, number: int) -> None:
        super().__init__()
        self._place = place
        self._number = number

    async def follow(self) -> None:
        connection = await Network(self.tally).connect_tcp(self._place.host, self._place.port)
        try:
            connection.send(f'{{"follow": {self._number}}}\n'.encode())
            rest = b""
            while True:
                *lines, rest = (rest + await connection.read()).split(b"\n")
                for line in lines:
                    message = json.loads(line)
                    if "key" in message:
                        self.arrived(message["key"], connection.arrived_at)
                    else:
                        self.follows.set()
        finally:
            connection.close()


class Floor(FollowedHere):
    about = ABOUT

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._place = Place(free_port())
        self._writers: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def start(self) -> None:
        command = (*PYTHON, __name__, str(self._place.port))
        self.server = Process("the floor", command, self.folder / "floor.log", self._place)
        await self.server.start()
        self.versions = {"python": sys.version.split()[0]}

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self.followers.start([FloorFollower(place, number) for number in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        try:
            async with asyncio.timeout(WITHIN):
                if participant not in self._writers:
                    self._writers[participant] = await asyncio.open_connection(
                        self._place.host, self._place.port
                    )
                reader, writer = self._writers[participant]
                writer.write(f'{{"to": {json.dumps(to)}, "event": {event}}}\n'.encode())
                if not await reader.readline():
                    raise EOFError
        except (OSError, EOFError, TimeoutError) as error:
            broken = self._writers.pop(participant, None)
            if broken is not None:
                broken[1].close()
            raise NotAccepted(str(error)) from error
        return key

    async def close_participants(self) -> None:
        for _, writer in self._writers.values():
            writer.close()


async def serve(port: int) -> None:
    """The process itself."""
    followers: dict[int, asyncio.StreamWriter] = {}

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                message = json.loads(line)
                if "follow" in message:
                    followers[message["follow"]] = writer
                    writer.write(b"{}\n")
                    continue
                frame = json.dumps(message["event"]).encode() + b"\n"
                to = message["to"]
                for number, each in followers.items():
                    # uvloop raises RuntimeError where a connection has ended
                    if to in (None, number) and not each.is_closing():
                        each.write(frame)
                writer.write(b"{}\n")
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1])))
