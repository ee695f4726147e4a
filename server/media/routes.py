"""Which route a room's audio takes: the mesh, or the room's node.

A room changes its route while people talk. The new connections are made first, and the old ones are closed later
(`route_changes.py`). While no node is there, the connections stay as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Any

from ..backoff import backoff
from ..supervision import Supervisor
from ..types import PeerId
from .audio_connection import AudioOptions
from .edge_connection import EdgeConnection
from .mesh import Mesh, should_connect
from .node_connections import AnyNodeConnection, NodeConnections, RouteCallbacks
from .node_rules import EDGE, room_node_of, voice_of, voices_at, voices_now_at
from .route_changes import Old, Reached, closes_old_after
from .signaling.client import Ice
from .signaling.events import Seat, Signal

log = logging.getLogger(__name__)


@dataclass
class _Node:
    """A node with which there is a connection, or was one."""

    seat: Seat
    connection: AnyNodeConnection
    attempt: int = 0


class Routes:
    """Brought in line with the room by `update`. `ice` is called before each connection with a node."""

    def __init__(
        self,
        mesh: Mesh,
        ice: Callable[[], Awaitable[Ice]],
        audio: AudioOptions,
        callbacks: RouteCallbacks,
    ) -> None:
        self.mesh = mesh
        self.node: _Node | None = None
        """The node in use, or the one to which a connection is being made."""
        self._old_node: _Node | None = None  # kept for a while beside `node`
        self._callbacks = callbacks
        self._send = callbacks.send
        self._node_connections = NodeConnections(
            ice,
            audio,
            callbacks,
            self._needed,
            self._node_connected,
            self._node_heard,
            self._broken,
        )
        self._topology = "mesh"
        self._me: Seat | None = None
        self._seats: tuple[Seat, ...] = ()
        self._read: dict[PeerId, int] = {}
        self._updating = asyncio.Lock()  # one change after the other
        self._closing: asyncio.TimerHandle | None = None  # of the old connections
        self._tasks = Supervisor()

    async def update(self, me: Seat | None, seats: Iterable[Seat], topology: str) -> None:
        """Bring the connections in line with the room."""
        before, self._topology = self._topology, topology
        self._me, self._seats = me, tuple(seats)
        if topology != before:
            self._keep_old()
            if topology == "mesh":
                # Others may have closed the direct connections that we kept, so nobody keeps them.
                await self.mesh.update(me, ())
        await self._update_route()

    async def receive(self, signal: Signal) -> None:
        """Handle a signal: of a node, or of a participant in the mesh."""
        node = self._node_of(signal.from_peer)
        if node is None:
            await self.mesh.receive(signal)
        elif signal.id > self._read.get(signal.from_peer, 0):
            self._read[signal.from_peer] = signal.id
            if signal.kind == "bye":
                reason = str(signal.body.get("reason", "the node closed it"))
                self._broken(node.connection, reason)
            else:
                if signal.kind == "offer":
                    node = await self._offered(node)
                node.connection.receive(signal.kind, signal.body)

    async def log_lost(self) -> None:
        """The log was lost, and with it the signals that were on their way."""
        self._read.clear()
        if self.node is not None and not self.node.connection.connected:
            self._broken(self.node.connection, "the log was lost")
        await self.mesh.log_lost()

    def connected(self, seat: Seat) -> None:
        """A connection of the mesh was made. After the last one no node is needed."""
        if self._topology == "mesh" and self.node is not None:
            self._later(self._update_route())

    async def close(self) -> None:
        self._keep_old()
        self._close_nodes()
        await self.mesh.close()
        await self._tasks.finish()

    async def _offered(self, node: _Node) -> _Node:
        """The connection for an edge's offer: each but the first is for a new one."""
        async with self._updating:
            before = node.connection
            if node is not self.node or self._me is None or not isinstance(before, EdgeConnection):
                return node
            if before.offered:
                await self._open_node(node.seat, node.attempt)
                await self._update_connections(self._me)
            return self.node

    def _room_node(self) -> Seat | None:
        return room_node_of(self._seats, self._topology, self._me)

    def _node_of(self, peer: PeerId) -> _Node | None:
        return next((n for n in (self.node, self._old_node) if n and n.seat.peer == peer), None)

    async def _update_route(self, attempt: int = 0) -> None:
        async with self._updating:
            if self._me is None:
                self._close_nodes()
                await self.mesh.update(None, ())
                return
            seat = self._room_node()
            if seat is not None and (self.node is None or self.node.seat.peer != seat.peer):
                await self._open_node(seat, attempt)
            await self._update_connections(self._me)

    async def _update_connections(self, me: Seat) -> None:
        if self.node is not None:
            self.node.connection.receive_voices(voices_at(self.node.seat, me, self._seats))
        old: Old
        if self._topology == "mesh":
            await self.mesh.update(me, self._seats)
            old = "node" if self.node or self._old_node else "none"
        else:
            # Existing direct connections stay for now; the node connects us with everybody else.
            kept = self.mesh.connections()
            await self.mesh.update(me, [s for s in self._seats if s.peer in kept])
            old = "mesh" if kept else "none"
            if self._old_node is not None:
                old = "edge" if self._old_node.seat.kind == EDGE else "node"
        after = closes_old_after(
            topology=self._topology,
            node=self._reached(me),
            mesh_complete=self._is_mesh_complete(me),
            old=old,
            audible=me.audible,
        )
        if after is None:
            self._keep_old()
        else:
            self._close_old_later(after)

    def _reached(self, me: Seat) -> Reached:
        """Whether we are connected with the room's node, and hear from it everybody who is to be heard now."""
        seat, node = self._room_node(), self.node
        if seat is None or node is None or node.seat.peer != seat.peer:
            return "none"
        if not node.connection.connected:
            return "none"
        voices = voices_now_at(node.seat, me, self._seats)
        return "heard" if all(map(node.connection.hears, voices)) else "connected"

    def _is_mesh_complete(self, me: Seat) -> bool:
        connections = self.mesh.connections()
        return all(
            seat.peer in connections and connections[seat.peer].connected
            for seat in self._seats
            if seat.peer is not None and should_connect(me, seat)
        )

    def _close_old_later(self, after: timedelta) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + after.total_seconds()
        if due < (inf if self._closing is None else self._closing.when()):
            self._keep_old()
            self._closing = loop.call_at(due, lambda: self._later(self._close_old()))

    def _keep_old(self) -> None:
        """The old connections are not closed after all."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    async def _close_old(self) -> None:
        async with self._updating:
            self._closing = None
            if self._topology == "mesh":
                self._close_nodes()
                return
            self._close_old_node()
            await self.mesh.update(self._me, ())

    async def _open_node(self, seat: Seat, attempt: int) -> None:
        connection = await self._node_connections.connect(seat)
        if self.node is not None:
            if self.node.connection.connected:
                self._close_old_node()
                self._old_node = self.node
            else:
                self._close_node(self.node)
        self.node = _Node(seat, connection, attempt)

    def _needed(self, voice: str | None) -> str | None:
        """This voice of a node; None when it also comes over a direct connection, which is heard instead."""
        connections = self.mesh.connections()
        direct = any(
            seat.peer in connections and connections[seat.peer].connected
            for seat in self._seats
            if seat.peer is not None and voice_of(seat.user) == voice
        )
        return None if direct else voice

    def _node_connected(self, connection: AnyNodeConnection) -> None:
        if self.node is not None and self.node.connection is connection:
            self.node.attempt = 0
            self._callbacks.on_connected(self.node.seat)
            self._later(self._update_route())

    def _node_heard(self, connection: AnyNodeConnection) -> None:
        # Only what is to be closed waits for it.
        waits = self._old_node is not None or self.mesh.connections()
        if waits and self.node is not None and self.node.connection is connection:
            self._later(self._update_route())

    def _broken(self, connection: AnyNodeConnection, why: str) -> None:
        """Connect again with a node that still hosts the room; any other one has closed the connection, as it should."""
        if self._old_node is not None and self._old_node.connection is connection:
            self._close_old_node()
        elif self.node is not None and self.node.connection is connection:
            log.info("the connection with %s ended: %s", self.node.seat.username, why)
            self._later(self._reconnect(self.node))

    async def _reconnect(self, node: _Node) -> None:
        await node.connection.close()
        await asyncio.sleep(backoff(node.attempt))
        if self.node is not node:
            return
        self.node = None
        seat = self._room_node()
        if seat is not None and seat.peer is not None and seat.peer == node.seat.peer:
            self._send(seat.peer, "bye", {})
        await self._update_route(node.attempt + 1)

    def _close_nodes(self) -> None:
        if self.node is not None:
            self._close_node(self.node)
            self.node = None
        self._close_old_node()

    def _close_old_node(self) -> None:
        if self._old_node is not None:
            self._close_node(self._old_node)
            self._old_node = None

    def _close_node(self, node: _Node) -> None:
        self._later(node.connection.close())

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.once(what, "change of routes")
