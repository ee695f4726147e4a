"""The connections of one hosted room, whatever its topology: an offer is answered, and a participant who left is disconnected."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from ..mixing import OnMix
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from ..signaling.events import Seat
from .participant_connection import ParticipantConnection
from .room_sockets import RoomSockets


class RoomMedia(ABC):
    """An `Sfu` or an `Mcu`. `ice` is called before each connection; connections and participants are found by `peer_id`."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self.connections: dict[str, ParticipantConnection] = {}
        self._ice = ice
        self._participants: dict[str, Seat] = {}
        self._sockets = RoomSockets()

    async def set_participants(self, participants: Iterable[Seat]) -> None:
        """Who is in the room now: connections of others are closed, and muted participants are not heard."""
        before, self._participants = (
            self._participants,
            {each.peer: each for each in participants if each.peer is not None},
        )
        gone = [c for peer, c in self.connections.items() if peer not in self._participants]
        self.connections = {
            peer: c for peer, c in self.connections.items() if peer in self._participants
        }
        audible = {peer for peer, each in self._participants.items() if each.audible}
        self._keep(audible, [each for each in before.values() if each.peer not in audible])
        await asyncio.gather(*(connection.close() for connection in gone))

    async def answer(self, peer_id: str, offer: str) -> str:
        """Answer an offer. Raises OfferRefused, and KeyError for a session that is not in the room."""
        participant = self._participants[peer_id]
        connection = old = self.connections.get(peer_id)
        if connection is None or not connection.usable:
            connection = await self._connect(peer_id)
            if old is not None:
                await old.close()
        return await connection.answer(offer, self._voices_for(participant))

    async def candidates(self, peer_id: str, body: object) -> None:
        """More candidates of this participant."""
        connection = self.connections.get(peer_id)
        if connection is not None:
            await connection.add_candidates(body)

    async def hang_up(self, peer_id: str) -> None:
        """Close this participant's connection. They may offer a new one."""
        connection = self.connections.pop(peer_id, None)
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        await self.set_participants([])
        await self._sockets.ports.close()

    @abstractmethod
    def record(self, on_mix: OnMix | None) -> None:
        """Call `on_mix` with the mix of every tick, also of silent ones; None ends that."""

    @abstractmethod
    def notify(self, peer_id: str) -> None:
        """Inform this participant, who follows no log, that the room is recorded."""

    @abstractmethod
    def _receive(self, peer_id: str, packet: RtpPacket) -> None:
        """A packet of this participant."""

    @abstractmethod
    def _voices_for(self, participant: Seat) -> list[str]:
        """The voices that this participant receives; when there are fewer slots, the first ones."""

    @abstractmethod
    def _keep(self, audible: set[str], before: list[Seat]) -> None:
        """Only these may be heard from now on; `before` are those who were in the room and are not, or no longer, among them."""

    async def _connect(self, peer_id: str) -> ParticipantConnection:
        connection = ParticipantConnection(
            await self._ice(), self._sockets, partial(self._receive, peer_id)
        )
        if peer_id not in self._participants:  # the participant has left
            await connection.close()
            raise KeyError(peer_id)
        self.connections[peer_id] = connection
        return connection
