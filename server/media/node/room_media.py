"""The connections of one hosted room, whatever its topology: an offer is answered, and a participant who left is disconnected."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import ClassVar

from ..mixing import OnMix
from ..node_rules import MIX
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from ..signaling.events import Seat
from .mixer import Mixer
from .participant_connection import ParticipantConnection
from .room_sockets import RoomSockets


class RoomMedia(ABC):
    """An `Sfu` or an `Mcu`. `ice` is called before each connection; connections and participants are found by `peer_id`."""

    only_mix: ClassVar[bool] = False
    """Whether everybody receives the mix; otherwise, only who asks for it."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self.connections: dict[str, ParticipantConnection] = {}
        self._ice = ice
        self._participants: dict[str, Seat] = {}
        self._sockets = RoomSockets()
        self._mixer = Mixer(self._sockets.together.send)

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
        self._mixer.keep(speakers=audible, listeners=self.connections)
        for each in before.values():
            if each.audible and each.peer not in audible:
                self._silence(each)
        await asyncio.gather(*(connection.close() for connection in gone))

    async def answer(self, peer_id: str, offer: str, *, mixed: bool = False) -> str:
        """Answer an offer: with the mix of all speakers, or with a voice for each. Raises OfferRefused, and KeyError for a session that is not in the room."""
        participant = self._participants[peer_id]
        connection = old = self.connections.get(peer_id)
        if connection is None or not connection.can_answer(offer):
            connection = await self._connect(peer_id)
            if old is not None:
                await old.close()
        if mixed or self.only_mix:
            self._mixer.listen(peer_id, connection)
            return await connection.answer(offer, [MIX])
        self._mixer.hang_up(peer_id)
        return await connection.answer(offer, self._voices_for(participant))

    async def candidates(self, peer_id: str, body: object) -> None:
        """More candidates of this participant."""
        connection = self.connections.get(peer_id)
        if connection is not None:
            await connection.add_candidates(body)

    async def hang_up(self, peer_id: str) -> None:
        """Close this participant's connection. They may offer a new one."""
        self._mixer.hang_up(peer_id)
        connection = self.connections.pop(peer_id, None)
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        await self._mixer.close()
        await self.set_participants([])
        await self._sockets.ports.close()

    def consume(self, on_mix: OnMix) -> Callable[[], None]:
        """Call `on_mix` with every tick of the mix, silent ones included, until the returned function is called."""
        return self._mixer.consume(on_mix)

    def speaking(self, seconds: float) -> list[int]:
        """The users who spoke within this time. Known only while the mix is made."""
        return self._mixer.speaking(seconds)

    def notify(self, peer_id: str) -> None:
        """Inform this participant, who follows no log, that the room is recorded. Who receives no mix (WHIP on an SFU) cannot be informed here: their 201 has a header (docs/whip.md)."""
        self._mixer.notify(peer_id)

    def _receive(self, peer_id: str, packet: RtpPacket) -> None:
        participant = self._participants.get(peer_id)
        if participant is None or not participant.audible:
            return
        self._mixer.push(peer_id, participant.user, packet)
        self._forward(participant, packet)

    @abstractmethod
    def _voices_for(self, participant: Seat) -> list[str]:
        """The voices that this participant receives; when there are fewer slots, the first ones."""

    @abstractmethod
    def _forward(self, participant: Seat, packet: RtpPacket) -> None:
        """Send a packet of this participant to those who do not receive the mix."""

    @abstractmethod
    def _silence(self, participant: Seat) -> None:
        """This participant may no longer be heard."""

    async def _connect(self, peer_id: str) -> ParticipantConnection:
        connection = ParticipantConnection(
            await self._ice(), self._sockets, partial(self._receive, peer_id)
        )
        if peer_id not in self._participants:  # the participant has left
            await connection.close()
            raise KeyError(peer_id)
        self.connections[peer_id] = connection
        return connection
