"""The bells of a database, for those who follow rooms without a relay: one LISTEN connection for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Final

import psycopg

from ...backoff import backoff
from ...postgres.notifications import CHANNEL, NodeAssigned, NotificationParser, RoomChanged
from ...types import NodeId, RoomId
from .login import log_in

PROBE_EVERY: Final = 10.0  # seconds of silence, then the connection must prove that it lives

Place = tuple[str, object]
"""What rings: ("room", id) or ("node", id)."""

log = logging.getLogger(__name__)


class Bells:
    """Rings an event for each room (or node) that somebody listens for.

    A bell can be missed (PostgreSQL manual, LISTEN): after every (re)connect and every ten silent seconds all
    of them ring, so that whoever waits looks at the log again. A missed bell costs a delay, never an event.
    """

    def __init__(self, url: str, on_connected: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self.parser = NotificationParser()
        self._on_connected = on_connected
        self._listening: dict[Place, set[asyncio.Event]] = {}

    def of(self, room: RoomId) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever the room rings, until the block ends."""
        return self._listen(("room", room))

    def of_node(self, node: NodeId) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever this node is given a room, until the block ends."""
        return self._listen(("node", node))

    @contextmanager
    def _listen(self, place: Place) -> Iterator[asyncio.Event]:
        rings = asyncio.Event()
        self._listening.setdefault(place, set()).add(rings)
        try:
            yield rings
        finally:
            self._listening[place].discard(rings)
            if not self._listening[place]:
                del self._listening[place]

    async def run(self) -> None:
        """Listen until cancelled, however often the database goes away."""
        attempt = 0
        while True:
            try:
                async with await log_in(self._url, "bells") as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    attempt = 0
                    self._on_connected()
                    while True:
                        self._ring_all()
                        async with aclosing(connection.notifies(timeout=PROBE_EVERY)) as notifies:
                            async for notify in notifies:
                                self._ring(notify.payload)
                        await connection.execute("select 1")
            except psycopg.Error as error:
                log.info("the bells fell silent: %s", str(error).strip())
            await asyncio.sleep(backoff(attempt, most=2.0))
            attempt += 1

    def _ring(self, payload: str) -> None:
        place: Place
        match self.parser.parse(payload):
            case RoomChanged(room=room):
                place = ("room", room)
            case NodeAssigned(node=node):
                place = ("node", node)
            case _:
                return
        for rings in self._listening.get(place, ()):
            rings.set()

    def _ring_all(self) -> None:
        for listening in self._listening.values():
            for rings in listening:
                rings.set()
