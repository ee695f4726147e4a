"""A selective forwarding unit for one room: every voice on stage goes to everybody else, encoded once, by its speaker.

(RFC 7667, 3.7.) Nothing is decoded, except while a recording runs. A server that mixes is an MCU (`mcu.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ...supervision import Supervisor
from ..mixing import OnMix
from ..node_rules import voice_of
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from ..signaling.events import Seat
from .recording_mix import RecordingMix
from .room_media import RoomMedia
from .speakers import Speakers


class Sfu(RoomMedia):
    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        super().__init__(ice)
        self.speakers = Speakers()
        self._recording_mix: RecordingMix | None = None
        self._closing = Supervisor()

    def record(self, on_mix: OnMix | None) -> None:
        before, self._recording_mix = (
            self._recording_mix,
            None if on_mix is None else RecordingMix(on_mix),
        )
        if before is not None:
            self._closing.once(before.close(), "end of a recording mix")

    def notify(self, peer_id: str) -> None:
        """Nothing to do: on an SFU a WHIP program only sends. Its 201 has a header for the recording (docs/whip.md)."""

    async def close(self) -> None:
        self.record(None)
        await self._closing.finish()
        await super().close()

    def _voices_for(self, participant: Seat) -> list[str]:
        others = [seat for seat in self._participants.values() if seat.user != participant.user]
        on_stage = [seat.user for seat in others if seat.may_speak]
        # When there are fewer slots than voices, those who spoke last get one.
        wanted = self.speakers.order(on_stage)
        # A participant who was invited to speak may accept at any moment, and must be heard at once, without negotiation.
        wanted += [seat.user for seat in others if seat.invited]
        return [voice_of(user) for user in wanted]

    def _keep(self, audible: set[str], before: list[Seat]) -> None:
        for participant in before:
            if participant.audible:
                for connection in self.connections.values():
                    connection.pause(voice_of(participant.user))
                self.speakers.forget(participant.user)
        if self._recording_mix is not None:
            self._recording_mix.keep(audible)

    def _receive(self, peer_id: str, packet: RtpPacket) -> None:
        participant = self._participants.get(peer_id)
        if participant is None or not participant.audible:
            return
        if packet.level is not None:
            self.speakers.update(participant.user, packet.level)
        if self._recording_mix is not None:
            self._recording_mix.push(peer_id, packet)
        voice = voice_of(participant.user)
        for other, connection in self.connections.items():
            if other != peer_id:
                connection.forward(voice, packet)
        self._sockets.together.send()
