"""The rooms that the database assigns to a node: each is hosted from then on, until its seat in it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

from ...postgres.wakeup_events import WakeupEvents
from ...supervision import Supervisor
from ...token_bucket import TokenBucket
from ...types import PeerId, RoomId
from .lease import NodeLease

ENDS_WITHIN: Final = 3.0
"""Seconds in which the rooms must end, by default. Without a database they cannot."""

BEATS_PER_S: Final = 5.0  # heartbeats that notifications can cause; anybody can send a notification
BEATS_AT_ONCE: Final = 20

RESTARTED_AFTER: Final = 1.5  # seconds after which a room that failed is hosted again: longer than the time between two heartbeats


class AssignedRooms:
    """`host` hosts one room with the session of the node's seat; `on_change` is called whenever the lease has changed."""

    def __init__(
        self,
        lease: NodeLease,
        wakeups: WakeupEvents,
        host: Callable[[RoomId, PeerId], Coroutine[Any, Any, None]],
        on_change: Callable[[], None] = lambda: None,
        ends_within: float = ENDS_WITHIN,
    ) -> None:
        self._lease = lease
        self._wakeups = wakeups
        self._host = host
        self._on_change = on_change
        self._ends_within = ends_within
        self._running: dict[tuple[RoomId, PeerId], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Host rooms until cancelled."""
        with self._wakeups.of_node(self._lease.node) as notified:
            tasks = Supervisor()
            tasks.keep(partial(self._beat_when_notified, notified), "wait for new rooms")
            try:
                while True:
                    await self._lease.changed.wait()
                    self._lease.changed.clear()
                    self._host_new_rooms(tasks)
                    self._on_change()
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._ends_within):
                        await tasks.close()

    async def _beat_when_notified(self, notified: asyncio.Event) -> None:
        """When a notification says that a room was assigned, write a heartbeat now: it returns the assigned rooms."""
        throttle = TokenBucket(BEATS_PER_S, BEATS_AT_ONCE)
        while True:
            await notified.wait()
            await throttle.turn()
            notified.clear()
            self._lease.beat_now()

    def _host_new_rooms(self, tasks: Supervisor) -> None:
        """Start to host the rooms that were assigned. Those that were taken away end by themselves, when the node's seat ends."""
        for key in self._lease.rooms.items():
            if key not in self._running:
                # A fault in one room must not end the others.
                task = tasks.once(self._host(*key), f"room {key[0]}")
                self._running[key] = task
                task.add_done_callback(partial(self._done, key))

    def _done(self, key: tuple[RoomId, PeerId], task: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        # If the room is still assigned then, it ended by a fault and is hosted again. If it moved, a heartbeat has removed it.
        asyncio.get_running_loop().call_later(RESTARTED_AFTER, self._lease.changed.set)
