"""A selective forwarding unit for one room: every voice on stage goes to everybody else, encoded once, by its speaker.

(RFC 7667, 3.7.) Nothing is decoded, except while a recording runs. A server that mixes is an MCU (`mcu.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ...supervision import Supervisor
from ..mixing import OnMix
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from .participant_connection import ParticipantConnection
from .recording_mix import RecordingMix
from .speakers import Participant, Speakers


class Sfu:
    """One room. `set_participants` says who is there, `answer` answers an offer. `ice` is called before each connection."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self._ice = ice
        self._participants: dict[str, Participant] = {}
        self._connections: dict[str, ParticipantConnection] = {}
        self._recording_mix: RecordingMix | None = None
        self._closing = Supervisor()
        self.speakers = Speakers()

    async def set_participants(self, participants: Iterable[Participant]) -> None:
        """Who is in the room now: connections of others are closed, muted participants are not forwarded."""
        before, self._participants = (
            self._participants,
            {each.peer_id: each for each in participants},
        )
        gone = [
            connection
            for peer, connection in self._connections.items()
            if peer not in self._participants
        ]
        self._connections = {
            peer: connection
            for peer, connection in self._connections.items()
            if peer in self._participants
        }
        for previous in before.values():
            now = self._participants.get(previous.peer_id)
            if previous.may_be_heard and not (now and now.may_be_heard):
                for connection in self._connections.values():
                    connection.pause(previous.voice)
                self.speakers.forget(previous.user_id)
        if self._recording_mix is not None:
            self._recording_mix.keep(
                {p for p, each in self._participants.items() if each.may_be_heard}
            )
        await asyncio.gather(*(connection.close() for connection in gone))

    async def answer(self, peer_id: str, offer: str) -> str:
        """Answer an offer, with a slot for each voice on stage. Raises OfferRefused, and KeyError for a session that is not in the room."""
        participant = self._participants[peer_id]
        connection = self._connections.get(peer_id)
        if connection is None or not connection.usable:
            connection = await self._new_connection(participant, connection)
        on_stage = {
            each.user_id: each.voice
            for each in self._participants.values()
            if each.on_stage and each.user_id != participant.user_id
        }
        # When there are fewer slots than voices, those who spoke last get one.
        wanted = [on_stage[user_id] for user_id in self.speakers.order(on_stage)]
        # A participant who was invited to speak may accept at any moment, and must be heard at once, without negotiation.
        wanted += [
            each.voice
            for each in self._participants.values()
            if each.invited and not each.on_stage and each.user_id != participant.user_id
        ]
        return await connection.answer(offer, wanted)

    def record(self, on_mix: OnMix | None) -> None:
        """Call `on_mix` with a mix of every tick, also of silent ones; None ends that."""
        before, self._recording_mix = (
            self._recording_mix,
            None if on_mix is None else RecordingMix(on_mix),
        )
        if before is not None:
            self._closing.once(before.close(), "end of a recording mix")

    def notify(self, peer_id: str) -> None:
        """Nothing to do: on an SFU a WHIP program only sends. Its 201 has a header for the recording (docs/whip.md)."""

    async def candidates(self, peer_id: str, body: object) -> None:
        """More candidates of this participant."""
        connection = self._connections.get(peer_id)
        if connection is not None:
            await connection.add_candidates(body)

    async def hang_up(self, peer_id: str) -> None:
        """Close this participant's connection. They may offer a new one."""
        connection = self._connections.pop(peer_id, None)
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        self.record(None)
        await self._closing.finish()
        await self.set_participants([])

    @property
    def connections(self) -> dict[str, ParticipantConnection]:
        return self._connections

    async def _new_connection(
        self, participant: Participant, old: ParticipantConnection | None
    ) -> ParticipantConnection:
        connection = ParticipantConnection(
            await self._ice(), lambda packet: self._forward(participant.peer_id, packet)
        )
        if participant.peer_id not in self._participants:  # the participant has left
            await connection.close()
            raise KeyError(participant.peer_id)
        self._connections[participant.peer_id] = connection
        if old is not None:
            await old.close()
        return connection

    def _forward(self, peer_id: str, packet: RtpPacket) -> None:
        participant = self._participants.get(peer_id)
        if participant is None or not participant.may_be_heard:
            return
        if packet.level is not None:
            self.speakers.update(participant.user_id, packet.level)
        if self._recording_mix is not None:
            self._recording_mix.push(peer_id, packet)
        voice = participant.voice
        for other, connection in self._connections.items():
            if other != peer_id:
                connection.forward(voice, packet)
