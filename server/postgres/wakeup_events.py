"""Which rooms and nodes a process waits for: one `asyncio.Event` for each, set by the notifications of one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ..types import NodeId, RoomId
from .listener import Listener, Resync
from .notifications import NodeAssigned, RoomChanged

Topic = tuple[str, object]
"""("room", id) or ("node", id)."""


class WakeupEvents:
    """Runs a listener. A resync sets all events: their rooms' logs have to be read again.

    `on_connected` is called whenever LISTEN has come into force.
    """

    def __init__(self, listener: Listener, on_connected: Callable[[], None]) -> None:
        self.listener = listener
        self._on_connected = on_connected
        self._waiting: dict[Topic, set[asyncio.Event]] = {}

    def of_room(self, room: RoomId) -> AbstractContextManager[asyncio.Event]:
        """An event that is set when the room's log may have grown, until the block ends."""
        return self._event(("room", room))

    def of_node(self, node: NodeId) -> AbstractContextManager[asyncio.Event]:
        """An event that is set when this node may have been assigned a room, until the block ends."""
        return self._event(("node", node))

    @contextmanager
    def _event(self, topic: Topic) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        events = self._waiting.setdefault(topic, set())
        events.add(event)
        try:
            yield event
        finally:
            events.discard(event)
            if not events:
                del self._waiting[topic]

    async def run(self) -> None:
        """Set the events that notifications are about, until cancelled."""
        async for wakeup in self.listener.wakeups():
            match wakeup:
                case RoomChanged(room=room):
                    self._set(("room", room))
                case NodeAssigned(node=node):
                    self._set(("node", node))
                case Resync(fresh=fresh):
                    if fresh:
                        self._on_connected()
                    for topic in self._waiting:
                        self._set(topic)
                case _:
                    pass  # for relays

    def _set(self, topic: Topic) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()
