"""The room of the drills of edges: people who talk and listen to each other, by WebRTC.

Only the drills that need it import this: aiortc takes longer to load than everything else of a drill together.
"""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from typing import Final

from ..media.room_session import RoomSession, room_session
from ..media.rtp import RtpPacket
from ..media.signaling.database_client import DatabaseConnections
from ..media.signaling.events import Seat
from ..media.sounds import tone
from ..tools.waiting import ONE_TURN, PATIENCE, TimeLimit, until
from ..types import RoomId
from .environment import Psql

HEARD: Final = 25  # packets: half a second of audio


class Ear:
    """Counts the packets that one participant receives; `longest_gap` is the longest time between two, in seconds."""

    def __init__(self) -> None:
        self.packets = 0
        self.longest_gap = 0.0
        self._last: float | None = None

    def __call__(self, _seat: Seat, _packet: RtpPacket) -> None:
        now = time.monotonic()
        if self._last is not None:
            self.longest_gap = max(self.longest_gap, now - self._last)
        self.packets, self._last = self.packets + 1, now


class Evening:
    """The room: its `stage` and its `audience`, with what each of them hears. `oldest_beat` is the greatest age of a heartbeat of the stage's node, in seconds."""

    def __init__(self, psql: Psql, room: int) -> None:
        self.room = room
        self.stage: list[tuple[RoomSession, Ear]] = []
        self.audience: list[tuple[RoomSession, Ear]] = []
        self.oldest_beat = 0.0
        self._psql = psql

    async def begin(
        self, stack: AsyncExitStack, database: DatabaseConnections, *, speakers: int, listeners: int
    ) -> None:
        """Let so many speakers and listeners enter."""
        for number in range(speakers + listeners):
            ear, speaks = Ear(), number < speakers
            session = room_session(
                await database.client(f"edge drill {number}"),
                RoomId(self.room),
                sound=tone(440 + 220 * number) if speaks else None,
                role=None if speaks else "AUDIENCE",
                on_packet=ear,
            )
            group = self.stage if speaks else self.audience
            group.append((await stack.enter_async_context(session), ear))

    async def all_hear(self) -> bool:
        """Wait until everybody has heard half a second more."""
        ears = [ear for _, ear in (*self.stage, *self.audience)]
        before = [ear.packets for ear in ears]

        async def hear() -> bool:
            await self._look_at_stage()
            return all(ear.packets >= than + HEARD for ear, than in zip(ears, before, strict=True))

        return await until(hear)

    async def edges(self) -> dict[int, int]:
        """How many listeners each edge serves, by its process id."""
        found = await self._psql.execute(
            "select split_part(n.address, ' ', 2)::int, count(*) from participants p"
            " join assignments a on a.peer_id = p.edge join nodes n on n.id = a.node_id"
            " where p.room_id = %s group by 1",
            (self.room,),
        )
        return {int(process): int(many) for process, many in await found.fetchall()}

    def connections(self) -> list[object]:
        """What each listener is connected by; None for who is not connected."""
        nodes = [session.routes.node for session, _ in self.audience]
        return [node.connection if node and node.connection.connected else None for node in nodes]

    async def moved(self, before: list[object]) -> float | None:
        """Wait until all listeners are connected by other connections than these. After how many seconds that was; None: it never was."""
        limit = TimeLimit(PATIENCE, most_at_once=ONE_TURN)

        async def moved() -> bool:
            await self._look_at_stage()
            now = self.connections()
            return all(new not in (None, old) for new, old in zip(now, before, strict=True))

        return limit.passed if await until(moved, limit) else None

    async def _look_at_stage(self) -> None:
        age = "select extract(epoch from clock_timestamp() - heartbeat_at)::float8 from nodes where kind = 'sfu'"
        for (seconds,) in await (await self._psql.execute(age)).fetchall():
            self.oldest_beat = max(self.oldest_beat, seconds)

    def reasons(self) -> list[str | None]:
        """Why sessions of this room have ended, if any have."""
        everybody = (session for session, _ in (*self.stage, *self.audience))
        return [session.reason for session in everybody if session.ended.is_set()]
