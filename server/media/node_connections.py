"""Makes a session's connection with a node: with the stage's node, to which we offer, or with an edge, which offers to us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiortc import MediaStreamTrack

from ..types import PeerId
from .audio_connection import AudioOptions
from .direct_connection import DirectCallbacks
from .edge_connection import EdgeConnection
from .node_connection import NodeCallbacks, NodeConnection
from .node_rules import EDGE, MIX
from .rtp import RtpPacket
from .signaling.client import Ice
from .signaling.events import Seat, SignalKind

AnyNodeConnection = NodeConnection | EdgeConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCallbacks:
    """What routes call: `send` writes a signal, `on_voice(node, voice, track)` gets a track of a node.

    `voice()` is the track's voice at this moment (`node_rules.py`), None for one that is not needed. With
    `on_packet(node, voice, packet)` nothing is decoded, and the tracks stay silent.
    """

    send: Callable[[PeerId, SignalKind, Any], None]
    on_voice: Callable[[Seat, Callable[[], str | None], MediaStreamTrack], None]
    on_connected: Callable[[Seat], None] = lambda seat: None
    on_packet: Callable[[Seat, str | None, RtpPacket], None] | None = None


@dataclass(frozen=True, slots=True)
class NodeConnections:
    """`needed(voice)` is the voice, or None while it also comes by another way. `ice` is called before each connection."""

    ice: Callable[[], Awaitable[Ice]]
    audio: AudioOptions
    callbacks: RouteCallbacks
    needed: Callable[[str | None], str | None]
    on_connected: Callable[[AnyNodeConnection], None]
    on_heard: Callable[[AnyNodeConnection], None]
    on_broken: Callable[[AnyNodeConnection, str], None]

    async def connect(self, seat: Seat) -> AnyNodeConnection:
        """A new connection with the node that has this seat; its first `receive_voices` begins it."""
        return await (self._edge(seat) if seat.kind == EDGE else self._stage(seat))

    async def _edge(self, seat: Seat) -> EdgeConnection:
        assert seat.peer is not None
        on_packet, on_voice = self.callbacks.on_packet, self.callbacks.on_voice
        callbacks = DirectCallbacks(
            send=partial(self.callbacks.send, seat.peer),
            on_track=lambda track: on_voice(seat, lambda: self.needed(MIX), track),
            on_connected=lambda: self.on_connected(connection),
            on_heard=lambda: self.on_heard(connection),
            on_broken=lambda why: self.on_broken(connection, why),
            on_packet=None if on_packet is None else lambda packet: on_packet(seat, MIX, packet),
        )
        connection = EdgeConnection(await self.ice(), self.audio, callbacks)
        return connection

    async def _stage(self, seat: Seat) -> NodeConnection:
        assert seat.peer is not None
        on_packet, on_voice = self.callbacks.on_packet, self.callbacks.on_voice
        callbacks = NodeCallbacks(
            send=partial(self.callbacks.send, seat.peer),
            on_track=lambda mid, track: on_voice(
                seat, lambda: self.needed(connection.voices.get(mid)), track
            ),
            on_connected=lambda: self.on_connected(connection),
            on_heard=lambda: self.on_heard(connection),
            on_broken=lambda why: self.on_broken(connection, why),
            on_packet=None
            if on_packet is None
            else lambda mid, packet: on_packet(seat, connection.voices.get(mid), packet),
        )
        connection = NodeConnection(await self.ice(), self.audio, callbacks)
        return connection
