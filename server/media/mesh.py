"""The direct connections with other participants, one per session, as the room's log says.

`client_web/media/mesh.js` has the same rules, because both ends of a connection must decide alike; tests/conformance checks both.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiortc import MediaStreamTrack

from ..supervision import Supervisor
from ..types import PeerId
from .audio_connection import AudioOptions
from .direct_connection import DirectCallbacks, DirectConnection
from .rtp import RtpPacket
from .signaling.client import Ice
from .signaling.events import Seat, Signal, SignalKind

RETRIES: Final = 3  # of a broken connection
PAUSE: Final = 0.3
"""Seconds; when a participant leaves, the log says so before the connection is made again."""


log = logging.getLogger(__name__)


def should_connect(me: Seat, other: Seat) -> bool:
    """Two listeners connect only when one of them is invited to speak, and two sessions of one user never. Nodes have connections of another kind."""
    if me.user == other.user or other.peer is None or other.is_node:
        return False
    return me.may_come_to_speak or other.may_come_to_speak


def offers_first(me: Seat, other: Seat, *, counted: bool = False) -> bool:
    """Who joined later offers; a node never does. While the roster is counted, the one offers of whose seat the other does not know."""
    if me.is_node != other.is_node:
        return other.is_node
    if counted and me.is_quiet != other.is_quiet:
        return me.is_quiet
    return me.seq > other.seq


@dataclass
class _Peer:
    seat: Seat
    connection: DirectConnection
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshCallbacks:
    """What a mesh calls: `send` writes a signal, `forget` drops signals that wait to be written.

    `on_track` gets the track of a session, or `on_packet` its packets, undecoded.
    """

    send: Callable[[PeerId, SignalKind, Any], None]
    forget: Callable[[PeerId], None]
    on_track: Callable[[PeerId, MediaStreamTrack], None]
    on_connected: Callable[[Seat], None] = lambda seat: None
    on_packet: Callable[[PeerId, RtpPacket], None] | None = None


class Mesh:
    """Connections, opened and closed by `update`. `ice` is called before each connection. `counted`: the room's roster is."""

    def __init__(
        self, ice: Callable[[], Awaitable[Ice]], audio: AudioOptions, callbacks: MeshCallbacks
    ) -> None:
        self._ice = ice
        self._audio = audio
        self._callbacks = callbacks
        self._send = callbacks.send
        self._forget = callbacks.forget
        self.counted = False
        self._peers: dict[PeerId, _Peer] = {}
        self._read: dict[PeerId, int] = {}
        self._tasks = Supervisor()

    async def update(self, me: Seat | None, seats: Iterable[Seat]) -> None:
        """Bring the connections in line with the room."""
        wanted = {
            seat.peer: seat
            for seat in seats
            if me is not None and seat.peer is not None and should_connect(me, seat)
        }
        for peer in [peer for peer in self._peers if peer not in wanted]:
            self._forget(peer)
            self._close(peer)
        for peer, seat in wanted.items():
            if known := self._peers.get(peer):
                known.seat = seat
            elif me is not None:
                await self._open(seat, peer, offers=offers_first(me, seat, counted=self.counted))

    async def receive(self, signal: Signal) -> None:
        """Handle a signal. A snapshot repeats those that were read, and sessions that are over get no answer."""
        if signal.id <= self._read.get(signal.from_peer, 0):
            return
        self._read[signal.from_peer] = signal.id
        peer = self._peers.get(signal.from_peer)
        if peer is None or signal.kind == "connected":
            return
        if signal.kind == "bye":
            self._forget(signal.from_peer)
            if peer.retries < RETRIES:
                await self._replace(signal.from_peer)
        else:
            peer.connection.receive(signal.kind, signal.body)

    async def refused(self, to_peer: PeerId, kind: SignalKind, rule: str | None) -> None:
        """The database refused one of our signals."""
        if to_peer in self._peers and kind == "offer" and rule == "signals_newcomer_offers":
            # The other side has to offer, which a bye says: the database may have deleted the answer of an older negotiation.
            self._send(to_peer, "bye", {})
            await self._replace(to_peer, offers=False)

    async def log_lost(self) -> None:
        """The log was lost, and with it the signals that were on their way. Signals get new ids."""
        self._read.clear()
        for peer, known in list(self._peers.items()):
            if known.connection.offers and not known.connection.connected:
                await self._replace(peer)

    def connections(self) -> dict[PeerId, DirectConnection]:
        """All connections, by session."""
        return {peer: known.connection for peer, known in self._peers.items()}

    async def close(self) -> None:
        for peer in list(self._peers):
            self._close(peer)
        await self._tasks.finish()

    async def _open(self, seat: Seat, peer: PeerId, *, offers: bool, retries: int = 0) -> None:
        on_packet = self._callbacks.on_packet
        callbacks = DirectCallbacks(
            send=partial(self._send, peer),
            on_track=partial(self._callbacks.on_track, peer),
            on_connected=lambda: self._connected(peer, connection),
            on_broken=lambda why: self._broken(peer, connection, why),
            on_packet=None if on_packet is None else partial(on_packet, peer),
        )
        connection = DirectConnection(await self._ice(), self._audio, callbacks, offers=offers)
        self._peers[peer] = _Peer(seat, connection, retries)
        connection.start()

    def _connected(self, peer: PeerId, connection: DirectConnection) -> None:
        known = self._peers.get(peer)
        if known is not None and known.connection is connection:
            known.retries = 0
            self._callbacks.on_connected(known.seat)

    def _broken(self, peer: PeerId, connection: DirectConnection, why: str) -> None:
        """Both sides close the connection; the one who offered first offers again."""
        known = self._peers.get(peer)
        if known is None or known.connection is not connection:
            return
        log.info("the connection with %s broke: %s", known.seat.username, why)
        self._forget(peer)
        if known.retries < RETRIES:
            self._later(self._retry(peer, connection))
        else:
            log.warning("the connection with %s cannot be made", known.seat.username)
            self._later(connection.close())  # ICE would go on looking for a path

    async def _retry(self, peer: PeerId, connection: DirectConnection) -> None:
        await asyncio.sleep(PAUSE)
        known = self._peers.get(peer)
        if known is not None and known.connection is connection:
            self._send(peer, "bye", {})
            await self._replace(peer)

    async def _replace(self, peer: PeerId, *, offers: bool | None = None) -> None:
        known = self._peers.get(peer)
        if known is None:
            return
        self._close(peer)
        again = known.connection.offers if offers is None else offers
        await self._open(known.seat, peer, offers=again, retries=known.retries + 1)

    def _close(self, peer: PeerId) -> None:
        self._later(self._peers.pop(peer).connection.close())

    def _later(self, what: Any) -> None:
        self._tasks.once(what, "change of a mesh")
