"""Which way the audio goes: from everybody to everybody, or through the node that carries the room.

A room moves while people talk, so a new way is made before the old one is broken: the mesh stays until the line to the
node is connected, and the line until the mesh is, or the node hangs up. Where no node is, it stays as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiortc import MediaStreamTrack

from ..backoff import backoff
from ..supervision import Supervisor
from ..types import PeerId, UserId
from .mesh import Mesh, should_connect
from .node_connection import MIX, NodeCallbacks, NodeConnection
from .peer_connection import AudioOptions
from .rtp import RtpPacket
from .signaling.client import Ice
from .signaling.events import Seat, Signal, SignalKind

log = logging.getLogger(__name__)


def room_node_of(seats: Iterable[Seat], topology: str) -> Seat | None:
    """The seat of the node of a room with this topology, if there is one."""
    return next((s for s in seats if s.is_node and s.kind == topology and s.peer), None)


def voices_at(node: Seat, me: Seat, seats: Iterable[Seat]) -> list[str]:
    """Whose voices a node has for me: everybody's in one, or one for each who may be heard from one moment to the next."""
    if node.kind == "mcu":
        return [MIX]
    others = (s for s in seats if s.user != me.user and not s.is_node and s.peer)
    ordered = sorted(others, key=lambda seat: seat.seq)
    return [f"user-{seat.user}" for seat in ordered if seat.may_come_to_speak]


@dataclass
class _Node:
    """A node that is, or was, called."""

    seat: Seat
    connection: NodeConnection
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCallbacks:
    """What routes call: `send` writes a signal, `on_voice(seat, voice, track)` gets a track of a node.

    `voice()` says, block by block, whose audio the track has: `user-7`, or `mix`. With `on_packet(seat, voice, packet)`
    nothing is decoded, and the tracks stay silent.
    """

    send: Callable[[PeerId, SignalKind, Any], None]
    on_voice: Callable[[Seat, Callable[[], str | None], MediaStreamTrack], None]
    on_connected: Callable[[Seat], None] = lambda seat: None
    on_packet: Callable[[Seat, str | None, RtpPacket], None] | None = None


