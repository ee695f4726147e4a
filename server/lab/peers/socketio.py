"""Socket.IO 4 on Node, with its own client: in memory, and with its adapter for PostgreSQL in the article's order of things."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg.conninfo import conninfo_to_dict

from ...tools.network import Place, Tally
from ...tools.processes import free_port
from .database import make_tables
from .lane import About, Arrivals, Lane, Setting, Surroundings
from .node_clients import NodeClients, unix_time
from .npm import WITHOUT_BUFFERUTIL, node, versions
from .plan import Act
from .process import Process
from .refusals import NotAccepted

HERE: Final = Path(__file__).parent
BELOW: Final = ("engine.io", "engine.io-client", "ws", "engine.io-client/ws")
"""Packages below Socket.IO that do most of its work: a WebSocket server, and at the client another release of it."""
FASTEST: Final = (
    "transports: ['websocket'] at both ends, bufferutil, and no first request kept (its documentation: Client options;"
    " Performance tuning; Memory usage)"
)
FASTEST_ROWS: Final = (
    f"{FASTEST}; a prepared statement (node-postgres: Queries), and synchronous_commit = off"
    " (PostgreSQL manual, 28.4)"
)
NO_RECOVERY: Final = (
    "none: the adapter does not support connection state recovery (its documentation)"
)


class Variant(NamedTuple):
    """In memory, or with the adapter; and how it is set."""

    setting: Setting
    adapter: bool


def about(variant: Variant) -> About:
    system = "socket.io-postgres" if variant.adapter else "socket.io"
    label = "Socket.IO + PostgreSQL" if variant.adapter else "Socket.IO in memory"
    default = "its defaults: long-polling at first, then WebSocket"
    recovery = "connectionStateRecovery, and its client connects again"
    set_to, suffix = {
        "default": (default, ""),
        "fastest": (FASTEST_ROWS if variant.adapter else FASTEST, "fastest"),
        "recovery": (f"{default}; connectionStateRecovery: {{}}", "recovery"),
    }[variant.setting]
    if variant.adapter:
        recovery = NO_RECOVERY
    elif variant.setting != "recovery":
        recovery = "off by default"
    return About(
        system,
        f"{system}-{suffix}" if suffix else system,
        f"{label}, {suffix}" if suffix else label,
        variant.setting,
        set_to,
        recovery,
    )


class SocketIo(Lane):
    def __init__(self, variant: Variant, around: Surroundings) -> None:
        super().__init__(around)
        self.about = about(variant)
        self.has_database = variant.adapter
        self._variant = variant
        self._place = Place(free_port())
        self._clients: NodeClients | None = None

    async def start(self) -> None:
        program = node()
        needed = ["socket.io", "socket.io-client"]
        needed += ["@socket.io/postgres-adapter", "pg"] if self._variant.adapter else []
        needed += ["bufferutil"] if self._variant.setting == "fastest" else []
        folder = await self.around.modules.having(*needed)
        self.versions = versions(folder, *needed, *BELOW)
        if self._variant.adapter:
            self.versions["postgresql"] = await make_tables(self.around.bench)
        ours = ("socketio_server.mjs", "socketio_clients.mjs")
        serve, connect = ((program, str(HERE / name), str(folder)) for name in ours)
        without = {} if self._fastest else WITHOUT_BUFFERUTIL
        self.server = Process(
            "Socket.IO",
            (*serve, json.dumps(self._settings())),
            self.folder / "server.log",
            self._place,
            without,
        )
        await self.server.start()
        self._clients = NodeClients(connect, self.folder / "clients.log", without)
        await self._clients.start()

    def _settings(self) -> dict[str, object]:
        database = None
        if self._variant.adapter:
            known = conninfo_to_dict(self.around.bench.admin_url)
            database = {"host": known["host"], "user": known["user"], "database": known["dbname"]}
            if self._fastest:
                database["options"] = "-c synchronous_commit=off"
        return {
            "port": self._place.port,
            "recovery": self._variant.setting == "recovery",
            "fastest": self._fastest,
            "database": database,
        }

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self._ask("follow", numbers=[*numbers], place=str(place), fastest=self._fastest)

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        place = str(self._place)
        answer = await self._ask(
            "write", participant=participant, place=place, fastest=self._fastest, to=to, event=event
        )
        if "refused" in answer:
            raise NotAccepted(str(answer["refused"]))
        self.began[key] = unix_time(answer["began"])
        return key

    async def arrivals(self) -> list[Arrivals]:
        answer = await self._ask("arrivals")
        return [
            {key: [unix_time(at) for at in times] for key, times in each.items()}
            for each in answer["followers"]
        ]

    async def seen(self, follower: int, key: str) -> None:
        await self._ask("seen", follower=follower, key=key)

    def clients(self) -> Sequence[int]:
        return [] if self._clients is None else [self._clients.pid]

    async def following(self) -> int:
        return int(await self._ask("following"))

    async def tally(self) -> Tally:
        return Tally(**await self._ask("tally"))

    async def stop(self) -> None:
        if self._clients is not None:
            await self._clients.stop()
        await super().stop()

    @property
    def _fastest(self) -> bool:
        return self._variant.setting == "fastest"

    async def _ask(self, do: str, **given: object) -> Any:
        assert self._clients is not None
        return await self._clients.ask(do, **given)
