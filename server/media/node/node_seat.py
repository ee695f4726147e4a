"""The node's seat in a room: the events of the room's log, and the signals to its participants."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from ...backoff import backoff
from ...types import Cursor, PeerId, RoomId
from ..signaling.client import ConnectionLost, Refused, SignalingClient
from ..signaling.events import Event, SignalKind, event_of, snapshot_of
from ..signaling.outbox import Outbox, Outgoing

log = logging.getLogger(__name__)


class NodeSeat:
    """A seat that the database gave to this node. Signals are written while `write_signals` runs."""

    def __init__(self, client: SignalingClient, room: RoomId, peer: PeerId) -> None:
        self.room = room
        self.peer = peer
        self._client = client
        self._outbox = Outbox(client, self._refused)
        self.write_signals = self._outbox.run

    def send(self, to_peer: PeerId, kind: SignalKind, body: Any) -> None:
        """Write a signal after those before it. Does not wait."""
        self._outbox.put(Outgoing(self.room, self.peer, to_peer, kind, body))

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events of the room, a snapshot first, until the seat is no longer this node's."""
        cursor: Cursor | None = None
        attempt = 0
        while True:
            try:
                following = self._client.follow(self.room, self.peer, cursor)
                async with aclosing(following) as frames:
                    async for frame in frames:
                        attempt = 0
                        if frame.event == "bye":
                            return
                        cursor = frame.cursor or cursor
                        event = (
                            snapshot_of(self.room, self.peer, frame.data)
                            if frame.event == "snapshot"
                            else event_of(frame)
                        )
                        if event is not None:
                            yield event
            except ConnectionLost as lost:
                log.info("room %s: %s; trying again", self.room, lost)
            except Refused as refused:
                log.info("room %s is no longer hosted here: %s", self.room, refused)
                return
            await asyncio.sleep(backoff(attempt))
            attempt += 1

    def _refused(self, signal: Outgoing, refused: Refused) -> None:
        log.info("the node's %s in room %s was refused: %s", signal.kind, self.room, refused)