class Routes:
    """Brought in line with the room by `update`. `ice` is asked before each connection with a node."""

    def __init__(
        self,
        mesh: Mesh,
        ice: Callable[[], Awaitable[Ice]],
        audio: AudioOptions,
        callbacks: RouteCallbacks,
    ) -> None:
        self.mesh = mesh
        self.node: _Node | None = None
        """The node in use, or on the way to be."""
        self._before: _Node | None = None  # in use until the other one is
        self._ice = ice
        self._audio = audio
        self._callbacks = callbacks
        self._send = callbacks.send
        self._topology = "mesh"
        self._me: Seat | None = None
        self._seats: tuple[Seat, ...] = ()
        self._read: dict[PeerId, int] = {}
        self._turn = asyncio.Lock()  # of two who settle, the later one knows more
        self._tasks = Supervisor()

    async def update(self, me: Seat | None, seats: Iterable[Seat], topology: str) -> None:
        """Bring the ways in line with the room."""
        self._me, self._seats, self._topology = me, tuple(seats), topology
        await self._settle()

    async def receive(self, signal: Signal) -> None:
        """What somebody said."""
        node = self._of(signal.from_peer)
        if node is None:
            await self.mesh.receive(signal)
        elif signal.id > self._read.get(signal.from_peer, 0):
            self._read[signal.from_peer] = signal.id
            if signal.kind == "bye":
                self._broken(node.connection, str(signal.body.get("reason", "the node hung up")))
            else:
                node.connection.receive(signal.kind, signal.body)

    async def log_lost(self) -> None:
        """The log began a new life: signals on their way are gone."""
        self._read.clear()
        if self.node is not None and not self.node.connection.connected:
            self._broken(self.node.connection, "the log was lost")
        await self.mesh.log_lost()

    def connected(self, seat: Seat) -> None:
        """Somebody is connected in the mesh; if that was the last one, no node is needed."""
        if self._topology == "mesh" and self.node is not None:
            self._later(self._settle())

    def heard_elsewhere(self, user: UserId) -> bool:
        """Whether what a node forwards of this user comes straight from them by now."""
        connections = self.mesh.connections()
        return any(
            seat.peer in connections and connections[seat.peer].connected
            for seat in self._seats
            if seat.user == user and seat.peer is not None
        )

    async def close(self) -> None:
        self._drop_nodes()
        await self.mesh.close()
        await self._tasks.finish()

    def _carrying(self) -> Seat | None:
        return room_node_of(self._seats, self._topology)

    def _of(self, peer: PeerId) -> _Node | None:
        return next((n for n in (self.node, self._before) if n and n.seat.peer == peer), None)

    def _voices(self) -> list[str]:
        """Whose voices the node has for me."""
        if self.node is None or self._me is None:
            return []
        return voices_at(self.node.seat, self._me, self._seats)

    async def _settle(self, attempt: int = 0) -> None:
        async with self._turn:
            if self._me is None:
                self._drop_nodes()
                await self.mesh.update(None, ())
                return
            seat = self._carrying()
            if seat is not None and (self.node is None or self.node.seat.peer != seat.peer):
                await self._call(seat, attempt)
            await self._take_ways()

    async def _take_ways(self) -> None:
        if self.node is not None:
            self.node.connection.hear(self._voices())
        if self._topology == "mesh":
            await self.mesh.update(self._me, self._seats)
            connections = self.mesh.connections()
            wanted = [s.peer for s in self._seats if self._me and should_connect(self._me, s)]
            if all(p in connections and connections[p].connected for p in wanted if p):
                self._drop_nodes()
        elif self.node is not None and self.node.connection.connected:
            if self._before is not None:
                self._hang_up(self._before)
                self._before = None
            await self.mesh.update(self._me, ())
        else:
            # Those who are connected stay so; with whom we are not, the node will connect us.
            kept = self.mesh.connections()
            await self.mesh.update(self._me, [s for s in self._seats if s.peer in kept])

    async def _call(self, seat: Seat, attempt: int) -> None:
        assert seat.peer is not None
        on_packet, on_voice = self._callbacks.on_packet, self._callbacks.on_voice
        callbacks = NodeCallbacks(
            send=partial(self._send, seat.peer),
            on_track=lambda mid, track: on_voice(seat, lambda: connection.carried.get(mid), track),
            on_connected=lambda: self._node_connected(connection),
            on_broken=lambda why: self._broken(connection, why),
            on_packet=None
            if on_packet is None
            else lambda mid, packet: on_packet(seat, connection.carried.get(mid), packet),
        )
        connection = NodeConnection(await self._ice(), self._audio, callbacks)
        if self.node is not None:
            if self.node.connection.connected and self._before is None:
                self._before = self.node
            else:
                self._hang_up(self.node)
        self.node = _Node(seat, connection, attempt)

    def _node_connected(self, connection: NodeConnection) -> None:
        if self.node is not None and self.node.connection is connection:
            self.node.attempt = 0
            self._callbacks.on_connected(self.node.seat)
            self._later(self._settle())

    def _broken(self, connection: NodeConnection, why: str) -> None:
        """A node that still carries the room is called again; any other one hung up, as it should."""
        if self._before is not None and self._before.connection is connection:
            self._hang_up(self._before)
            self._before = None
        elif self.node is not None and self.node.connection is connection:
            log.info("the line to %s broke: %s", self.node.seat.username, why)
            self._later(self._again(self.node))

    async def _again(self, node: _Node) -> None:
        await node.connection.close()
        await asyncio.sleep(backoff(node.attempt))
        if self.node is not node:
            return
        self.node = None
        seat = self._carrying()
        if seat is not None and seat.peer is not None and seat.peer == node.seat.peer:
            self._send(seat.peer, "bye", {})
        await self._settle(node.attempt + 1)

    def _drop_nodes(self) -> None:
        for node in (self.node, self._before):
            if node is not None:
                self._hang_up(node)
        self.node = self._before = None

    def _hang_up(self, node: _Node) -> None:
        self._later(node.connection.close())

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.once(what, "change of routes")
