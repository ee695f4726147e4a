"""A selective forwarding unit for one room: every voice on stage goes to everybody else, encoded once, by its speaker.

(RFC 7667, 3.7.) Nothing is decoded, except while the mix is needed: by a recording, or by a WHEP player, which receives one stream.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..node_rules import voice_of
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from ..signaling.events import Seat
from .room_media import RoomMedia
from .speakers import Speakers


class Sfu(RoomMedia):
    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        super().__init__(ice)
        self.speakers = Speakers()

    def _voices_for(self, participant: Seat) -> list[str]:
        others = [seat for seat in self._participants.values() if seat.user != participant.user]
        on_stage = [seat.user for seat in others if seat.may_speak]
        # When there are fewer slots than voices, those who spoke last get one.
        wanted = self.speakers.order(on_stage)
        # A participant who was invited to speak may accept at any moment, and must be heard at once, without negotiation.
        wanted += [seat.user for seat in others if seat.invited]
        return [voice_of(user) for user in wanted]

    def _forward(self, participant: Seat, packet: RtpPacket) -> None:
        if packet.level is not None:
            self.speakers.update(participant.user, packet.level)
        voice = voice_of(participant.user)
        for other, connection in self.connections.items():
            if other != participant.peer:
                connection.forward(voice, packet)
        self._sockets.together.send()

    def _silence(self, participant: Seat) -> None:
        for connection in self.connections.values():
            connection.pause(voice_of(participant.user))
        self.speakers.forget(participant.user)
