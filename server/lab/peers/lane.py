"""What the lab asks of every system: start, follow, join, signal, leave, measure, stop; and to be broken: cut, killed, started again.

A *lane* is one system with one setting. Its followers keep when each event arrived, by the key that the write returned.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final, Literal, NamedTuple

import psutil

from ...supervision import finished
from ...tools.database_server import DatabaseServer
from ...tools.network import Place, Tally
from ...tools.usage import memory_with_children, processor_with_children
from ...tools.waiting import in_thread
from ...tools.workbench import Workbench
from ...tools.worker import Broken
from .bodies import BODIES
from .cuttable import CuttableProxy
from .npm import Modules
from .plan import Act
from .process import Process

PARTICIPANTS: Final = 4
"""Who join and leave, in turns: so a slow write delays only one of them."""

Arrivals = dict[str, list[float]]
"""When (Unix time) the event with each key arrived; twice if it came twice."""
Setting = Literal["default", "fastest", "recovery"]


class Use(NamedTuple):
    """What was used so far: seconds of processor, None where there is no such process; bytes of memory; the followers' network."""

    server: float | None
    database: float | None
    memory: int
    tally: Tally


@dataclass(frozen=True)
class About:
    """What a lane is. `set_to` says what was set, and where its project's documentation says so; `recovery` what its clients resume by."""

    system: str
    name: str
    label: str
    setting: Setting
    set_to: str
    recovery: str
    followed: frozenset[Act] = field(default=frozenset({"join", "offer", "candidate", "leave"}))


class Surroundings(NamedTuple):
    """Where a lane runs: a PostgreSQL, a folder for its files, and where npm's packages are installed."""

    bench: Workbench
    folder: Path
    modules: Modules


class Lane(ABC):
    """One system, started and ended by the lab. Raises CannotStart from `start`, and NotAccepted from writes.

    `has_server`: between clients and database there is a process, `server`. `has_database`: the run's PostgreSQL, or one of its own, is part of it.
    """

    about: About
    has_server = True
    has_database = False

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.folder = around.folder
        self.server: Process | None = None
        self.proxy: CuttableProxy | None = None
        self.versions: dict[str, str] = {}
        self.began: dict[str, float] = {}
        """When (Unix time) writes were begun, where their clients are in another process."""
        self._keys = count(1)

    @abstractmethod
    async def start(self) -> None:
        """Start everything; the versions of what runs are in `versions`."""

    @abstractmethod
    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        """The followers with these numbers follow as well, each with its own connection, and follow again whenever it ends."""

    async def join(self, participant: int) -> str:
        """A participant joins; the key of the event. Returns when the system has acknowledged it."""
        return await self.write(participant, "join", None)

    async def signal(self, participant: int, kind: Act, follower: int) -> str:
        return await self.write(participant, kind, follower)

    async def leave(self, participant: int) -> str:
        return await self.write(participant, "leave", None)

    @abstractmethod
    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        """An event for all, or for one follower; its key."""

    @abstractmethod
    async def arrivals(self) -> list[Arrivals]:
        """Of each follower."""

    @abstractmethod
    async def seen(self, follower: int, key: str) -> None:
        """Returns when this follower has the event."""

    @abstractmethod
    async def following(self) -> int:
        """How many followers follow at this moment."""

    @abstractmethod
    async def tally(self) -> Tally:
        """What all followers sent and received."""

    async def kill_server(self) -> None:
        """SIGKILL to the server, and not to its database."""
        assert self.server is not None
        await self.server.kill()

    async def start_server(self) -> None:
        """Start the server that has ended, on the same port, with the data that it left."""
        assert self.server is not None
        await self.server.start()

    @property
    def ended(self) -> bool:
        """Whether the server has ended."""
        return self.server is not None and self.server.ended

    async def kill_database(self) -> None:
        """SIGKILL to all processes of the database: what it had in no file yet is lost."""
        await _to_its_end(self.postgres.kill)

    async def start_database(self) -> None:
        """Start the killed database, with the data that it left."""
        await _to_its_end(self.postgres.start)

    async def restart_database(self) -> None:
        """Stop the database in order, and start it again."""
        await _to_its_end(self.postgres.restart)

    @property
    def snapshots(self) -> int:
        """How often followers that came back were sent the whole state, because the log did not reach back; 0 for systems that cannot."""
        return 0

    def servers(self) -> Sequence[int]:
        """The ids of its processes, without its database."""
        return [] if self.server is None else [self.server.pid]

    def clients(self) -> Sequence[int]:
        """The ids of the processes of followers and participants, if they are not in this one."""
        return []

    def databases(self) -> Sequence[int]:
        """The ids of its database's first processes."""
        return [self.postgres.pid] if self.has_database else []

    @property
    def postgres(self) -> DatabaseServer:
        """The run's own."""
        assert self.around.bench.server is not None, "this lab starts its own PostgreSQL"
        return self.around.bench.server

    async def stop(self) -> None:
        """End everything; also when `start` failed."""
        if self.proxy is not None:
            await self.proxy.close()
        if self.server is not None:
            await self.server.stop()

    async def cut(self, seconds: float) -> None:
        """Reset all connections of followers, and accept none for so long."""
        assert self.proxy is not None
        with self.proxy.cut():
            await asyncio.sleep(seconds)

    async def measure(self) -> Use:
        """Raises Broken if one of its processes has ended."""
        servers, databases = self.servers(), self.databases()
        try:
            return Use(
                sum(map(processor_with_children, servers)) if servers else None,
                sum(map(processor_with_children, databases)) if databases else None,
                sum(map(memory_with_children, servers or databases)),
                await self.tally(),
            )
        except psutil.Error as error:
            raise Broken(f"a server has ended: {error}") from error

    async def reached(self, place: Place, *, through_proxy: bool) -> Place:
        """Where followers connect: the server itself, or a proxy before it that can be cut."""
        if not through_proxy:
            return place
        self.proxy = await CuttableProxy.before(place)
        return self.proxy.place

    def event(self, kind: Act, participant: int) -> tuple[str, str]:
        """The key of a new event, and the event as JSON: what every system without rows of its own transports."""
        key = f"{kind}-{next(self._keys)}"
        text = json.dumps({"key": key, "kind": kind, "from": participant, "body": BODIES.get(kind)})
        return key, text


async def _to_its_end(call: Callable[[], None]) -> None:
    """Also when cancelled: who stops PostgreSQL while another thread starts it would leave it behind."""
    await finished(in_thread(call), "PostgreSQL, stopped or started")
