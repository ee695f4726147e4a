"""Redis behind server-sent events: publish and subscribe, which keeps nothing, and streams, which keep every event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...tools.network import Place
from ...tools.processes import PYTHON, free_port
from ...tools.program_versions import program_version
from .debian import required
from .followers import FollowedHere, StreamFollower
from .lane import About, Setting, Surroundings
from .plan import Act
from .posting import Posting
from .process import Process

ABOUT: Final[dict[Setting, About]] = {
    "default": About(
        "redis",
        "redis",
        "Redis pub/sub behind SSE",
        "default",
        "its defaults; also the fastest setting: nothing is kept (its documentation: Pub/Sub)",
        "none: pub/sub delivers at most once",
    ),
    "recovery": About(
        "redis",
        "redis-streams",
        "Redis streams behind SSE",
        "recovery",
        "appendonly yes (its documentation: Persistence)",
        "Last-Event-ID is the id of the stream’s entry",
    ),
}


class RedisLane(FollowedHere):
    has_database = True

    def __init__(self, setting: Setting, around: Surroundings) -> None:
        super().__init__(around)
        self.about = ABOUT[setting]
        self._streams = setting == "recovery"
        self._place, self._redis_place = Place(free_port()), Place(free_port())
        self._posting = Posting(self._place)
        self.server: Process | None = None
        self._redis: Process | None = None

    async def start(self) -> None:
        program = required("redis-server", "redis-server")
        self.versions = {"redis-server": await program_version(program, "--version")}
        port = str(self._redis_place.port)
        flags = ("--port", port, "--bind", "127.0.0.1", "--dir", str(self.folder))
        keeping = ("--appendonly", "yes") if self._streams else ()
        log_file = self.folder / "redis.log"
        command = (program, *flags, *keeping)
        self._redis = Process("redis-server", command, log_file, self._redis_place)
        await self._redis.start()
        kind = "streams" if self._streams else "pubsub"
        module = f"{__package__}.redis_front"
        front = (*PYTHON, module, str(self._place.port), port, kind)
        self.server = Process("the front of Redis", front, self.folder / "front.log", self._place)
        await self.server.start()

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self.followers.start([StreamFollower(place, f"/events/{n}") for n in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        value = {"to": "room" if to is None else str(to), "event": event}
        await self._posting.post(participant, "/write", value)
        return key

    async def kill_database(self) -> None:
        assert self._redis is not None
        await self._redis.kill()

    async def start_database(self) -> None:
        assert self._redis is not None
        await self._redis.start()

    async def restart_database(self) -> None:
        """It saves what it is set to save, and ends by SIGTERM."""
        assert self._redis is not None
        await self._redis.stop()
        await self._redis.start()

    def databases(self) -> Sequence[int]:
        assert self._redis is not None
        return [self._redis.pid]

    async def close_participants(self) -> None:
        await self._posting.close()

    async def stop(self) -> None:
        await super().stop()
        if self._redis is not None:
            await self._redis.stop()
