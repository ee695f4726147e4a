"""A multipoint control unit for one room: everybody receives one mix, in which a speaker does not hear their own voice (RFC 7667, 3.4)."""

from __future__ import annotations

from ..rtp import RtpPacket
from ..signaling.events import Seat
from .room_media import RoomMedia


class Mcu(RoomMedia):
    only_mix = True

    def _voices_for(self, participant: Seat) -> list[str]:
        return []

    def _forward(self, participant: Seat, packet: RtpPacket) -> None:
        pass

    def _silence(self, participant: Seat) -> None:
        pass
